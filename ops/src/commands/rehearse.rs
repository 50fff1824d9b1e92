//! `mediary rehearse`: what this program would make of a folder that another one serves, before it takes its place (PL-16).
//!
//! Guarantees: the folder is only read, through its server where one has it; what is built is a copy that goes with the
//! rehearsal; nothing is recorded, done or asked of anybody else.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use mediary_log::{
    BackedUp, Log,
    gate::{Divergence, Forms, Gate, Rehearsal, UnknownKind},
    work,
};
use mediary_projections::{Replay as Views, ReplayError, Shown, State, shown};
use mediary_schema::{Clock, IdSource, Timestamp};
use serde::Serialize;
use tokio::{task::spawn_blocking, time::Instant};

use super::{
    arguments::Everywhere,
    backup,
    connection::{self, Environment},
    failure::Failure,
    log::hex,
    part::Part,
    replay::{REPLICA, ViewLine, head_hash, open, unbuilt},
    scratch::Scratch,
};
use crate::{
    configuration::{self, Overrides},
    output::{Output, bytes, duration, fields, plural},
    tree,
};

pub(crate) const HELP: &str = "\
Example, with the new program, while the old one serves:
  mediary rehearse --data ./data

It ends with 0 if both show and do the same, and with 7 if they differ: read what, then decide.";

/// What to think through.
#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    /// Think through what followed from the events of so many days.
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u32,
    /// The configuration file of the other program [default: mediary.toml, if there is one].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rehearsed {
    /// Whether this program shows and does what the other does.
    is_same: bool,
    log_id: String,
    last_position: u64,
    head_hash: String,
    /// What the views of this program show there.
    state_hash: String,
    views: Vec<ViewRehearsed>,
    /// How many events have an older form, and are lifted when they are read.
    lifted_count: u64,
    unknown_kinds: Vec<UnknownKind>,
    /// From which event on causes were thought through, and how many there were.
    since_position: u64,
    cause_count: u64,
    more: Vec<Divergence>,
    fewer: Vec<Divergence>,
    cost: Cost,
}

/// What this program makes of a view, against what is shown now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ViewRehearsed {
    #[serde(flatten)]
    view: ViewLine,
    /// As of which event both are compared; the end of the log if nothing is shown.
    position: u64,
    /// With which version it is shown now, and what; none if it is not there whole.
    shown_version: Option<u32>,
    shown_hash: Option<String>,
    is_same: bool,
    size_bytes: u64,
}

/// What the first start of this program costs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    log_bytes: u64,
    /// What the views take that are built anew, since their version is another, and how long that took here.
    rebuilt_bytes: u64,
    view_bytes: u64,
    build_ms: u64,
}

/// What is thought through on threads that may block.
struct Thought {
    state: State,
    /// What each view of this program shows where the other's stands.
    views: BTreeMap<&'static str, (u64, ViewLine)>,
    sizes: BTreeMap<&'static str, u64>,
    build: Duration,
    forms: Forms,
    rehearsal: Rehearsal,
}

/// Copies the record, builds and thinks, and prints what differs.
pub(crate) async fn run(
    rehearse: &Rehearse,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    let folder = Scratch::make()?;
    let data = connection::data_folder(flags, environment).ok_or_else(|| Failure::Usage {
        message: "it is not said which folder".to_owned(),
        advice: "name the folder that the other program serves: --data DIR",
    })?;
    let config = rehearse.config.clone();
    let overrides = Overrides { data: Some(data.clone()), config, ..Overrides::default() };
    let configuration = configuration::load(&overrides)?;
    // Before the record: what it shows is of an event that is in it.
    let (path, own) = (data.clone(), folder.path().to_owned());
    let shown =
        spawn_blocking(move || look(&path, &own)).await.map_err(|error| Failure::Output(error.into()))?;
    let held = copy(flags, environment, folder.path()).await?;
    let log = open(folder.path(), configuration.vault_key_file.clone())?;
    let since = since(&log, rehearse.days, held.last_position)?;
    let gate = Gate::new(log.clone(), Clock::system(), IdSource::system(), work::REGISTRY)
        .with_reactions(tree::reactions(&configuration));
    let views = Views::new(&log, &folder.path().join("views"), mediary_api::views());
    let positions = shown.iter().map(|(name, shown)| (*name, shown.position)).collect();
    let thinking = spawn_blocking(move || think(views, &gate, &positions, held.last_position, since));
    let thought = thinking.await.map_err(|error| Failure::Output(error.into()))??;
    let rehearsed = rehearsed(&log, &held, since, &shown, thought)?;
    log.close().await;
    output.show(&rehearsed, text)?;
    if rehearsed.is_same { Ok(()) } else { Err(Failure::Differs) }
}

