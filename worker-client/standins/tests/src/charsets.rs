use std::fmt::Write;

use encoding_rs::{CoderResult, Encoding};

/// The charset of each label of the standard, and labels that are none.
pub fn labels() -> String {
    let mut table = String::new();
    for label in LABELS.lines().chain(["", "utf-7", "none", "utf-8-but-longer-than-any-label-there-is"]) {
        for written in
            [label.to_owned(), label.to_uppercase(), format!("\t {label}\r\n"), format!("{label}-")]
        {
            let name = Encoding::for_label_no_replacement(written.as_bytes()).map(name_of);
            line(&mut table, &written, name.as_deref().unwrap_or("none"));
        }
    }
    table
}

/// Every byte and every pair of bytes in each charset, and the longer sequences of those that have some.
pub fn decoded() -> String {
    let mut table = String::new();
    for encoding in encodings() {
        let name = name_of(encoding);
        let mut row = |bytes: &[u8]| {
            let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
            let flag = if had_errors { "with errors " } else { "" };
            line(&mut table, &format!("{name} {bytes:02x?}"), &format!("{flag}{text}"));
        };
        (0..=255).for_each(|byte| row(&[byte]));
        if !MANY_BYTES.contains(&name.as_str()) {
            continue;
        }
        for lead in 0x80..=255 {
            (0..=255).for_each(|trail| row(&[lead, trail]));
        }
        match name.as_str() {
            "iso-2022-jp" => {
                for lead in 0x21..=0x7e {
                    (0x21..=0x7e).for_each(|trail| row(&[0x1b, b'$', b'B', lead, trail]));
                }
                (0x20..=0x7f).for_each(|byte| row(&[0x1b, b'(', b'J', byte, 0x1b, b'(', b'I', byte]));
            }
            "euc-jp" => {
                for lead in 0xa1..=0xfe {
                    (0xa1..=0xfe).for_each(|trail| row(&[0x8f, lead, trail]));
                }
            }
            "gb18030" => {
                for second in 0x30..=0x39 {
                    for third in 0x81..=0xfe {
                        (0x30..=0x39).for_each(|fourth| row(&[0x81, second, third, fourth]));
                        row(&[0x84, second, third, 0x31]);
                        row(&[0x90, second, third, 0x30]);
                    }
                }
            }
            _ => {}
        }
    }
    table
}

/// A text in each charset, cut in two at every byte and read into a little room at a time.
pub fn streamed() -> String {
    let mut table = String::new();
    for encoding in encodings() {
        let name = name_of(encoding);
        for text in TEXTS {
            for cut in 0..=text.len() {
                let (start, end) = text.split_at_checked(cut).unwrap_or_default();
                let mut whole = String::with_capacity(256);
                let mut decoder = encoding.new_decoder_with_bom_removal();
                let _ = decoder.decode_to_string(start, &mut whole, false);
                let _ = decoder.decode_to_string(end, &mut whole, true);
                line(&mut table, &format!("{name} {text:02x?} cut at {cut}"), &whole);

                let mut decoder = encoding.new_decoder_without_bom_handling();
                let mut whole = in_little_room(&mut decoder, start, false);
                whole.push_str(&in_little_room(&mut decoder, end, true));
                line(&mut table, &format!("{name} {text:02x?} cut at {cut}, little room"), &whole);
            }
            let (whole, by, _) = encoding.decode(text);
            line(&mut table, &format!("{name} {text:02x?} by its mark"), &format!("{} {whole}", name_of(by)));
        }
    }
    table
}

fn in_little_room(decoder: &mut encoding_rs::Decoder, mut bytes: &[u8], last: bool) -> String {
    let mut text = String::new();
    loop {
        let mut room = "\0".repeat(16);
        let (result, read, written, _) = decoder.decode_to_str(bytes, &mut room, last);
        text.push_str(room.get(..written).unwrap_or_default());
        bytes = bytes.get(read..).unwrap_or_default();
        if result == CoderResult::InputEmpty {
            return text;
        }
    }
}

fn encodings() -> impl Iterator<Item = &'static Encoding> {
    let mut found: Vec<&Encoding> = Vec::new();
    for label in LABELS.lines() {
        let encoding = Encoding::for_label_no_replacement(label.as_bytes());
        found.extend(encoding.filter(|encoding| !found.contains(encoding)));
    }
    found.into_iter()
}

/// The stand-in has the names that the platform has, which are in lower case.
fn name_of(encoding: &'static Encoding) -> String {
    encoding.name().to_lowercase()
}

fn line(table: &mut String, input: &str, result: &str) {
    let _ = writeln!(table, "{}\t{}", input.escape_default(), result.escape_default());
}

/// Of the [standard](https://encoding.spec.whatwg.org/#names-and-labels).
const LABELS: &str = include_str!("labels.txt");
const MANY_BYTES: [&str; 9] =
    ["big5", "euc-jp", "euc-kr", "gb18030", "gbk", "iso-2022-jp", "shift_jis", "utf-16be", "utf-16le"];
const TEXTS: [&[u8]; 8] = [
    b"\xef\xbb\xbfGr\xc3\xb6\xc3\x9fe \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x8c\x8d \xe2\x82",
    b"\xff\xfeG\x00r\x00\xf6\x00\xdf\x00e\x00\x3d\xd8\x0d\xdf",
    b"\xfe\xff\x00G\x00r\x00\xf6\x00\xdf\x00e\xd8\x3d\xdf\x0d",
    b"\x93\x8c\x8b\x9e\x82\xcc\x83T\x81[\x83o\x81[",
    b"\xc5\xec\xb5\xfe\xa4\xce\xa5\xb5\xa1\xbc\xa5\xd0\xa1\xbc\x8f\xb0\xa1",
    b"\x1b$BEl5~$N%5!<%P!<\x1b(B end",
    b"\xb1\xb1\xbe\xa9\xb7\xfe\xce\xf1\xc6\xf7\xa2\xe3\x81\x30\x81\x30",
    b"plain ASCII, longer than the little room that there is for it",
];
