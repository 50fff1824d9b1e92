/// What may be asked of the memory of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Remember that it was accepted.
    Accept,
}