/// What each view shows that the other program has.
fn look(data: &Path, scratch: &Path) -> BTreeMap<&'static str, Shown> {
    mediary_api::views().filter_map(|kind| Some((kind.name(), shown(&kind, data, scratch)?))).collect()
}

/// The record with what derives its ids, in a folder of its own.
async fn copy(flags: &Everywhere, environment: &Environment, folder: &Path) -> Result<BackedUp, Failure> {
    let part = Part::try_new(&folder.join("record"), true, "")?;
    backup::write(&part, flags, environment).await?;
    let (from, to) = (part.path().to_owned(), folder.join(REPLICA));
    let restored = spawn_blocking(move || mediary_log::restore(&from, &to, false)).await;
    let restored = restored.map_err(|error| Failure::Output(error.into()))?;
    Ok(restored.map_err(|error| backup::failure(&error))?.backed_up)
}

/// The first event that is younger than so many days.
fn since(log: &Log, days: u32, last: u64) -> Result<u64, Failure> {
    let wait = Duration::from_hours(24) * days;
    let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
    let moment = Timestamp::from_micros(Clock::system().now().as_micros().saturating_sub(micros));
    let before = log.position_at(moment).map_err(|error| unbuilt(&error.into()))?;
    Ok(before.min(last) + 1)
}

fn think(
    mut views: Views,
    gate: &Gate,
    positions: &BTreeMap<&'static str, u64>,
    last: u64,
    since: u64,
) -> Result<Thought, Failure> {
    let begun = Instant::now();
    let failed = |error: ReplayError| unbuilt(&error);
    let mut compared = BTreeMap::new();
    // One that is not there is compared with nothing, at the end.
    let stops: BTreeSet<u64> = positions.values().copied().filter(|position| *position < last).collect();
    for position in stops {
        let state = views.build(position).map_err(failed)?;
        let standing = state.views.into_iter().filter(|view| positions.get(view.name) == Some(&position));
        compared.extend(standing.map(|view| (view.name, (position, ViewLine::from(view)))));
    }
    let state = views.build(last).map_err(failed)?;
    let build = begun.elapsed();
    for view in &state.views {
        compared.entry(view.name).or_insert_with(|| (last, ViewLine::from(view.clone())));
    }
    let thought = |refusal: &mediary_log::gate::Refusal| Failure::Unsound {
        code: refusal.code().to_owned(),
        message: format!("what followed can't be thought through: {refusal}"),
        advice: "`mediary log verify` proves the log".to_owned(),
    };
    let forms = gate.forms().map_err(|refusal| thought(&refusal))?;
    let rehearsal = gate.rehearse(since, last).map_err(|refusal| thought(&refusal))?;
    Ok(Thought {
        state,
        views: compared,
        sizes: views.sizes().into_iter().collect(),
        build,
        forms,
        rehearsal,
    })
}

