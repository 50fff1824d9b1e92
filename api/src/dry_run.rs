//! What a command would do, as GraphQL tells it.

use async_graphql::{ID, Json, SimpleObject};
use mediary_log::gate;

use crate::{scalar::Long, schedule::ScheduledCommand};

/// What a command would do, if it were carried out now. None of it was done.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct DryRun {
    /// The command as data, as a schedule takes it; none if that could not be told without what opens something, such as
    /// an address with a key.
    command: Option<ScheduledCommand>,
    /// The events that would be recorded, in their order: those of the command, then those of what reacts to
    /// them. The first thousand.
    events: Vec<DryEvent>,
    /// How many there are.
    event_count: Long,
    /// Whether that is all; a dry run of very much stops counting.
    is_whole: bool,
    /// What would begin and end in the world.
    effects: Effects,
}

/// An event that would be recorded.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct DryEvent {
    /// The full name: `playlist.follow_requested`.
    kind: String,
    /// The stream: `<concern>-<uuid>`. What follows from another event will have another id.
    stream: String,
    /// The reaction that would record it; none if the command does.
    reaction: Option<&'static str>,
    /// What it says; none if the token may not read that.
    payload: Option<Json<serde_json::Value>>,
}

/// What would begin and end in the world, outside of the log.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Effects {
    /// Jobs that would be queued.
    job_count: Long,
    /// Jobs that would be ended, or asked to end: what a running one fetched so far is removed.
    ended_job_count: Long,
    /// Files that would be made in the library, if all goes well.
    file_count: Long,
    /// Their bytes; none where only the source knows, which is not asked.
    bytes: Option<Long>,
    /// Hosts that would be asked.
    calls: Vec<Calls>,
}

/// How many jobs would ask a host.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Calls {
    /// Its name.
    host: ID,
    /// How many jobs.
    job_count: Long,
}

impl From<gate::DryRun> for DryRun {
    fn from(dry_run: gate::DryRun) -> Self {
        let gate::DryRun { command, events, event_count, is_whole, effects } = dry_run;
        let events = events.into_iter().map(DryEvent::from).collect();
        let command = command.map(ScheduledCommand::from);
        Self { command, events, event_count: Long(event_count), is_whole, effects: effects.into() }
    }
}

impl From<gate::DryEvent> for DryEvent {
    fn from(event: gate::DryEvent) -> Self {
        let gate::DryEvent { kind, stream, reaction, payload } = event;
        Self { kind, stream, reaction, payload: payload.map(Json) }
    }
}

impl From<gate::Effects> for Effects {
    fn from(effects: gate::Effects) -> Self {
        let gate::Effects { jobs, ended_jobs, files, bytes, calls } = effects;
        let calls = calls
            .into_iter()
            .map(|gate::Calls { host, jobs }| Calls { host: ID(host), job_count: Long(jobs) });
        Self {
            job_count: Long(jobs),
            ended_job_count: Long(ended_jobs),
            file_count: Long(files),
            bytes: bytes.map(Long),
            calls: calls.collect(),
        }
    }
}
