//! The files of this crate, inside the program.

use include_dir::{Dir, File, include_dir};
use serde::de::DeserializeOwned;

pub(crate) static HOSTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/hosts");
pub(crate) static RECORDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/recorded");
pub(crate) static REQUIREMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/requirements");

/// A file that holds JSON, as what it stands for.
pub(crate) fn parse<T: DeserializeOwned>(file: &File<'_>) -> Option<T> {
    serde_json::from_slice(file.contents()).ok()
}

/// Every JSON file below a folder.
pub(crate) fn below<'a>(folder: &'a Dir<'a>) -> Vec<&'a File<'a>> {
    let mut files: Vec<_> = folder.dirs().flat_map(below).collect();
    files.extend(folder.files().filter(|file| file.path().extension().is_some_and(|kind| kind == "json")));
    files.sort_by_key(|file| file.path());
    files
}