fn rehearsed(
    log: &Log,
    held: &BackedUp,
    since: u64,
    shown: &BTreeMap<&'static str, Shown>,
    thought: Thought,
) -> Result<Rehearsed, Failure> {
    let Thought { state, views, sizes, build, forms, rehearsal } = thought;
    let view = |(name, (position, view)): (&'static str, (u64, ViewLine))| {
        let shown = shown.get(name).map(|shown| (shown.state.version, hex(&shown.state.hash)));
        let is_same =
            shown.as_ref().is_some_and(|(version, hash)| (*version, hash) == (view.version, &view.hash));
        let (shown_version, shown_hash) = shown.unzip();
        let size_bytes = sizes.get(name).copied().unwrap_or(0);
        ViewRehearsed { view, position, shown_version, shown_hash, is_same, size_bytes }
    };
    let views: Vec<ViewRehearsed> = views.into_iter().map(view).collect();
    let rebuilt = views.iter().filter(|view| view.shown_version != Some(view.view.version));
    let cost = Cost {
        log_bytes: log.size_bytes(),
        rebuilt_bytes: rebuilt.map(|view| view.size_bytes).sum(),
        view_bytes: sizes.values().sum(),
        build_ms: u64::try_from(build.as_millis()).unwrap_or(u64::MAX),
    };
    let Rehearsal { causes, more, fewer } = rehearsal;
    let is_same = views.iter().all(|view| view.is_same)
        && forms.unknown.is_empty()
        && more.is_empty()
        && fewer.is_empty();
    Ok(Rehearsed {
        is_same,
        log_id: held.log_id.to_string(),
        last_position: held.last_position,
        head_hash: head_hash(log, held.last_position)?,
        state_hash: hex(&state.hash),
        views,
        lifted_count: forms.lifted,
        unknown_kinds: forms.unknown,
        since_position: since,
        cause_count: causes,
        more,
        fewer,
        cost,
    })
}

fn text(rehearsed: &Rehearsed) -> String {
    let Rehearsed { views, unknown_kinds, more, fewer, cost, .. } = rehearsed;
    let mut rows = vec![
        ("log".to_owned(), Some(format!("{}, whole", rehearsed.log_id))),
        ("last position".to_owned(), Some(rehearsed.last_position.to_string())),
        ("state hash".to_owned(), Some(rehearsed.state_hash.clone())),
        ("in all".to_owned(), Some(if rehearsed.is_same { "the same" } else { "differs" }.to_owned())),
    ];
    rows.extend(views.iter().map(|view| (format!("view {}", view.view.name), Some(view.to_string()))));
    let lifted = rehearsed.lifted_count;
    rows.push(("older forms".to_owned(), (lifted > 0).then(|| plural(lifted, "event", "events"))));
    rows.extend(unknown_kinds.iter().map(|unknown| {
        let UnknownKind { kind, count, first_position } = unknown;
        (
            format!("unknown {kind}"),
            Some(format!("{}, from {first_position} on", plural(*count, "event", "events"))),
        )
    }));
    let thought =
        format!("{} from {} on", plural(rehearsed.cause_count, "cause", "causes"), rehearsed.since_position);
    rows.push(("thought through".to_owned(), Some(thought)));
    for (word, divergences) in [("more", more), ("fewer", fewer)] {
        rows.extend(divergences.iter().map(|divergence| {
            let Divergence { reaction, kind, count, first_cause } = divergence;
            (format!("{word} {kind}"), Some(format!("{count} by {reaction}, first after {first_cause}")))
        }));
    }
    let Cost { log_bytes, rebuilt_bytes, view_bytes, build_ms } = cost;
    let built = format!("{} of {} in {}", bytes(*rebuilt_bytes), bytes(*view_bytes), duration(*build_ms));
    rows.push(("built anew".to_owned(), Some(built)));
    rows.push(("the log takes".to_owned(), Some(bytes(*log_bytes))));
    let rows: Vec<(&str, Option<String>)> =
        rows.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    fields(&rows)
}

impl std::fmt::Display for ViewRehearsed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { view, position, shown_version, is_same, .. } = self;
        match shown_version {
            Some(_) if *is_same => write!(formatter, "the same (version {}, as of {position})", view.version),
            Some(version) if *version == view.version => {
                write!(formatter, "differs (version {version}, as of {position}): {}", view.hash)
            }
            Some(version) => {
                write!(formatter, "version {} in place of {version}: {}", view.version, view.hash)
            }
            None => write!(formatter, "version {}, in place of none: {}", view.version, view.hash),
        }
    }
}
