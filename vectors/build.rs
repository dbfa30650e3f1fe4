//! Says what to watch: a folder is put into the program as it is, and a file that is new in it is not seen otherwise.

fn main() {
    for folder in ["hosts", "recorded", "requirements"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
