//! How the process ends: the codes of `docs/exit-codes.md`, so that scripts can rely on them.
//!
//! To add one: a variant here, its line in that document; a test compares the two.

use std::process::ExitCode;

/// How the process ends. The numbers are a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// What was asked for is done.
    Done = 0,
    /// The work failed, or what was looked at is not whole.
    WorkFailed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The platform refused: nothing was changed.
    Refused = 3,
    /// No token was shown, or the token does not allow this.
    Unauthenticated = 4,
    /// There is no such thing.
    NotFound = 5,
    /// Nothing was decided: a plan was shown and not carried out, or nobody can say how what was looked at is.
    Undecided = 6,
    /// What was rehearsed differs from what is.
    Differs = 7,
    /// No server answers. BSD's `EX_UNAVAILABLE`.
    Unreachable = 69,
    /// A fault of ours: the server's log says more. `EX_SOFTWARE`.
    Internal = 70,
    /// A file or the log can't be read or written. `EX_IOERR`.
    Io = 74,
    /// The same may succeed a moment later. `EX_TEMPFAIL`.
    Busy = 75,
    /// The configuration is wrong. `EX_CONFIG`.
    Configuration = 78,
}

impl Exit {
    /// Every way to end.
    pub const ALL: [Self; 13] = [
        Self::Done,
        Self::WorkFailed,
        Self::Usage,
        Self::Refused,
        Self::Unauthenticated,
        Self::NotFound,
        Self::Undecided,
        Self::Differs,
        Self::Unreachable,
        Self::Internal,
        Self::Io,
        Self::Busy,
        Self::Configuration,
    ];

    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn every_code_is_documented_and_no_other() {
        let document = include_str!("../../docs/exit-codes.md");
        let rows = document.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
        let documented: Vec<u8> = rows.filter_map(|cell| cell.trim().parse().ok()).collect();
        assert_eq!(documented, Exit::ALL.map(Exit::code));
    }
}
