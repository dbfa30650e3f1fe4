//! The tags of a page that matter for its branding, read by `lol_html`.

use std::{
    borrow::Cow,
    mem::take,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use encoding_rs::X_USER_DEFINED;
use lol_html::{
    AsciiCompatibleEncoding, ElementContentHandlers, HandlerResult, MemorySettings, Selector,
    html_content::TextChunk,
    send::{Element, HtmlRewriter, SendHandlerTypes, Settings},
};

use crate::{
    charset::Bytewise,
    sources::{self, META_KEYS},
};

/// A part of a page that matters for its branding.
#[derive(Debug)]
pub(crate) enum Token {
    /// A `<title>`.
    Title,
    /// A part of the text of the last title.
    TitleText(Bytewise),
    /// A `<base>`, `<link>` or `<meta>`.
    Tag(Tag),
    /// The start of a `<template>`, `<svg>` or `<math>`, whose content does not describe the page.
    AsideStart,
    AsideEnd,
}

/// A start tag with its relevant attributes.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: &'static str,
    attributes: Vec<(&'static str, Bytewise)>,
}

impl Tag {
    /// The tag; `None` for a `<meta>` of an irrelevant name, as most are.
    fn read(name: &'static str, names: &'static [&'static str], element: &Element<'_, '_>) -> Option<Self> {
        let mut tag = Self { name, attributes: Vec::with_capacity(names.len()) };
        let mut content = None;
        for attribute in element.attributes() {
            let found = attribute.name();
            if found == CONTENT && name == "meta" {
                content = content.or(Some(attribute));
            } else if let Some(name) = names.iter().find(|name| **name == found)
                // The first of duplicate attributes counts.
                && tag.raw(name).is_none()
            {
                tag.attributes.push((name, Bytewise::new(attribute.value())));
            }
        }
        if name == "meta" && !tag.is_telling() {
            return None;
        }
        tag.attributes.extend(content.map(|content| (CONTENT, Bytewise::new(content.value()))));
        Some(tag)
    }

    fn is_telling(&self) -> bool {
        self.attributes
            .iter()
            .any(|(name, value)| !META_KEYS.contains(name) || sources::is_asked(&value.keyword()))
    }

    /// The value as it is in the page.
    pub(crate) fn raw(&self, name: &str) -> Option<&Bytewise> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// The value in lower case and trimmed, for comparison with ASCII keywords.
    pub(crate) fn keyword(&self, name: &str) -> Option<Cow<'_, str>> {
        self.raw(name).map(Bytewise::keyword)
    }
}

/// `lol_html` with the tokens that its handlers report.
pub(crate) struct Tokenizer {
    /// `None` once the head has ended or `lol_html` has failed: it panics when used after an error.
    rewriter: Option<Rewriter>,
    tokens: Tokens,
}

impl Tokenizer {
    pub(crate) fn new() -> Self {
        let tokens = Tokens::default();
        let (of_tags, of_texts) = (tokens.clone(), tokens.clone());
        let (mut tags_left, mut texts_left) = (TAGS_READ, TEXTS_READ);
        let tags = Handlers::default().element(move |element: &mut Element<'_, '_>| {
            spend(&mut tags_left)?;
            on_element(element, &of_tags)
        });
        let title = Handlers::default().text(move |text: &mut TextChunk<'_>| {
            spend(&mut texts_left)?;
            of_texts.push(Token::TitleText(Bytewise::new(text.as_str().to_owned())));
            Ok(())
        });
        let settings = Settings::new_send()
            .with_encoding(CONSTANTS.bytewise)
            .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MEMORY))
            // Strict mode rejects markup that real pages have.
            .with_strict(false)
            .append_element_content_handler((Cow::Borrowed(&CONSTANTS.tags), tags))
            .append_element_content_handler((Cow::Borrowed(&CONSTANTS.title), title));
        Self { rewriter: Some(HtmlRewriter::new(settings, |_| ())), tokens }
    }

    /// A tokenizer that reads nothing.
    pub(crate) fn over() -> Self {
        Self { rewriter: None, tokens: Tokens::default() }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.rewriter.is_none()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        if self.rewriter.as_mut().is_some_and(|rewriter| rewriter.write(bytes).is_err()) {
            self.rewriter = None;
        }
    }

    /// Ends the page, which flushes an unclosed text.
    pub(crate) fn end(&mut self) {
        self.rewriter.take().map(HtmlRewriter::end);
    }

    /// The tokens since the last call.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        take(&mut *self.tokens.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The queue of tokens from the handlers to the reader. Both run in one thread; the lock is required by `Send`.
