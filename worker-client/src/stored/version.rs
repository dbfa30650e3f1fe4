use serde::{Deserialize, Serialize};

/// Version of the form of a stored value.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "u16", into = "u16")]
#[expect(clippy::exhaustive_enums, reason = "a reader knows each")]
pub enum Version {
    /// The form before versions were written down: the member is absent.
    #[default]
    V1,
    /// The form of version 1, with the version.
    V2,
}

impl Version {
    /// The version that is written.
    pub const CURRENT: Self = Self::V2;
}

impl From<Version> for u16 {
    fn from(version: Version) -> Self {
        match version {
            Version::V1 => 1,
            Version::V2 => 2,
        }
    }
}

impl TryFrom<u16> for Version {
    type Error = UnknownVersion;

    fn try_from(number: u16) -> Result<Self, UnknownVersion> {
        match number {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            other => Err(UnknownVersion(other)),
        }
    }
}

/// A version of a later package.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("version {0} of a stored value is not known")]
#[expect(clippy::exhaustive_structs, reason = "the number")]
pub struct UnknownVersion(pub u16);
