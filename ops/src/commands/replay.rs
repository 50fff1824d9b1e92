//! `mediary replay`: what the log says, built again apart from the server that has it (PL-16).
//!
//! Guarantees: the record is proved before anything is made of it, and only read; what is built stands in a folder for temporary
//! files and goes with it. Nothing is done of what the events tell: no part that acts is started.

use std::path::PathBuf;

use clap::Args;
use mediary_log::{Log, Options, Original, ReplicaError, Report, VerifyError};
use mediary_projections::{Replay as Views, ReplayError, State};
use mediary_schema::Timestamp;
use serde::Serialize;
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::{
    arguments::Everywhere,
    connection::{self, Environment},
    failure::Failure,
    log::{Offline, chain, hex, holder, open_failure},
    moment,
    part::Part,
};
use crate::{
    client::{AsOf, UserError},
    output::{Output, fields},
};

pub(crate) const HELP: &str = "\
Examples:
  mediary replay --data ./data
  mediary replay --bundle export.ndjson --until 2026-11-21 --format json
  mediary replay --data ./data --sqlite audit.sqlite

Two replays of one log print one state hash, on whatever machine, by the same version of Mediary.";

/// What to build again.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// A bundle that `log export` wrote, instead of a data folder; `-` for one that is piped in.
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// As of which moment: a position of the log, a moment, a day of UTC, or how long ago; the end of the log if left out.
    #[arg(long, value_name = "POSITION|TIME", value_parser = moment::parse_past)]
    until: Option<AsOf>,
    /// Print a hash after each so many events, too.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// Also write the views and all events into a SQLite file, for an auditor's own questions.
    #[arg(long, value_name = "FILE")]
    sqlite: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long, requires = "sqlite")]
    force: bool,
}

