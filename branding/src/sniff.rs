use self::reader::Reader;

mod reader;

/// The format and size of an image by its first bytes and its headers; `None` if it is not an image that may be shown.
///
/// Nothing is decoded, and no size is rejected: limits are the caller's policy. An SVG is a document that can run
/// scripts, so it is never recognised, whatever its `Content-Type`.
///
/// ```
/// use branding::{ImageFormat, sniff};
///
/// let gif = b"GIF89a\x10\x00\x20\x00\x00\x00\x00;";
/// let image = sniff(gif).unwrap();
/// assert_eq!((image.format, image.width, image.height), (ImageFormat::Gif, 16, 32));
/// assert_eq!(image.format.media_type(), "image/gif");
///
/// assert_eq!(sniff(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), None);
/// ```
pub fn sniff(bytes: &[u8]) -> Option<Image> {
    let (format, (width, height)) = png(bytes)
        .map(|size| (ImageFormat::Png, size))
        .or_else(|| Some((ImageFormat::Jpeg, jpeg(bytes)?)))
        .or_else(|| Some((ImageFormat::Gif, gif(bytes)?)))
        .or_else(|| Some((ImageFormat::WebP, webp(bytes)?)))
        .or_else(|| Some((ImageFormat::Ico, ico(bytes)?)))?;
    (width > 0 && height > 0).then_some(Image { format, width, height })
}

/// An image, as its headers describe it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Image {
    /// The file format.
    pub format: ImageFormat,
    /// The width in pixels; of an icon file with several images, that of the widest.
    pub width: u32,
    /// The height in pixels; of an icon file with several images, that of the highest.
    pub height: u32,
}

/// The image formats that every browser shows and that cannot contain scripts or links.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ImageFormat {
    /// Portable Network Graphics
    Png,
    /// JPEG
    Jpeg,
    /// Graphics Interchange Format
    Gif,
    /// WebP
    WebP,
    /// The format of `favicon.ico`
    Ico,
}

impl ImageFormat {
    /// The `Content-Type` to serve it with.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Ico => "image/vnd.microsoft.icon",
        }
    }
}

/// <https://www.w3.org/TR/png-3/#11IHDR>
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut chunks = Reader(bytes.strip_prefix(PNG)?);
    let (kind, header) = png_chunk(&mut chunks)?;
    let mut header = Reader(header);
    let size = (header.be32()?, header.be32()?);
    // A truncated image would be shown in part.
    while png_chunk(&mut chunks)?.0 != *b"IEND" {}
    (kind == *b"IHDR").then_some(size)
}

/// <https://www.w3.org/TR/jpeg1/> (T.81) B.1.1: segments up to the start of a frame.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut reader = Reader(bytes.strip_prefix(b"\xFF\xD8")?);
    loop {
        if reader.u8()? != 0xFF {
            return None;
        }
        let mut marker = reader.u8()?;
        while marker == 0xFF {
            marker = reader.u8()?;
        }
        let length = usize::from(reader.be16()?).checked_sub(2)?;
        let mut segment = Reader(reader.take(length)?);
        match marker {
            // Start-of-frame markers of any kind; the three excluded ones are tables.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                segment.u8()?;
                let height = segment.be16()?;
                return Some((segment.be16()?.into(), height.into()));
            }
            // A scan before its frame, or a second start of image.
            0x00..=0xBF | 0xD0..=0xDA => return None,
            _ => {}
        }
    }
}

/// <https://www.w3.org/Graphics/GIF/spec-gif89a.txt> 18
fn gif(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut screen = Reader(bytes.strip_prefix(b"GIF87a").or_else(|| bytes.strip_prefix(b"GIF89a"))?);
    Some((screen.le16()?.into(), screen.le16()?.into()))
}

/// <https://www.rfc-editor.org/rfc/rfc9649#section-2>
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut file = Reader(bytes.strip_prefix(b"RIFF")?);
    let length = usize::try_from(file.le32()?).ok()?;
    let mut body = Reader(file.take(length)?.strip_prefix(b"WEBP")?);
    let kind = body.take(4)?;
    let length = usize::try_from(body.le32()?).ok()?;
    let mut chunk = Reader(body.take(length)?);
    match kind {
        b"VP8 " => {
            let is_key_frame = chunk.le24()? & 1 == 0;
            let size = Reader(chunk.0.strip_prefix(b"\x9D\x01\x2A").filter(|_| is_key_frame)?).le32()?;
            Some((size & 0x3FFF, (size >> 16) & 0x3FFF))
        }
        b"VP8L" => {
            let size = Reader(chunk.0.strip_prefix(b"\x2F")?).le32()?;
            Some(((size & 0x3FFF).checked_add(1)?, ((size >> 14) & 0x3FFF).checked_add(1)?))
        }
        b"VP8X" => {
            chunk.le32()?;
            Some((chunk.le24()?.checked_add(1)?, chunk.le24()?.checked_add(1)?))
        }
        _ => None,
    }
}

/// <https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10)>
///
/// The directory has one byte for each side, but browsers draw the size in the images themselves.
fn ico(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut directory = Reader(bytes.strip_prefix(b"\0\0\x01\0")?);
    let mut widest = (0, 0);
    for _ in 0..directory.le16()? {
        directory.take(8)?;
        let length = usize::try_from(directory.le32()?).ok()?;
        let start = usize::try_from(directory.le32()?).ok()?;
        let picture = bytes.get(start..start.checked_add(length)?)?;
        let (width, height) = png(picture).or_else(|| bitmap(picture))?;
        widest = (width.max(widest.0), height.max(widest.1));
    }
    Some(widest)
}

