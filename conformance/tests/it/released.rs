//! The released binaries: what the workflow makes is what the action, `cargo binstall` and the container name.

use std::{collections::BTreeSet, fs, path::Path};

use crate::loopback::run;

const WORKFLOW: &str = include_str!("../../../.github/workflows/release.yml");
const MANIFEST: &str = include_str!("../../Cargo.toml");
const ACTION: &str = include_str!("../../action.sh");
const CONTAINER: &str = include_str!("../../Containerfile");

/// The words of a text after a prefix, up to the next of some characters.
fn after<'a>(text: &'a str, prefix: &str, end: &[char]) -> BTreeSet<&'a str> {
    text.split(prefix).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[test]
fn the_targets_of_a_release() {
    let built = after(WORKFLOW, "target: ", &[',', ' ']);
    let systems = ["linux-musl", "apple-darwin", "pc-windows"];
    assert!(systems.iter().all(|system| built.iter().any(|target| target.contains(system))), "{built:?}");
    let fetched = after(ACTION, "target=", &[' ']);
    assert!(!fetched.is_empty() && fetched.is_subset(&built), "{fetched:?}");
}

#[test]
fn the_names_of_archives() {
    let archive = "conformance-${{ matrix.target }}.tar.gz";
    assert!(WORKFLOW.contains(&format!("name={archive}\n")), "the workflow makes it");
    assert!(ACTION.contains("archive=conformance-$target.tar.gz\n"), "the action fetches it");
    let url = "{ repo }/releases/download/v{ version }/conformance-{ target }.tar.gz";
    assert!(MANIFEST.contains(&format!("pkg-url = \"{url}\"\n")), "`cargo binstall` fetches it");
    // At the root of the archive, as the workflow packs it.
    assert!(WORKFLOW.contains("tar -czf \"$name\" conformance$("));
    assert!(MANIFEST.contains("bin-dir = \"conformance{ binary-ext }\"\n"));
    assert!(WORKFLOW.contains("push: { tags: ['v[0-9]*'] }"), "a tag is `v` and the version");
}

/// The container has the binary of this crate, and nothing that is not there.
#[test]
fn the_container() {
    let binary =
        Path::new(env!("CARGO_BIN_EXE_conformance")).file_stem().and_then(|name| name.to_str()).unwrap();
    assert!(CONTAINER.contains(&format!("cargo build --release --locked --bin {binary}\n")));
    assert!(CONTAINER.contains(&format!("COPY --from=build /build/target/release/{binary} /{binary}\n")));
    assert!(CONTAINER.contains(&format!("ENTRYPOINT [\"/{binary}\"]\n")));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for file in after(CONTAINER, "RUN rm ", &[' ', '\n']) {
        assert!(root.join(file).exists(), "{file}");
    }
    assert!(fs::exists(root.join("Cargo.lock")).unwrap(), "`--locked` needs it");
    let build = CONTAINER.lines().find(|line| line.starts_with("#   git archive"));
    let file = build.and_then(|line| line.split("--file ").nth(1)?.split(' ').next()).unwrap();
    assert!(root.join(file).exists(), "{file}");
    assert!(WORKFLOW.contains(build.unwrap().trim_start_matches(['#', ' '])), "the workflow builds it so");
    assert!(run(&["--version"]).status.success());
}
