use rfc7591::ClientMetadata;
use serde::Deserialize;
use url::Url;

/// A widely used client: what it registers, and how it logs in, by its sources.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Preset {
    /// The name at the command line.
    pub name: String,
    /// The name for a person.
    pub title: String,
    /// The pages that the metadata was read from.
    pub sources: Vec<String>,
    /// The date on which they were read.
    pub read: String,
    /// The members that no source states.
    #[serde(default)]
    pub assumed: Vec<String>,
    /// The redirection URI of a login; one that is registered, or one of loopback with another port.
    pub redirect_uri: Url,
    /// The scope that it asks for.
    pub scope: ScopeRule,
    /// It registers, chooses the scope and logs in by the flow of this project: where the server refuses something by
    /// name, it asks once more for less.
    #[serde(default)]
    pub asks_for_less: bool,
    /// It registers those of its grants that the metadata lists.
    #[serde(default)]
    pub listed_grants_only: bool,
    /// The metadata that it registers.
    pub registration: ClientMetadata,
}

/// The scope that a client asks for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a preset names one")]
pub enum ScopeRule {
    /// All of `scopes_supported`.
    Listed,
    /// All of `scopes_supported`, else `openid email profile`.
    ListedOrOpenid,
    /// None.
    None,
}

impl Preset {
    /// Every preset of `clients.json`.
    ///
    /// # Panics
    ///
    /// Never: a test reads the file.
    #[expect(clippy::expect_used, reason = "a constant")]
    pub fn all() -> Vec<Self> {
        serde_json::from_str(CLIENTS).expect("a list of presets")
    }

    /// The preset of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|preset| preset.name == name)
    }

    /// The scope at a server that lists some.
    pub(crate) fn scope_of(&self, listed: &[String]) -> Option<String> {
        match self.scope {
            ScopeRule::Listed | ScopeRule::ListedOrOpenid if !listed.is_empty() => Some(listed.join(" ")),
            ScopeRule::ListedOrOpenid => Some("openid email profile".to_owned()),
            ScopeRule::Listed | ScopeRule::None => None,
        }
    }
}

const CLIENTS: &str = include_str!("../clients.json");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_preset_has_its_sources() {
        let presets = Preset::all();
        let names: Vec<&str> = presets.iter().map(|preset| &*preset.name).collect();
        assert_eq!(names, ["claude", "chatgpt", "vscode", "cursor", "inspector", "mcp-remote", "worker"]);
        for preset in &presets {
            assert!(!preset.sources.is_empty() && preset.read.len() == 10, "{preset:?}");
            let uris: Vec<Url> =
                preset.registration.redirect_uris().iter().map(rfc7591::UriString::url).collect();
            assert!(uris.contains(&preset.redirect_uri), "{preset:?}");
            assert!(preset.registration.client_name.is_some(), "{preset:?}");
        }
        let listed = ["a".to_owned(), "b".to_owned()];
        let of = |name| Preset::named(name).unwrap();
        assert_eq!(of("vscode").scope_of(&listed).as_deref(), Some("a b"));
        assert_eq!(of("vscode").scope_of(&[]), None);
        assert_eq!(of("mcp-remote").scope_of(&[]).as_deref(), Some("openid email profile"));
        assert_eq!(of("claude").scope_of(&listed), None);
    }
}
