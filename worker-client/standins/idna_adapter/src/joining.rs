/// The joining type of a character. The rule that needs it is checked by the platform.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct JoiningType;

impl JoiningType {
    /// The type as a set of one.
    pub fn to_mask(self) -> JoiningTypeMask {
        JoiningTypeMask
    }

    /// `false`: the character ends the search for one that joins.
    pub fn is_transparent(self) -> bool {
        false
    }
}

/// A set of joining types.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct JoiningTypeMask;

impl JoiningTypeMask {
    /// `true`: the platform has checked it.
    pub fn intersects(self, _: Self) -> bool {
        true
    }
}

/// Types that join what comes before a joiner.
pub const LEFT_OR_DUAL_JOINING_MASK: JoiningTypeMask = JoiningTypeMask;
/// Types that join what comes after a joiner.
pub const RIGHT_OR_DUAL_JOINING_MASK: JoiningTypeMask = JoiningTypeMask;
