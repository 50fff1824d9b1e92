//! `mediary backup` and `mediary restore`: the whole record in one file, and back.

use std::path::{Path, PathBuf};

use clap::Args;
use mediary_log::{BackedUp, BackupError, Source, backup_with};
use serde::Serialize;

use super::{
    arguments::Everywhere,
    connection::{self, Environment},
    failure::Failure,
    log::{Offline, hex, holder, open_failure},
    part::Part,
};
use crate::{
    client::UserError,
    output::{Output, bytes, fields},
    serve,
};

/// Where a server answers a backup.
const PATH: &str = "v1/log/backup";

/// Where to back up to.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file; it is there only once it is whole and proved. It is a secret: it holds the identity key and passwords.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write over a file that is there, once the new one is proved.
    #[arg(long)]
    force: bool,
    /// Take the samples of `mediary telemetry` along, which are left out otherwise: nothing depends on them.
    #[arg(long)]
    with_telemetry: bool,
}

/// What to restore.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// A file that `backup` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Also where the folder has events that the backup doesn't have; they are moved aside, not deleted.
    #[arg(long)]
    force: bool,
}

/// What a backup holds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    file: PathBuf,
    log_id: String,
    last_position: u64,
    last_hash: String,
    /// Bytes of samples in it; none where they are left out, or there are none.
    telemetry_bytes: Option<u64>,
    /// What of the data folder is not in it, and is not made anew from it.
    left_out: Vec<&'static str>,
}

/// What a restore did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Restored {
    data: PathBuf,
    log_id: String,
    last_position: u64,
    last_hash: String,
    /// Where the log is that was there before.
    aside: Option<PathBuf>,
    /// Settings that were left as they were, since they are others than those of the backup.
    kept: Vec<String>,
}

/// Writes a backup: from the server, while it goes on, or from the folder if no server has it.
pub(crate) async fn run(
    backup: &Backup,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    let file = &backup.file;
    let part = Part::try_new(file, backup.force, "name the file to write, for example mediary.backup")?;
    let written = write_with(&part, backup.with_telemetry, flags, environment).await?;
    let BackedUp { log_id, last_position, last_hash, attached } = written;
    part.keep()?;
    let telemetry_bytes = attached.iter().map(|(_, bytes)| *bytes).next();
    let left_out = [
        ("library", true),
        ("secrets", true),
        ("checks", true),
        ("output", true),
        ("telemetry", telemetry_bytes.is_none()),
    ];
    let held = Held {
        file: file.clone(),
        log_id: log_id.to_string(),
        last_position,
        last_hash: hex(&last_hash),
        telemetry_bytes,
        left_out: left_out.into_iter().filter_map(|(what, is_out)| is_out.then_some(what)).collect(),
    };
    Ok(output.show(&held, |held| {
        fields(&[
            ("file", Some(held.file.display().to_string())),
            ("log", Some(held.log_id.clone())),
            ("last position", Some(held.last_position.to_string())),
            ("last hash", Some(held.last_hash.clone())),
            ("samples", held.telemetry_bytes.map(bytes)),
            ("left out", Some(held.left_out.join(", "))),
        ])
    })?)
}

/// Writes it into a part of a file, and proves it.
pub(super) async fn write(
    part: &Part,
    flags: &Everywhere,
    environment: &Environment,
) -> Result<BackedUp, Failure> {
    write_with(part, false, flags, environment).await
}

/// The same, with samples if they are wanted.
async fn write_with(
    part: &Part,
    telemetry: bool,
    flags: &Everywhere,
    environment: &Environment,
) -> Result<BackedUp, Failure> {
    let query: Vec<_> = telemetry.then(|| ("telemetry", "true".to_owned())).into_iter().collect();
    match connection::data_folder(flags, environment).map(|folder| from_folder(&folder, telemetry, part)) {
        Some(Ok(())) => {}
        Some(Err(Offline::Failure(failure))) => return Err(failure),
        Some(Err(Offline::InUse(listen))) => {
            part.fetch(&holder(flags, environment, listen.as_deref())?, PATH, &query).await?;
        }
        None => part.fetch(&connection::connect(flags, environment)?, PATH, &query).await?,
    }
    // A backup that can't be restored is found out now, and never takes the place of an older one.
    mediary_log::prove_backup(part.path()).map_err(|error| failure(&error))
}

/// Puts a backup into a folder that no server has.
pub(crate) fn restore(
    restore: &Restore,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    let data = flags.data.clone().or_else(|| environment.data.clone()).ok_or_else(|| Failure::Usage {
        message: "it is not said into which folder".to_owned(),
        advice: "name it with --data DIR",
    })?;
    let done = mediary_log::restore(&restore.file, &data, restore.force).map_err(|error| failure(&error))?;
    let restored = Restored {
        data,
        log_id: done.backed_up.log_id.to_string(),
        last_position: done.backed_up.last_position,
        last_hash: hex(&done.backed_up.last_hash),
        aside: done.aside,
        kept: done.kept,
    };
    Ok(output.show(&restored, |restored| {
        let kept = (!restored.kept.is_empty()).then(|| restored.kept.join(", "));
        fields(&[
            ("data", Some(restored.data.display().to_string())),
            ("log", Some(restored.log_id.clone())),
            ("last position", Some(restored.last_position.to_string())),
            ("last hash", Some(restored.last_hash.clone())),
            ("log before", restored.aside.as_ref().map(|aside| aside.display().to_string())),
            ("settings left as they are", kept),
        ])
    })?)
}

fn from_folder(folder: &Path, telemetry: bool, part: &Part) -> Result<(), Offline> {
    let mut out = part.create().map_err(Offline::Failure)?;
    let samples = if telemetry { serve::samples_of(folder) } else { Ok(Vec::new()) };
    let written = samples.map_err(BackupError::Settings).and_then(|samples| {
        backup_with(Source::Folder(folder), || serve::settings_of(folder), samples, &mut out)
    });
    match written {
        Ok(_) => part.finish(out).map_err(Offline::Failure),
        Err(BackupError::Open(error)) => {
            Err(Offline::Failure(failure(&BackupError::Open(open_failure(error)?))))
        }
        Err(error) => Err(Offline::Failure(failure(&error))),
    }
}

pub(super) fn failure(error: &BackupError) -> Failure {
    let (code, advice) = (error.code().to_owned(), error.advice());
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    let message = format!("{error}{}", cause.unwrap_or_default());
    match error {
        BackupError::Newer { .. } => {
            Failure::Refused(UserError { code, message, advice: Some(advice), retryable: false })
        }
        _ => Failure::Unsound { code, message, advice },
    }
}
