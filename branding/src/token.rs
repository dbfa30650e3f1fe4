//! The few tags of a page that matter, by `lol_html`.

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

/// What a page is made of, for us.
#[derive(Debug)]
pub(crate) enum Token {
    /// A `<title>`.
    Title,
    /// A piece of the text of the last title.
    TitleText(Bytewise),
    /// A `<base>`, `<link>` or `<meta>`.
    Tag(Tag),
    /// The start of a `<template>`, a drawing or a formula: what it holds says nothing about the page.
    AsideStart,
    AsideEnd,
}

/// A start tag, with those of its attributes that matter.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: &'static str,
    attributes: Vec<(&'static str, Bytewise)>,
}

impl Tag {
    /// Nothing, if it is a `<meta>` that says nothing of what we ask: most of them.
    fn read(name: &'static str, names: &'static [&'static str], element: &Element<'_, '_>) -> Option<Self> {
        let mut tag = Self { name, attributes: Vec::with_capacity(names.len()) };
        let mut content = None;
        for attribute in element.attributes() {
            let found = attribute.name();
            if found == CONTENT && name == "meta" {
                content = content.or(Some(attribute));
            } else if let Some(name) = names.iter().find(|name| **name == found)
                // The first of equals counts.
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

    /// The value as the page has it.
    pub(crate) fn raw(&self, name: &str) -> Option<&Bytewise> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// The value of an attribute that is compared with ASCII words: in lower case, trimmed.
    pub(crate) fn keyword(&self, name: &str) -> Option<Cow<'_, str>> {
        self.raw(name).map(Bytewise::keyword)
    }
}

/// `lol_html`, and what its handlers report.
pub(crate) struct Tokenizer {
    /// `None` once the head is over or `lol_html` gave up: it panics when used after an error.
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
            // Strict mode refuses markup that real pages have.
            .with_strict(false)
            .append_element_content_handler((Cow::Borrowed(&CONSTANTS.tags), tags))
            .append_element_content_handler((Cow::Borrowed(&CONSTANTS.title), title));
        Self { rewriter: Some(HtmlRewriter::new(settings, |_| ())), tokens }
    }

    /// One that reads nothing.
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

    /// Lets go of a text that the page left open.
    pub(crate) fn end(&mut self) {
        self.rewriter.take().map(HtmlRewriter::end);
    }

    /// What was met since the last call.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        take(&mut *self.tokens.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Filled by the handlers, emptied by who reads. Both are one thread: the lock is for the compiler.
#[derive(Clone, Default)]
struct Tokens(Arc<Mutex<Vec<Token>>>);

impl Tokens {
    fn push(&self, token: Token) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(token);
    }
}

type Rewriter = HtmlRewriter<'static, fn(&[u8])>;
type Handlers = ElementContentHandlers<'static, SendHandlerTypes>;

/// An error from here ends the reading: that is how `lol_html` is told to stop.
fn on_element(element: &mut Element<'_, '_>, tokens: &Tokens) -> HandlerResult {
    let name = element.tag_name();
    match name.as_str() {
        "body" => return Err("the body starts".into()),
        "head" => {
            if let Some(handlers) = element.end_tag_handlers() {
                handlers.push(Box::new(|_| Err("the head ends".into())));
            }
        }
        // Not by the namespace of what is in it: `lol_html` says that a title in an SVG is HTML, for its content is.
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

/// Parsed once: that is a third of the time that a page takes.
static CONSTANTS: LazyLock<Constants> = LazyLock::new(Constants::new);

struct Constants {
    tags: Selector,
    title: Selector,
    /// One character for each byte, so that a charset named late decodes what was read before it.
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
/// The attribute that is read once a `<meta>` was found to be of interest.
const CONTENT: &str = "content";
/// What is not selected here costs almost nothing. Most links are not icons, whatever their `rel` hides behind a
/// character reference.
const SELECTOR: &str =
    "base, body, head, link[rel*=icon i], link[rel*='&'], math, meta, svg, template, title";
/// How many of them are looked at. Real heads have tens; 90,000 fit into 512 KiB, at half a microsecond each.
const TAGS_READ: usize = 4096;
/// How many pieces the texts of titles may come in: two for each `<` in them.
const TEXTS_READ: usize = 4096;
/// What `lol_html` may keep of a tag that is not yet complete, and of the tags that are open.
const MEMORY: usize = 256 * 1024;
