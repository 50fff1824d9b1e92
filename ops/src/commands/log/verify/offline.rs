//! Files are proved, without a server.

use mediary_log::{OpenError, Report, VerifyError};

use super::verification::{Verification, chain};
use crate::commands::failure::Failure;

/// Why files can't be looked at.
pub(crate) enum Offline {
    /// A process has the folder; its server listens here.
    InUse(Option<String>),
    Failure(Failure),
}

impl From<Offline> for Failure {
    fn from(offline: Offline) -> Self {
        match offline {
            Offline::Failure(failure) => failure,
            Offline::InUse(_) => Self::Usage {
                message: "the folder is in use".to_owned(),
                advice: "ask the server that has it",
            },
        }
    }
}

/// What files proved without a server; what is wrong with them is part of the answer.
pub(super) fn answer(proved: Result<Report, VerifyError>) -> Result<Verification, Offline> {
    match proved {
        Ok(report) => Ok(Verification::from(&report)),
        Err(VerifyError::Open(error)) => match open_failure(error) {
            Ok(error) => Ok(Verification::from(&VerifyError::Open(error))),
            Err(offline) => Err(offline),
        },
        Err(error @ (VerifyError::Read { .. } | VerifyError::NoBundle { .. })) => {
            Err(Offline::Failure(unreadable(error.code(), &error, error.advice())))
        }
        Err(error) => Ok(Verification::from(&error)),
    }
}

/// Tells damage, which is an answer, from a folder that can't be looked at.
pub(crate) fn open_failure(error: OpenError) -> Result<OpenError, Offline> {
    match error {
        OpenError::InUse { holder, .. } => Err(Offline::InUse(holder.listen)),
        OpenError::Damaged { .. } => Ok(error),
        other => Err(Offline::Failure(unreadable(other.code(), &other, other.advice()))),
    }
}

fn unreadable(code: &str, error: &dyn std::error::Error, advice: String) -> Failure {
    Failure::Unreadable { code: code.to_owned(), message: chain(error), advice }
}
