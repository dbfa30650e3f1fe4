/// The colour scheme for which a `media` attribute selects an icon.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scheme {
    Light,
    /// Selected for a dark scheme and not for a light one.
    Dark,
}

impl Scheme {
    /// The scheme of a `media` attribute; `None` if it matches neither scheme, such as `print`.
    ///
    /// Only the scheme and the medium are evaluated. Other features, such as widths, are assumed to match.
    pub(crate) fn of(media: &str) -> Option<Self> {
        let compact: String = media.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let compact = compact.to_ascii_lowercase();
        [Self::Light, Self::Dark]
            .into_iter()
            .find(|scheme| compact.split(',').any(|query| scheme.holds(query)))
    }

    fn holds(self, query: &str) -> bool {
        if ["print", "onlyprint", "speech", "onlyspeech"].iter().any(|medium| query.starts_with(medium)) {
            return false;
        }
        let [light, dark] = [LIGHT, DARK].map(|feature| query.contains(feature));
        if !light && !dark {
            // A value that CSS does not define never matches, negated or not.
            return !query.contains(VALUE_OF_FEATURE);
        }
        let is_negated = query.starts_with("not") || query.starts_with("(not");
        is_negated != if self == Self::Light { light } else { dark }
    }
}

const LIGHT: &str = "(prefers-color-scheme:light)";
const DARK: &str = "(prefers-color-scheme:dark)";
const VALUE_OF_FEATURE: &str = "prefers-color-scheme:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_queries() {
        for (media, expected) in [
            ("", Some(Scheme::Light)),
            ("all", Some(Scheme::Light)),
            ("screen and (min-width: 600px)", Some(Scheme::Light)),
            ("(prefers-color-scheme: light)", Some(Scheme::Light)),
            ("(prefers-color-scheme)", Some(Scheme::Light)),
            ("( PREFERS-COLOR-SCHEME :Dark )", Some(Scheme::Dark)),
            ("screen and (prefers-color-scheme:dark)", Some(Scheme::Dark)),
            ("not all and (prefers-color-scheme: dark)", Some(Scheme::Light)),
            ("(not (prefers-color-scheme: light))", Some(Scheme::Dark)),
            ("(prefers-color-scheme: dark), (prefers-color-scheme: light)", Some(Scheme::Light)),
            ("(prefers-color-scheme: dark), print", Some(Scheme::Dark)),
            ("(prefers-color-scheme: no-preference)", None),
            ("print", None),
        ] {
            assert_eq!(Scheme::of(media), expected, "{media}");
        }
    }
}
