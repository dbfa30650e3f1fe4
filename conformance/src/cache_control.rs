use http::{Response, header};

/// Returns `true` if a response says `Cache-Control: no-store` (RFC 9111 §5.2.2.5).
pub(crate) fn is_no_store(response: &Response<Vec<u8>>) -> bool {
    let directives = response.headers().get_all(header::CACHE_CONTROL).iter();
    let mut directives =
        directives.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    directives.any(|directive| directive.trim().eq_ignore_ascii_case("no-store"))
}
