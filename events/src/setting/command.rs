use mediary_schema::setting::Limits;

/// What may be asked of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Let this much run at once from now on.
    Limit {
        /// The limits.
        limits: Limits,
    },
}