/// What was built.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Replayed {
    log_id: String,
    /// The last event that was built in.
    last_position: u64,
    /// The hash of the chain after it.
    head_hash: String,
    /// What all views show then.
    state_hash: String,
    /// How many events have no payload any more.
    erased_count: u64,
    views: Vec<ViewLine>,
    /// The state after each so many events, if that was asked for.
    checkpoints: Vec<CheckpointLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlite: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ViewLine {
    name: &'static str,
    version: u32,
    row_count: u64,
    hash: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckpointLine {
    position: u64,
    state_hash: String,
}

/// The most hashes of one replay: each builds every view on.
const CHECKPOINTS_MAX: u64 = 1_000;

/// Proves the record, builds its views, and prints what they are.
pub(crate) async fn run(
    replay: Replay,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    if replay.bundle.is_some() && flags.data.is_some() {
        return Err(Failure::Usage {
            message: "--bundle and --data are two logs".to_owned(),
            advice: "replay one, then the other",
        });
    }
    let part = replay
        .sqlite
        .as_ref()
        .map(|file| Part::try_new(file, replay.force, "name the file to write, for example audit.sqlite"));
    let part = part.transpose()?;
    let folder = tempfile::tempdir().map_err(Failure::file("making a folder in", std::env::temp_dir()))?;
    let report = replica(&replay, flags, environment, &folder).await?;
    let replayed = build(&replay, &report, &folder, part.as_ref()).await?;
    if let Some(part) = part {
        part.keep()?;
    }
    Ok(output.show(&replayed, text)?)
}

/// Proves the record and copies it; one that a server has comes from that server, as a bundle.
async fn replica(
    replay: &Replay,
    flags: &Everywhere,
    environment: &Environment,
    folder: &TempDir,
) -> Result<Report, Failure> {
    let data = connection::data_folder(flags, environment);
    let client = match (&replay.bundle, data) {
        (Some(bundle), _) => return replicate(bundle.clone(), true, folder).await.map_err(Failure::from),
        (None, Some(data)) => match replicate(data, false, folder).await {
            Ok(report) => return Ok(report),
            Err(Offline::Failure(failure)) => return Err(failure),
            Err(Offline::InUse(listen)) => holder(flags, environment, listen.as_deref())?,
        },
        (None, None) => connection::connect(flags, environment)?,
    };
    let part = Part::try_new(&folder.path().join("bundle"), true, "")?;
    part.fetch(&client, "v1/log/export", &[("from", "1".to_owned())]).await?;
    replicate(part.path().to_owned(), true, folder).await.map_err(Failure::from)
}

async fn replicate(path: PathBuf, is_bundle: bool, folder: &TempDir) -> Result<Report, Offline> {
    let replica = folder.path().join(REPLICA);
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
const REPLICA: &str = "replica";

async fn build(
    replay: &Replay,
    report: &Report,
    folder: &TempDir,
    part: Option<&Part>,
) -> Result<Replayed, Failure> {
    let log = Log::open(Options::new(folder.path().join(REPLICA))).map_err(|error| Failure::Unreadable {
        code: error.code().to_owned(),
        message: error.to_string(),
        advice: error.advice(),
    })?;
    let last = until(replay.until.as_ref(), &log, report.last_position)?;
    let every = replay.every.unwrap_or_else(|| last.max(1));
    if last / every > CHECKPOINTS_MAX {
        return Err(Failure::Usage {
            message: format!("that would be {} hashes, and {CHECKPOINTS_MAX} is the most", last / every),
            advice: "give a larger --every",
        });
    }
    // Begun here, for its owner only; to SQLite an empty file is an empty database.
    part.map(Part::create).transpose()?;
    let mut views = Views::new(&log, &folder.path().join("views"), mediary_api::views());
    let file = part.map(|part| part.path().to_owned());
    let building = spawn_blocking(move || {
        let (mut checkpoints, mut position) = (Vec::new(), every.min(last));
        loop {
            let state = views.build(position)?;
            if position == last {
                if let Some(file) = file {
                    views.write_tables(&file, &state)?;
                }
                return Ok((checkpoints, state));
            }
            checkpoints.push(CheckpointLine { position, state_hash: hex(&state.hash) });
            position = (position + every).min(last);
        }
    });
    let built = building.await.map_err(|error| Failure::Output(error.into()))?;
    let head_hash = log.hash_at(last).map_err(|error| unbuilt(&error.into()))?.unwrap_or_default();
    log.close().await;
    let (mut checkpoints, State { position, hash, views }) =
        built.map_err(|error: ReplayError| unbuilt(&error))?;
    if replay.every.is_some() {
        checkpoints.push(CheckpointLine { position, state_hash: hex(&hash) });
    }
    let line = |view: mediary_projections::ViewState| ViewLine {
        name: view.name,
        version: view.version,
        row_count: view.rows,
        hash: hex(&view.hash),
    };
    Ok(Replayed {
        log_id: report.log_id.to_string(),
        last_position: position,
        head_hash: hex(&head_hash),
        state_hash: hex(&hash),
        erased_count: report.erased,
        views: views.into_iter().map(line).collect(),
        checkpoints,
        sqlite: replay.sqlite.clone(),
    })
}

/// Up to where it is built.
fn until(until: Option<&AsOf>, log: &Log, last: u64) -> Result<u64, Failure> {
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

fn unbuilt(error: &ReplayError) -> Failure {
    let advice = "check the room for temporary files; `mediary log verify` proves the log".to_owned();
    Failure::Unsound { code: error.code().to_owned(), message: chain(error), advice }
}

fn text(replayed: &Replayed) -> String {
    let mut rows = vec![
        ("log".to_owned(), Some(format!("{}, whole", replayed.log_id))),
        ("last position".to_owned(), Some(replayed.last_position.to_string())),
        ("head hash".to_owned(), Some(replayed.head_hash.clone())),
        ("state hash".to_owned(), Some(replayed.state_hash.clone())),
        ("erased".to_owned(), (replayed.erased_count > 0).then(|| replayed.erased_count.to_string())),
    ];
    rows.extend(replayed.views.iter().map(|ViewLine { name, version, row_count, hash }| {
        (format!("view {name}"), Some(format!("{hash} (version {version}, {row_count} rows)")))
    }));
    rows.extend(replayed.checkpoints.iter().map(|CheckpointLine { position, state_hash }| {
        (format!("state at {position}"), Some(state_hash.clone()))
    }));
    rows.push(("written to".to_owned(), replayed.sqlite.as_ref().map(|file| file.display().to_string())));
    let rows: Vec<(&str, Option<String>)> =
        rows.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    fields(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_a_line_for_each_view_and_checkpoint() {
        let view = |name| ViewLine { name, version: 8, row_count: 15, hash: "aa".to_owned() };
        let replayed = Replayed {
            log_id: "01".to_owned(),
            last_position: 7,
            head_hash: "bb".to_owned(),
            state_hash: "cc".to_owned(),
            erased_count: 0,
            views: vec![view("download"), view("job")],
            checkpoints: vec![CheckpointLine { position: 5, state_hash: "dd".to_owned() }],
            sqlite: None,
        };
        let lines = [
            "log            01, whole",
            "last position  7",
            "head hash      bb",
            "state hash     cc",
            "view download  aa (version 8, 15 rows)",
            "view job       aa (version 8, 15 rows)",
            "state at 5     dd",
        ];
        assert_eq!(text(&replayed), lines.map(|line| format!("{line}\n")).concat());
    }
}
