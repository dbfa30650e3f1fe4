//! The [decoder] of Punycode: the platform has A-labels, and `idna` works on U-labels.
//!
//! [decoder]: https://www.rfc-editor.org/rfc/rfc3492#section-6.2

/// The label without `xn--`, decoded.
pub(crate) fn decode(encoded: &str) -> Option<Vec<char>> {
    let (basic, digits) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut label: Vec<char> = basic.chars().collect();
    let (mut code, mut position, mut bias) = (FIRST_CODE, 0_u32, FIRST_BIAS);
    let mut digits = digits.bytes();
    while digits.len() > 0 {
        let before = position;
        let mut weight = 1_u32;
        for k in (BASE..).step_by(BASE as usize) {
            let digit = value(digits.next()?)?;
            position = position.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(LEAST, MOST);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE.checked_sub(threshold)?)?;
        }
        let length = u32::try_from(label.len()).ok()?.checked_add(1)?;
        bias = adapted(position.checked_sub(before)?, length, before == 0)?;
        code = code.checked_add(position.checked_div(length)?)?;
        position = position.checked_rem(length)?;
        label.insert(usize::try_from(position).ok()?, char::from_u32(code)?);
        position = position.checked_add(1)?;
    }
    Some(label)
}

fn value(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit.wrapping_sub(b'a'))),
        b'0'..=b'9' => Some(u32::from(digit.wrapping_sub(b'0')).wrapping_add(26)),
        _ => None,
    }
}

/// The bias after a delta ([§6.1]).
///
/// [§6.1]: https://www.rfc-editor.org/rfc/rfc3492#section-6.1
fn adapted(delta: u32, length: u32, is_first: bool) -> Option<u32> {
    let mut delta = delta.checked_div(if is_first { DAMP } else { 2 })?;
    delta = delta.checked_add(delta.checked_div(length)?)?;
    let mut k = 0_u32;
    while delta > (BASE - LEAST) * MOST / 2 {
        delta /= BASE - LEAST;
        k = k.checked_add(BASE)?;
    }
    let shift = delta.checked_mul(BASE - LEAST + 1)?.checked_div(delta.checked_add(SKEW)?)?;
    k.checked_add(shift)
}

const BASE: u32 = 36;
const LEAST: u32 = 1;
const MOST: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const FIRST_BIAS: u32 = 72;
const FIRST_CODE: u32 = 0x80;
