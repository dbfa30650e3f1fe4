//! The headers of a request that the routes look at.

use worker::{
    js_sys::Array,
    wasm_bindgen::{self, JsValue, prelude::wasm_bindgen},
    web_sys::Request,
};

use crate::platform::limits::CONNECTING_ADDRESS;

/// A header that a route looks at.
#[derive(Clone, Copy)]
pub(crate) enum Header {
    Accept,
    Address,
    ContentType,
    Cookie,
    FetchDest,
    FetchSite,
    Origin,
    Purpose,
    Referer,
}

impl Header {
    const ALL: [Self; 9] = [
        Self::Accept,
        Self::Address,
        Self::ContentType,
        Self::Cookie,
        Self::FetchDest,
        Self::FetchSite,
        Self::Origin,
        Self::Purpose,
        Self::Referer,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Address => CONNECTING_ADDRESS,
            Self::ContentType => "content-type",
            Self::Cookie => "cookie",
            Self::FetchDest => "sec-fetch-dest",
            Self::FetchSite => "sec-fetch-site",
            Self::Origin => "origin",
            Self::Purpose => "sec-purpose",
            Self::Referer => "referer",
        }
    }
}

/// These headers of one request, as lines: a name, its value, and so on. Neither holds a line end.
pub(crate) struct RequestHeaders(String);

impl RequestHeaders {
    /// Reads them by one call of JavaScript: one at a time takes as long for the names alone.
    pub(crate) fn read(request: &Request) -> Self {
        Self(NAMES.with(|names| present(request, names)))
    }

    pub(crate) fn get(&self, header: Header) -> Option<&str> {
        let Self(lines) = self;
        let mut lines = lines.split('\n');
        loop {
            let (name, value) = (lines.next()?, lines.next()?);
            if name == header.name() {
                return Some(value);
            }
        }
    }
}

#[wasm_bindgen(inline_js = "
export const present = ({ headers }, names) => {
  let lines = '';
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) lines += `${name}\\n${value}\\n`;
  }
  return lines;
};")]
extern "C" {
    /// The headers of these names that a request has.
    fn present(request: &Request, names: &Array) -> String;
}

thread_local! {
    static NAMES: Array = Header::ALL.map(|header| JsValue::from_str(header.name())).into_iter().collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_the_line_after_its_name() {
        let headers =
            RequestHeaders("origin\ncookie\ncookie\n\nreferer\nhttps://a.example/?accept\n".to_owned());
        assert_eq!(headers.get(Header::Origin), Some("cookie"));
        assert_eq!(headers.get(Header::Cookie), Some(""));
        assert_eq!(headers.get(Header::Referer), Some("https://a.example/?accept"));
        assert_eq!(headers.get(Header::Accept), None);
    }
}