#[derive(Clone, Default)]
struct Tokens(Arc<Mutex<Vec<Token>>>);

impl Tokens {
    fn push(&self, token: Token) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(token);
    }
}

type Rewriter = HtmlRewriter<'static, fn(&[u8])>;
type Handlers = ElementContentHandlers<'static, SendHandlerTypes>;

/// Handles a start tag. An error from here stops `lol_html`: it has no other way to be stopped.
fn on_element(element: &mut Element<'_, '_>, tokens: &Tokens) -> HandlerResult {
    let name = element.tag_name();
    match name.as_str() {
        "body" => return Err("the body starts".into()),
        "head" => {
            if let Some(handlers) = element.end_tag_handlers() {
                handlers.push(Box::new(|_| Err("the head ends".into())));
            }
        }
        // The namespace cannot be used: `lol_html` reports HTML for a title in an SVG, because its content is HTML.
        "template" | "svg" | "math" => {
            let of_ends = tokens.clone();
            if let Some(handlers) = element.end_tag_handlers() {
                handlers.push(Box::new(move |_| {
                    of_ends.push(Token::AsideEnd);
                    Ok(())
                }));
                tokens.push(Token::AsideStart);
            }
        }
        "title" => tokens.push(Token::Title),
        name => {
            if let Some((name, names)) = TAGS.iter().find(|(known, _)| *known == name)
                && let Some(tag) = Tag::read(name, names, element)
            {
                tokens.push(Token::Tag(tag));
            }
        }
    }
    Ok(())
}

fn spend(budget: &mut usize) -> HandlerResult {
    *budget = budget.checked_sub(1).ok_or("the page is made to be expensive")?;
    Ok(())
}

/// Parsed selectors, kept for all pages: parsing them takes a third of the time of a page.
static CONSTANTS: LazyLock<Constants> = LazyLock::new(Constants::new);

struct Constants {
    tags: Selector,
    title: Selector,
    /// An encoding with one character for each byte, so that text read before the charset is declared can still be
    /// decoded.
    bytewise: AsciiCompatibleEncoding,
}

impl Constants {
    #[expect(clippy::expect_used, reason = "constants, and every test reads them")]
    fn new() -> Self {
        Self {
            tags: SELECTOR.parse().expect("it is a selector"),
            title: "title".parse().expect("it is a selector"),
            bytewise: AsciiCompatibleEncoding::new(X_USER_DEFINED).expect("it extends ASCII"),
        }
    }
}

const TAGS: [(&str, &[&str]); 3] = [
    ("base", &["href"]),
    ("link", &["href", "media", "rel", "sizes", "type"]),
    ("meta", &["charset", "http-equiv", "itemprop", "name", "property"]),
];
/// The attribute that is read only if the `<meta>` is relevant.
const CONTENT: &str = "content";
/// The selector of relevant tags; tags that it does not match cost almost nothing. Most links are not icons; a `rel`
/// with a character reference may still be one.
const SELECTOR: &str =
    "base, body, head, link[rel*=icon i], link[rel*='&'], math, meta, svg, template, title";
/// Maximum number of tags that are read. Real heads have tens; 90,000 fit into 512 KiB, at half a microsecond each.
const TAGS_READ: usize = 4096;
/// Maximum number of parts in which the texts of titles may arrive: two for each `<` in them.
const TEXTS_READ: usize = 4096;
/// Maximum memory in bytes of `lol_html`, for an incomplete tag and for the stack of open tags.
const MEMORY: usize = 256 * 1024;
