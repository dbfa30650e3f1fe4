//! Declares the folders that are embedded into the crate: without this, Cargo does not notice new files in them.

fn main() {
    for folder in ["hosts", "recorded", "requirements"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
