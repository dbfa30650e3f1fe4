use url::Url;

use crate::{
    Branding,
    charset::{Bytewise, Charset},
    icon::{self, Link},
    sources::{self, META_KEYS, Source},
    text::Text,
    token::{Tag, Token},
};

/// The content collected from a page so far, undecoded: the charset and the base URL may be declared last.
#[derive(Debug)]
pub(crate) struct Page {
    url: Url,
    base: Option<Bytewise>,
    texts: Vec<(Source, Bytewise)>,
    links: Vec<Link>,
    /// The text of the first title of the document; `in_title` is true while it continues.
    title: Option<Bytewise>,
    in_title: bool,
    /// Number of open `<template>`, `<svg>` and `<math>` elements.
    asides: usize,
}

impl Page {
    pub(crate) fn new(url: Url) -> Self {
        Self {
            url,
            base: None,
            texts: Vec::new(),
            links: Vec::new(),
            title: None,
            in_title: false,
            asides: 0,
        }
    }

    pub(crate) fn take(&mut self, token: Token, charset: &mut Charset) {
        match token {
            Token::AsideStart => self.asides = self.asides.saturating_add(1),
            Token::AsideEnd => self.asides = self.asides.saturating_sub(1),
            Token::Title => {
                self.in_title = self.asides == 0 && self.title.is_none();
                if self.in_title {
                    self.title = Some(Bytewise::Bytes(Vec::new()));
                }
            }
            Token::TitleText(text) => {
                if let Some(title) = self.title.as_mut().filter(|_| self.in_title) {
                    title.append(text);
                }
            }
            Token::Tag(_) if self.asides > 0 => {}
            Token::Tag(tag) => match tag.name {
                "base" if self.base.is_none() => self.base = tag.raw("href").cloned(),
                "link" => self.links.extend(Link::read(&tag).filter(|_| self.links.len() < LINKS)),
                "meta" => {
                    charset.meta(&tag);
                    self.take_meta(&tag);
                }
                _ => {}
            },
        }
    }

    pub(crate) fn branding(mut self, charset: &Charset) -> Branding {
        self.texts.extend(self.title.take().map(|title| (Source::TitleElement, title)));
        let base = self.base.as_ref().and_then(|href| self.url.join(&charset.attribute(href)).ok());
        let base = base.filter(icon::is_web).unwrap_or_else(|| self.url.clone());
        let (icons, dark_icons) = icon::rank(&self.links, &self.url, &base, charset);
        Branding {
            title: self.first(&sources::TITLE, charset, Text::title),
            name: self.first(&sources::NAME, charset, Text::title),
            description: self.first(&sources::DESCRIPTION, charset, Text::description),
            icons,
            dark_icons,
        }
    }

    fn take_meta(&mut self, tag: &Tag) {
        let Some(content) = tag.raw("content").filter(|content| !content.is_blank()) else { return };
        let keys: Vec<_> = META_KEYS.iter().filter_map(|key| tag.keyword(key)).collect();
        for source in sources::TITLE.iter().chain(&sources::NAME).chain(&sources::DESCRIPTION) {
            let is_named = matches!(source, Source::Meta(name) if keys.iter().any(|key| key == name));
            if is_named && self.texts.iter().filter(|(s, _)| s == source).count() < TEXTS {
                self.texts.push((*source, content.clone()));
            }
        }
    }

    /// The first text that is not empty after cleaning.
    fn first(&self, order: &[Source], charset: &Charset, clean: fn(&str) -> Option<Text>) -> Option<Text> {
        let found = order.iter().flat_map(|source| self.texts.iter().filter(move |(s, _)| s == source));
        found
            .map(|(source, raw)| match source {
                Source::TitleElement => charset.text(raw),
                Source::Meta(_) => charset.attribute(raw),
            })
            .find_map(|text| clean(&text))
    }
}

/// Maximum number of icon links kept, more than any real page has; 250,000 fit into 512 KiB.
const LINKS: usize = 64;
/// Maximum number of texts of one kind kept, in case the first ones turn out to be invisible.
const TEXTS: usize = 8;
