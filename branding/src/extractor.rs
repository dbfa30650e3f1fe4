use std::{fmt, mem::take};

use url::Url;

use crate::{Branding, charset::Charset, page::Page, token::Tokenizer};

/// An incremental parser of a page, which reports when it needs no more bytes.
///
/// ```
/// use branding::Extractor;
/// # let base = url::Url::parse("https://h.example/").unwrap();
/// let mut extractor = Extractor::new(base, Some("text/html; charset=utf-8"));
/// extractor.write(b"<title>Hel");
/// extractor.write(b"lo</title>");
/// let branding = extractor.finish();
/// assert_eq!(branding.title.unwrap().as_untrusted_str(), "Hello");
/// ```
pub struct Extractor {
    page: Page,
    charset: Charset,
    tokenizer: Tokenizer,
    /// Pages arrive in chunks of any size. They are parsed in blocks that always end at the same offsets, so that
    /// limits inside the tokenizer cannot make the result depend on the network.
    block: Vec<u8>,
    blocks: usize,
}

impl Extractor {
    /// Maximum number of bytes of a page that are read. Of 54 real pages, 5 lose tags at 64 KiB, one at 256 KiB, none
    /// at this.
    pub const MAX_BYTES: usize = 512 * 1024;

    /// Starts a page: `base` is its final URL, `content_type` its `Content-Type`.
    ///
    /// A page with a media type other than HTML is not read.
    pub fn new(base: Url, content_type: Option<&str>) -> Self {
        let tokenizer = if content_type.is_none_or(is_html) { Tokenizer::new() } else { Tokenizer::over() };
        Self {
            page: Page::new(base),
            charset: Charset::new(content_type),
            tokenizer,
            block: Vec::new(),
            blocks: 0,
        }
    }

    /// Takes the next bytes of the page; ignores them once [`Self::is_done`] is true.
    pub fn write(&mut self, mut bytes: &[u8]) {
        while !self.is_done() && !bytes.is_empty() {
            let room = BLOCK.saturating_sub(self.block.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            bytes = later;
            if now.len() == BLOCK {
                self.read_block(now, false);
                continue;
            }
            self.block.extend_from_slice(now);
            if self.block.len() == BLOCK {
                self.read_kept(false);
            }
        }
    }

    /// True if no further byte can change the result: the head has ended, or the maximum has been read.
    ///
    /// It is updated every 4 KiB; a page shorter than that is parsed at [`Self::finish`].
    pub fn is_done(&self) -> bool {
        self.tokenizer.is_over() || self.blocks >= Self::MAX_BYTES / BLOCK
    }

    /// The branding found so far; ends the parse.
    pub fn finish(mut self) -> Branding {
        if !self.is_done() {
            self.read_kept(true);
        }
        self.tokenizer.end();
        self.take_tokens();
        self.page.branding(&self.charset)
    }

    fn read_kept(&mut self, last: bool) {
        let mut block = take(&mut self.block);
        self.read_block(&block, last);
        block.clear();
        self.block = block;
    }

    fn read_block(&mut self, block: &[u8], last: bool) {
        if self.blocks == 0 {
            self.charset.sniff_bom(block);
        }
        self.tokenizer.write(&self.charset.ascii_compatible(block, last));
        self.take_tokens();
        self.blocks = self.blocks.saturating_add(1);
    }

    fn take_tokens(&mut self) {
        for token in self.tokenizer.tokens() {
            self.page.take(token, &mut self.charset);
        }
    }
}

impl fmt::Debug for Extractor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extractor")
            .field("page", &self.page)
            .field("done", &self.is_done())
            .finish_non_exhaustive()
    }
}

/// True for HTML, and for an absent or empty type, as in browsers, which then inspect the first bytes.
fn is_html(content_type: &str) -> bool {
    let essence = content_type.trim().split([';', ',', ' ', '\t']).next().unwrap_or_default();
    ["", "text/html", "application/xhtml+xml"].iter().any(|html| essence.eq_ignore_ascii_case(html))
}

const BLOCK: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn done_after(content_type: Option<&str>, page: &[u8]) -> bool {
        let mut extractor = Extractor::new(Url::parse("https://h.example/").unwrap(), content_type);
        extractor.write(page);
        extractor.is_done()
    }

    #[test]
    fn stops_at_the_end_of_the_head_or_at_the_body() {
        let then_nothing = " ".repeat(BLOCK);
        for (page, expected) in [
            ("<head><title>T</title></head>", true),
            ("<title>T</title><body>", true),
            ("<title>T</title><BODY class=x>", true),
            ("<title>T</title>", false),
            ("<title></head><body></title>", false),
            ("<script>'</head><body>'</script>", false),
            ("<!-- </head><body> -->", false),
            ("<header></header><tbody>", false),
        ] {
            assert_eq!(done_after(None, format!("{page}{then_nothing}").as_bytes()), expected, "{page}");
        }
    }

    #[test]
    fn stops_at_the_cap() {
        assert!(!done_after(None, &vec![b' '; Extractor::MAX_BYTES - 1]));
        assert!(done_after(None, &vec![b' '; Extractor::MAX_BYTES]));
    }

    #[test]
    fn reads_html_only() {
        for (content_type, expected) in [
            (None, true),
            (Some(""), true),
            (Some("text/html"), true),
            (Some("Text/HTML;charset=utf-8"), true),
            (Some("text/html charset=utf-8"), true),
            (Some("application/xhtml+xml"), true),
            (Some("application/json"), false),
            (Some("text/plain"), false),
            (Some("image/svg+xml"), false),
        ] {
            assert_eq!(!done_after(content_type, b"<title>T</title>"), expected, "{content_type:?}");
        }
    }

    #[test]
    fn can_wait_on_another_thread() {
        fn assert_send<T: Send>() {}
        assert_send::<Extractor>();
    }
}
