//! The rules for right-to-left domains ([RFC 5893]) are left to the platform: no character counts as right-to-left here.
//!
//! [RFC 5893]: https://www.rfc-editor.org/rfc/rfc5893#section-2

/// The class of a character, left-to-right.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BidiClass;

impl BidiClass {
    /// The class as a set of one.
    pub fn to_mask(self) -> BidiClassMask {
        BidiClassMask(true)
    }

    /// `true`.
    pub fn is_ltr(self) -> bool {
        true
    }

    /// `false`.
    pub fn is_nonspacing_mark(self) -> bool {
        false
    }

    /// `false`.
    pub fn is_european_number(self) -> bool {
        false
    }

    /// `false`.
    pub fn is_arabic_number(self) -> bool {
        false
    }
}

/// A set of classes: with the class left-to-right, or without it.
#[derive(Clone, Copy, Debug)]
pub struct BidiClassMask(bool);

impl BidiClassMask {
    /// `true` if a class is in both.
    pub fn intersects(self, other: Self) -> bool {
        self.0 && other.0
    }
}

/// Classes that make a domain a right-to-left one.
pub const RTL_MASK: BidiClassMask = BidiClassMask(false);
/// Classes of the first character of a label.
pub const FIRST_BC_MASK: BidiClassMask = BidiClassMask(true);
/// Classes of the last character of a left-to-right label.
pub const LAST_LTR_MASK: BidiClassMask = BidiClassMask(true);
/// Classes of the characters between in a left-to-right label.
pub const MIDDLE_LTR_MASK: BidiClassMask = BidiClassMask(true);
/// Classes of the last character of a right-to-left label.
pub const LAST_RTL_MASK: BidiClassMask = BidiClassMask(false);
/// Classes of the characters between in a right-to-left label.
pub const MIDDLE_RTL_MASK: BidiClassMask = BidiClassMask(false);
