//! X02: what must hold of every parser of strangers' bytes, on the seeds of the fuzz targets, on what is near them and
//! on anything else. `worker-client/fuzz` runs the same with coverage.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../fuzz/checks.rs"]
mod checks;

use std::{fs, path::Path};

use proptest::{prelude::*, sample::Index};

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

/// One change: a byte, a piece that goes, a piece that is there twice, a piece of something else.
#[derive(Clone, Debug)]
enum Edit {
    Byte(Index, u8),
    Cut(Index, Index),
    Double(Index, Index),
    Insert(Index, Vec<u8>),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Edit::Cut(from, to)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Edit::Double(from, to)),
        (any::<Index>(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Edit::Insert(at, piece.into())),
    ]
}

fn apply(mut bytes: Vec<u8>, edits: Vec<Edit>) -> Vec<u8> {
    for edit in edits {
        let at = |index: Index, bytes: &[u8]| index.index(bytes.len() + 1);
        match edit {
            Edit::Byte(index, byte) if !bytes.is_empty() => {
                let n = index.index(bytes.len());
                bytes[n] = byte;
            }
            Edit::Byte(_, byte) => bytes.push(byte),
            Edit::Cut(from, to) => {
                let (from, to) = (at(from, &bytes), at(to, &bytes));
                bytes.drain(from.min(to)..from.max(to));
            }
            Edit::Double(from, to) => {
                let (from, to) = (at(from, &bytes), at(to, &bytes));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(from.max(to)..from.max(to), piece);
            }
            Edit::Insert(index, piece) => {
                let n = at(index, &bytes);
                bytes.splice(n..n, piece);
            }
        }
    }
    bytes
}

fn bytes(target: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let near = (prop::sample::select(seeds(target)), prop::collection::vec(edit(), 0..6))
        .prop_map(|(seed, edits)| apply(seed, edits));
    prop_oneof![9 => near, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

macro_rules! laws {
    ($($name:ident $check:ident)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(500))]
            $(#[test]
            fn $name(bytes in bytes(stringify!($check))) {
                checks::$check(&bytes);
            })*
        }
    };
}

laws! {
    x02_callback callback
    x02_cookie cookie
    x02_host_input host_input
    x02_html html
    x02_icon icon
    x02_metadata metadata
    x02_registration registration
    x02_return_path return_path
    x02_token token
    x02_www_authenticate www_authenticate
}

/// Pieces that mean something to one parser or another.
const PIECES: &[&str] = &[
    "\"", "{", "}", "null", "//", "\\", "@", "%00", "\r\n", "\u{ad}", "。", ";", "=", "&state=", "<", "xn--",
    "[::1]", "1e309",
];
