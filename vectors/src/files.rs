//! The files of this crate, embedded at compile time.

use include_dir::{Dir, File, include_dir};
use serde::de::DeserializeOwned;

pub(crate) static HOSTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/hosts");
pub(crate) static RECORDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/recorded");
pub(crate) static REQUIREMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/requirements");

/// Parses a JSON file; `None` if it does not have the type.
pub(crate) fn parse<T: DeserializeOwned>(file: &File<'_>) -> Option<T> {
    serde_json::from_slice(file.contents()).ok()
}

/// Every JSON file below a folder, by path.
pub(crate) fn below<'a>(folder: &'a Dir<'a>) -> Vec<&'a File<'a>> {
    let mut files: Vec<_> = folder.dirs().flat_map(below).collect();
    files.extend(folder.files().filter(|file| file.path().extension().is_some_and(|kind| kind == "json")));
    files.sort_by_key(|file| file.path());
    files
}
