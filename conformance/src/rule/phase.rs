/// The part of a check that a rule belongs to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Phase {
    /// Reading the metadata.
    Metadata,
    /// An MCP `initialize` at the named URL (`--mcp`).
    Mcp,
    /// Reading protected resource metadata (`--resource-metadata`).
    ResourceMetadata,
    /// A good registration (`--register`).
    Registration,
    /// Registrations that the server must refuse (`--register`).
    Refusals,
    /// Reading, updating and deleting the registered client (`--register`).
    Management,
    /// A login (`--login`).
    Login,
}

impl Phase {
    /// The condition under which it takes place, for a person.
    pub fn when(self) -> &'static str {
        match self {
            Self::Metadata => "always, by reading",
            Self::Mcp => "with --mcp",
            Self::ResourceMetadata => "with --resource-metadata",
            Self::Registration | Self::Refusals | Self::Management => "with --register",
            Self::Login => "with --login",
        }
    }
}
