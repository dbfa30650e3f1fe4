use serde_json::{Map, Value};

/// The value of `member#tag` whose tag fits a language range best: the lookup of RFC 4647 §3.4, which shortens the
/// range from its end until a tag is equal to it, without regard to case.
pub fn in_language<'a>(members: &'a Map<String, Value>, member: &str, range: &str) -> Option<&'a str> {
    let in_tag = |wanted: &str| {
        members.iter().find_map(|(name, value)| {
            let (of, tag) = name.split_once('#')?;
            (of == member && tag.eq_ignore_ascii_case(wanted)).then(|| value.as_str())?
        })
    };
    let ranges = std::iter::successors(Some(range), |range| shorter(range));
    ranges.filter(|range| !range.is_empty()).find_map(in_tag)
}

/// A range without its last subtag, and without a single letter before that, which only introduced it.
fn shorter(range: &str) -> Option<&str> {
    let (rest, _) = range.rsplit_once('-')?;
    match rest.rsplit_once('-') {
        Some((shorter, single)) if single.len() == 1 => Some(shorter),
        _ => Some(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://www.rfc-editor.org/rfc/rfc4647#section-3.4>
    #[test]
    fn rfc_4647_section_3_4() {
        let mut range = "zh-Hant-CN-x-private1-private2";
        let mut ranges = vec![range];
        while let Some(next) = shorter(range) {
            ranges.push(next);
            range = next;
        }
        let expected =
            ["zh-Hant-CN-x-private1-private2", "zh-Hant-CN-x-private1", "zh-Hant-CN", "zh-Hant", "zh"];
        assert_eq!(ranges, expected);
    }
}
