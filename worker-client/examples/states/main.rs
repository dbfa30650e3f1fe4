//! Writes every state of every page to a folder, as the Worker would send it: `cargo run --example states -- FOLDER`.

mod samples;

use std::{collections::BTreeMap, env, error::Error, fs, path::PathBuf};

use worker_client::pages;

fn main() -> Result<(), Box<dyn Error>> {
    let folder: PathBuf = env::args_os().nth(1).ok_or("name a folder to write to")?.into();
    fs::create_dir_all(&folder)?;
    let mut policies = BTreeMap::new();
    for state in samples::states()? {
        fs::write(folder.join(format!("{}.html", state.name)), state.html)?;
        policies.insert(state.name, state.policy);
    }
    fs::write(folder.join("policies.json"), serde_json::to_string_pretty(&policies)?)?;
    fs::write(folder.join("style.css"), pages::STYLE)?;
    fs::write(folder.join("script.js"), pages::SCRIPT)?;
    fs::write(folder.join("icon.png"), samples::ICON)?;
    Ok(())
}
