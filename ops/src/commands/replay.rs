//! `mediary replay`: what the log says, built again apart from the server that has it (PL-16).
//!
//! Guarantees: the record is proved before anything is made of it, and only read; what is built stands in a folder for temporary
//! files and goes with it. Nothing is done of what the events tell: no part that acts is started.

mod publishing;
mod record;
mod serving;

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use mediary_log::{Log, Report, fanout::AgainSubject};
use mediary_projections::{Replay as Views, ReplayError, State};
use serde::Serialize;
use tokio::task::spawn_blocking;

use self::record::until;
pub(crate) use self::record::{REPLICA, head_hash, open, replica, unbuilt};
use super::{
    arguments::Everywhere, connection::Environment, failure::Failure, log::hex, moment, part::Part,
    scratch::Scratch,
};
use crate::{
    client::AsOf,
    configuration::NatsMode,
    output::{Output, fields},
};

pub(crate) const HELP: &str = "\
Examples:
  mediary replay --data ./data
  mediary replay --bundle export.ndjson --until 2026-11-21 --format json
  mediary replay --data ./data --sqlite audit.sqlite
  mediary replay --data ./data --until 2026-11-21 --serve
  mediary replay --data ./data --publish audit.again --from 100 --nats nats://127.0.0.1:4222

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
    /// Print a hash after each so many events [default: about ten, at round positions, and one at the end].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// Also write the views and all events into a SQLite file, for an auditor's own questions.
    #[arg(long, value_name = "FILE")]
    sqlite: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long, requires = "sqlite")]
    force: bool,
    /// Then answer what is asked as of there, until Ctrl-C; only to this machine, unless another address is given.
    #[arg(long, value_name = "ADDR:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:0")]
    serve: Option<SocketAddr>,
    /// Also send the events again, over NATS, to this subject.
    #[arg(long, value_name = "SUBJECT")]
    publish: Option<AgainSubject>,
    /// From which event on they are sent again [default: 1].
    #[arg(long, value_name = "POSITION", requires = "publish", value_parser = clap::value_parser!(u64).range(1..))]
    from: Option<u64>,
    /// The NATS server that they are sent to [default: that of the configuration].
    #[arg(long, value_name = "URL", requires = "publish")]
    nats: Option<NatsMode>,
    /// The configuration file [default: mediary.toml, if there is one].
    #[arg(long, value_name = "FILE", requires = "publish")]
    config: Option<PathBuf>,
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
    /// The state after each so many events, and at the end.
    checkpoints: Vec<CheckpointLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlite: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<publishing::Published>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serves: Option<serving::Serves>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewLine {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
    pub(crate) row_count: u64,
    pub(crate) hash: String,
}

impl From<mediary_projections::ViewState> for ViewLine {
    fn from(view: mediary_projections::ViewState) -> Self {
        Self { name: view.name, version: view.version, row_count: view.rows, hash: hex(&view.hash) }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckpointLine {
    position: u64,
    state_hash: String,
}

/// What is built, to be gone on with.
struct Built {
    log: Log,
    views: Views,
    state: State,
    checkpoints: Vec<CheckpointLine>,
}

/// The most hashes of one replay: each builds every view on.
const CHECKPOINTS_MAX: u64 = 1_000;
/// The hashes of one replay, if nothing is said: each reads all that the views show.
const CHECKPOINTS: u64 = 10;

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
    // What can't be had is said before anything is read.
    let part = replay
        .sqlite
        .as_ref()
        .map(|file| Part::try_new(file, replay.force, "name the file to write, for example audit.sqlite"));
    let part = part.transpose()?;
    let publishing = publishing::Publishing::of(&replay, flags)?;
    let door = serving::Door::open(replay.serve).await?;
    let folder = Scratch::make()?;
    let report = replica(replay.bundle.as_deref(), flags, environment, folder.path()).await?;
    let built = build(&replay, &report, &folder, part.as_ref()).await?;
    if let Some(part) = part {
        part.keep()?;
    }
    let mut replayed = replayed(&replay, &report, &built)?;
    if let Some(publishing) = publishing {
        replayed.published = Some(publishing.tell_again(&built.log, built.state.position).await?);
    }
    let Some(door) = door else {
        built.log.close().await;
        return Ok(output.show(&replayed, text)?);
    };
    door.serve(built, replayed, &folder, output).await
}

async fn build(
    replay: &Replay,
    report: &Report,
    folder: &Scratch,
    part: Option<&Part>,
) -> Result<Built, Failure> {
    // A copy has no keys of persons, so that it is the same everywhere.
    let log = open(folder.path(), None)?;
    let last = until(replay.until.as_ref(), &log, report.last_position)?;
    let every = replay.every.unwrap_or_else(|| usual_step(last));
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
                return Ok((views, state, checkpoints));
            }
            checkpoints.push(CheckpointLine { position, state_hash: hex(&state.hash) });
            position = (position + every).min(last);
        }
    });
    let built = building.await.map_err(|error| Failure::Output(error.into()))?;
    let (views, state, mut checkpoints) = built.map_err(|error: ReplayError| unbuilt(&error))?;
    checkpoints.push(CheckpointLine { position: state.position, state_hash: hex(&state.hash) });
    Ok(Built { log, views, state, checkpoints })
}

/// After how many events a hash is printed, if nothing is said: 1, 2 or 5 with zeros behind it, so that replays up to different positions
/// have hashes at the same ones.
fn usual_step(last: u64) -> u64 {
    let mut steps =
        (0..).flat_map(|zeros| [1, 2, 5].map(|step: u64| step.saturating_mul(10_u64.saturating_pow(zeros))));
    steps.find(|step| last / step <= CHECKPOINTS).unwrap_or(u64::MAX)
}

fn replayed(replay: &Replay, report: &Report, built: &Built) -> Result<Replayed, Failure> {
    let Built { log, state, checkpoints, .. } = built;
    let point = |line: &CheckpointLine| CheckpointLine { state_hash: line.state_hash.clone(), ..*line };
    Ok(Replayed {
        log_id: report.log_id.to_string(),
        last_position: state.position,
        head_hash: head_hash(log, state.position)?,
        state_hash: hex(&state.hash),
        erased_count: report.erased,
        views: state.views.iter().cloned().map(ViewLine::from).collect(),
        checkpoints: checkpoints.iter().map(point).collect(),
        sqlite: replay.sqlite.clone(),
        published: None,
        serves: None,
    })
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
    rows.push(("sent again".to_owned(), replayed.published.as_ref().map(ToString::to_string)));
    rows.push(("answers at".to_owned(), replayed.serves.as_ref().map(ToString::to_string)));
    let rows: Vec<(&str, Option<String>)> =
        rows.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    fields(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_ten_hashes_are_printed_at_round_positions() {
        for (last, step) in [
            (0, 1),
            (10, 1),
            (11, 2),
            (21, 2),
            (22, 5),
            (421, 50),
            (1_000_000, 100_000),
            (u64::MAX, 2_000_000_000_000_000_000),
        ] {
            assert_eq!(usual_step(last), step, "{last}");
        }
    }

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
            published: None,
            serves: None,
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