/// A bitmap in an icon file is stored above its mask, so that its header declares twice its height.
fn bitmap(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut header = Reader(bytes.strip_prefix(b"\x28\0\0\0")?);
    Some((header.le32()?, header.le32()? / 2))
}

fn png_chunk<'a>(chunks: &mut Reader<'a>) -> Option<([u8; 4], &'a [u8])> {
    let length = usize::try_from(chunks.be32()?).ok()?;
    let kind = chunks.array()?;
    let content = chunks.take(length)?;
    let _checksum = chunks.be32()?;
    Some((kind, content))
}

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The smallest file of each format that declares 17 by 34 pixels.
    fn samples() -> [(ImageFormat, Vec<u8>); 8] {
        let chunk = |kind: &[u8], content: &[u8]| {
            [&u32::try_from(content.len()).unwrap().to_be_bytes(), kind, content, &[0; 4]].concat()
        };
        let header = chunk(b"IHDR", b"\0\0\0\x11\0\0\0\x22\x08\x06\0\0\0");
        let png = [PNG, &header, &chunk(b"IDAT", b"x"), &chunk(b"IEND", b"")].concat();
        let riff = |content: &[u8]| {
            let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
            let (kind, data) = content.split_at(4);
            let body = [b"WEBP", kind, &length(data), data].concat();
            [b"RIFF", &length(&body)[..], &body].concat()
        };
        let icon = |picture: &[u8]| {
            let length = u32::try_from(picture.len()).unwrap().to_le_bytes();
            [b"\0\0\x01\0\x01\0\x01\x01\0\0\x01\0\x20\0", &length[..], &[22, 0, 0, 0], picture].concat()
        };
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04JF\xFF\xFF\xC2\0\x08\x08\0\x22\0\x11\x01";
        [
            (ImageFormat::Jpeg, jpeg.to_vec()),
            (ImageFormat::Gif, b"GIF89a\x11\0\x22\0".to_vec()),
            (ImageFormat::WebP, riff(b"VP8 \0\0\0\x9D\x01\x2A\x11\x40\x22\x40")),
            (ImageFormat::WebP, riff(b"VP8L\x2F\x10\x40\x08\x10")),
            (ImageFormat::WebP, riff(b"VP8X\0\0\0\0\x10\0\0\x21\0\0")),
            (ImageFormat::Ico, icon(&png)),
            (ImageFormat::Ico, icon(b"\x28\0\0\0\x11\0\0\0\x44\0\0\0")),
            (ImageFormat::Png, png),
        ]
    }

    #[test]
    fn sizes_of_every_format() {
        for (format, bytes) in samples() {
            assert_eq!(sniff(&bytes), Some(Image { format, width: 17, height: 34 }), "{bytes:x?}");
        }
    }

    #[test]
    fn truncated_is_no_image() {
        for (format, bytes) in samples() {
            for length in 0..bytes.len() {
                assert_eq!(sniff(&bytes[..length]), None, "{format:?} {length}");
            }
        }
    }

    #[test]
    fn huge_is_told() {
        let (_, mut png) = samples().into_iter().last().unwrap();
        png[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
        assert_eq!(sniff(&png), Some(Image { format: ImageFormat::Png, width: 65535, height: 65535 }));
        // An icon whose directory declares one pixel is drawn in the size of its image.
        let ico = [
            b"\0\0\x01\0\x01\0\x01\x01\0\0\x01\0\x20\0",
            &[u8::try_from(png.len()).unwrap(), 0, 0, 0, 22, 0, 0, 0][..],
            &png,
        ];
        assert_eq!(sniff(&ico.concat()).map(|image| image.width), Some(65535));
    }

    #[test]
    fn the_header_comes_first() {
        let (_, mut png) = samples().into_iter().last().unwrap();
        assert!(sniff(&png).is_some());
        png[12..16].copy_from_slice(b"tEXt");
        assert_eq!(sniff(&png), None);
    }

    #[test]
    fn what_is_no_image() {
        for bytes in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<?xml version='1.0'?><svg/>",
            b"\xEF\xBB\xBF<svg/>",
            b"<!doctype html><title>404</title>",
            b"GIF89a\0\0\x22\0",
            b"\0\0\x01\0\0\0",
            b"\0\0\x02\0\x01\0",
            b"\xFF\xD8\xFF\xDA\0\x02",
            b"\xFF\xD8\xFF\xE0\0\x01",
            b"RIFF\x04\0\0\0WAVE",
            b"RIFF\x16\0\0\0WEBPVP8 \x0A\0\0\0\x01\0\0\x9D\x01\x2A\x11\0\x22\0",
            b"BM",
        ] {
            assert_eq!(sniff(bytes), None, "{bytes:x?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            sniff(&bytes);
        }

        #[test]
        fn never_panics_on_a_spoilt_picture(
            which in 0..8_usize, spoils: Vec<(prop::sample::Index, u8)>, cut: prop::sample::Index,
        ) {
            let (_, mut bytes) = samples()[which].clone();
            for (at, byte) in spoils {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            sniff(&bytes[..cut.index(bytes.len())]);
        }
    }
}
