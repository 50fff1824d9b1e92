//! The record that is replayed: proved, copied, and up to where.

use std::path::{Path, PathBuf};

use mediary_log::{Log, Options, Original, ReplicaError, Report, VerifyError};
use mediary_projections::ReplayError;
use mediary_schema::Timestamp;
use tokio::task::spawn_blocking;

use crate::{
    client::{AsOf, UserError},
    commands::{
        arguments::Everywhere,
        connection::{self, Environment},
        failure::Failure,
        log::{Offline, chain, hex, holder, open_failure},
        part::Part,
    },
};

/// Proves the record and copies it; one that a server has comes from that server, as a bundle.
pub(crate) async fn replica(
    bundle: Option<&Path>,
    flags: &Everywhere,
    environment: &Environment,
    folder: &Path,
) -> Result<Report, Failure> {
    let data = connection::data_folder(flags, environment);
    let client = match (bundle, data) {
        (Some(bundle), _) => return replicate(bundle.to_owned(), true, folder).await.map_err(Failure::from),
        (None, Some(data)) => match replicate(data, false, folder).await {
            Ok(report) => return Ok(report),
            Err(Offline::Failure(failure)) => return Err(failure),
            Err(Offline::InUse(listen)) => holder(flags, environment, listen.as_deref())?,
        },
        (None, None) => connection::connect(flags, environment)?,
    };
    let part = Part::try_new(&folder.join("bundle"), true, "")?;
    part.fetch(&client, "v1/log/export", &[("from", "1".to_owned())]).await?;
    replicate(part.path().to_owned(), true, folder).await.map_err(Failure::from)
}

async fn replicate(path: PathBuf, is_bundle: bool, folder: &Path) -> Result<Report, Offline> {
    let replica = folder.join(REPLICA);
    let done = spawn_blocking(move || {
        let original = if is_bundle { Original::Bundle(&path) } else { Original::Folder(&path) };
        mediary_log::replicate(original, &replica)
    });
    match done.await.map_err(|error| Offline::Failure(Failure::Output(error.into())))? {
        Ok(report) => Ok(report),
        Err(ReplicaError::Unproved(VerifyError::Open(error))) => {
            Err(Offline::Failure(unproved(&VerifyError::Open(open_failure(error)?).into())))
        }
        Err(error) => Err(Offline::Failure(unproved(&error))),
    }
}

/// The folder of the copy.
pub(crate) const REPLICA: &str = "replica";

/// Opens the copy; what is sealed in it is read by the keys that are with it, if the master key is where it is said.
pub(crate) fn open(folder: &Path, vault_key_file: Option<PathBuf>) -> Result<Log, Failure> {
    Log::open(Options { vault_key_file, ..Options::new(folder.join(REPLICA)) }).map_err(|error| {
        Failure::Unreadable {
            code: error.code().to_owned(),
            message: error.to_string(),
            advice: error.advice(),
        }
    })
}

/// The hash of the chain after a position.
pub(crate) fn head_hash(log: &Log, position: u64) -> Result<String, Failure> {
    let hash = log.hash_at(position).map_err(|error| unbuilt(&error.into()))?;
    Ok(hex(&hash.unwrap_or_default()))
}

/// Up to where it is built.
pub(super) fn until(until: Option<&AsOf>, log: &Log, last: u64) -> Result<u64, Failure> {
    match until {
        None => Ok(last),
        Some(AsOf::Position(position)) if *position > last => Err(Failure::Refused(UserError {
            code: "POSITION_BEYOND_HEAD".to_owned(),
            message: format!("the log ends at {last}, before {position}"),
            advice: Some(format!("name a position up to {last}, or leave --until out")),
            retryable: false,
        })),
        Some(AsOf::Position(position)) => Ok(*position),
        Some(AsOf::Time(text)) => {
            let moment: Timestamp = text.parse().map_err(|_| Failure::Usage {
                message: format!("{text} is no moment"),
                advice: "give it as 2026-11-21T08:00:00Z",
            })?;
            // The copy was opened just now, which is an event behind its last one.
            Ok(log.position_at(moment).map_err(|error| unbuilt(&error.into()))?.min(last))
        }
    }
}

fn unproved(error: &ReplicaError) -> Failure {
    let (code, advice) = (error.code().to_owned(), error.advice());
    let message = chain(error);
    match error {
        ReplicaError::Unproved(
            VerifyError::Read { .. } | VerifyError::NoBundle { .. } | VerifyError::Open(_),
        )
        | ReplicaError::Write { .. } => Failure::Unreadable { code, message, advice },
        ReplicaError::Stretch { .. } | ReplicaError::Moved => {
            Failure::Refused(UserError { code, message, advice: Some(advice), retryable: false })
        }
        _ => Failure::Unsound { code, message, advice },
    }
}

pub(crate) fn unbuilt(error: &ReplayError) -> Failure {
    let advice = "check the room for temporary files; `mediary log verify` proves the log".to_owned();
    Failure::Unsound { code: error.code().to_owned(), message: chain(error), advice }
}
