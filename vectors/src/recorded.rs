use serde::Deserialize;
use serde_json::Value;

use crate::files::{RECORDED, below, parse};

/// A recorded response of a real server.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct Recorded {
    /// The path of the file below `recorded/`, without its extension: `metadata/mcp.notion.com`.
    #[serde(skip)]
    pub name: String,
    /// The host, if it is known.
    pub host: Option<String>,
    /// The URL of the request, if it is known.
    pub url: Option<String>,
    /// A description of the response.
    pub note: String,
    /// True if the recording lacks members that the server sent.
    #[serde(default)]
    pub partial: bool,
    /// The response.
    pub response: Answer,
}

/// A response, as far as it is known.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: Option<u16>,
    /// The media type.
    pub content_type: Option<String>,
    body: Value,
}

impl Answer {
    /// The body; `None` if it is unknown.
    pub fn body(&self) -> Option<Vec<u8>> {
        match &self.body {
            Value::Null => None,
            Value::String(text) => Some(text.clone().into_bytes()),
            value => Some(value.to_string().into_bytes()),
        }
    }
}

/// All recorded responses, by name.
pub fn recorded() -> impl Iterator<Item = Recorded> {
    below(&RECORDED).into_iter().filter_map(|file| {
        let name = file.path().with_extension("").to_str()?.to_owned();
        Some(Recorded { name, ..parse(file)? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read() {
        assert_eq!(recorded().count(), below(&RECORDED).len());
        assert!(recorded().count() > 100);
        let gitlab = recorded().find(|recorded| recorded.name == "metadata/gitlab.com").unwrap();
        assert!(gitlab.response.body().is_some() && !gitlab.partial);
    }
}
