//! Stories of checks: what somebody says of them, and what was found with all that follows from it in one append.

use std::collections::{BTreeSet, VecDeque};

use mediary_events::{
    Asked as _, Concern as _,
    check::{
        Ask, Check, Command, Rejection, State,
        ask::{Acknowledge, Add, MakeReport, RunNow, Snooze, Which},
    },
    codec,
    notification::Notification,
};
use mediary_schema::{
    CheckId, IncidentId, RunId, Timestamp,
    account::Permission,
    check::{Definition, Finding, Probe, ProbeRefused, Report, Verdict},
};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Checks, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Check::NAME,
    events: Check::EVENTS,
    retired: Check::RETIRED,
    redact: codec::redacted::<Check>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// Checks that are looked through for one that depends on itself: more than anybody oversees.
const DEPENDENCIES_WALKED_MAX: usize = 1_000;

/// What a command on checks answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The check.
    pub check_id: CheckId,
    /// The look that was asked for, or the one that somebody asked for before and that is not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let now = story.now();
        let (check_id, command) = match self {
            Self::Add(asked) => return add(story, asked, None),
            Self::Run(RunNow { check_id, reference }) => return run(story, *check_id, reference.clone()),
            Self::Pause(Which { check_id }) => (*check_id, Command::Pause),
            Self::Resume(Which { check_id }) => (*check_id, Command::Resume { now }),
            Self::Remove(Which { check_id }) => (*check_id, Command::Remove { now }),
            Self::Acknowledge(Acknowledge { check_id, note }) => {
                (*check_id, Command::Acknowledge { note: note.clone() })
            }
            Self::Snooze(Snooze { check_id, until }) => (*check_id, Command::Snooze { until: *until, now }),
            // What is without samples is told by nobody.
            Self::Report(_) => return Err(Rejection::NoSamples.into()),
        };
        story.execute::<Check>(check_id.uuid(), command)?;
        Ok(Told { check_id, run_id: None })
    }
}

/// Writes down what somebody who has the samples made of a month, unless there is nothing to be made of it.
pub fn report(
    story: &mut Transaction<'_>,
    MakeReport { check_id, .. }: &MakeReport,
    made: Result<Report, Rejection>,
) -> Result<Told, Refusal> {
    let command = Command::Report { report: Box::new(made?) };
    story.execute::<Check>(check_id.uuid(), command)?;
    Ok(Told { check_id: *check_id, run_id: None })
}

/// Has something looked at as a file of the server's folder says; what is asked takes the place of what the folder said before.
pub fn say_in_file(story: &mut Transaction<'_>, asked: &Add, file: &str) -> Result<Told, Refusal> {
    add(story, asked, Some(file.to_owned()))
}

fn add(story: &mut Transaction<'_>, asked: &Add, file: Option<String>) -> Result<Told, Refusal> {
    let Add { name, definition, replace, is_paused } = asked;
    for permission in needed(&definition.probe) {
        story.require(permission)?;
    }
    if let Probe::Events { event, .. } = &definition.probe {
        readable(story, event)?;
    }
    let check_id = story.identities().check(story.caller().project, name);
    depends(story, check_id, name, definition)?;
    told_by(story, &definition.alerting.channels)?;
    let (name, definition) = (name.clone(), Box::new(definition.clone()));
    let command = Command::Define { name, definition, replace: *replace, file, now: story.now() };
    story.execute::<Check>(check_id.uuid(), command)?;
    if *is_paused {
        story.execute::<Check>(check_id.uuid(), Command::Pause)?;
    }
    Ok(Told { check_id, run_id: None })
}

/// What somebody must be allowed besides who has such a thing looked at.
pub fn needed(probe: &Probe) -> Vec<Permission> {
    match probe {
        // Whoever speaks with Docker can do anything on its machine; of a look it is only asked.
        Probe::Command { .. } => vec![Permission::CHECK_BY_COMMAND],
        Probe::Disk { .. } | Probe::Process { .. } | Probe::FileAge { .. } | Probe::Docker { .. } => {
            vec![Permission::SEE_MACHINE]
        }
        Probe::Http { .. }
        | Probe::Tcp { .. }
        | Probe::Tls { .. }
        | Probe::Dns { .. }
        | Probe::Domain { .. }
        | Probe::Ping { .. }
        | Probe::Nats { .. }
        | Probe::Events { .. }
        | Probe::Push {} => vec![],
    }
}

/// Refuses events that there are none of, or that not everybody reads who reads the project: whether there were some is
/// seen by all of them.
fn readable(story: &Transaction<'_>, event: &str) -> Result<(), Refusal> {
    let (concern, name) = event.split_once('.').unwrap_or((event, ""));
    let registry = story.registry();
    let is_for_all = registry.entry(concern).is_some_and(|entry| entry.read == Permission::READ);
    if is_for_all && registry.knows(concern, name).is_some() {
        return Ok(());
    }
    let what = "there is no such event that everybody reads: `mediary log kinds` lists them";
    Err(Rejection::from(ProbeRefused::Amount { what }).into())
}

/// Refuses what depends on what is not there, or on itself.
fn depends(
    story: &mut Transaction<'_>,
    check_id: CheckId,
    name: &str,
    definition: &Definition,
) -> Result<(), Refusal> {
    let mut open: VecDeque<(CheckId, String)> =
        definition.depends_on.iter().map(|of| (*of, name.to_owned())).collect();
    let mut walked = BTreeSet::new();
    while let Some((of, chain)) = open.pop_front() {
        if of == check_id {
            return Err(Rejection::Dependencies { chain: format!("{chain} → {name}") }.into());
        }
        if !walked.insert(of) || walked.len() > DEPENDENCIES_WALKED_MAX {
            continue;
        }
        let Some(plan) = &story.state::<Check>(of.uuid())?.plan else {
            if definition.depends_on.contains(&of) {
                return Err(Rejection::NoDependency { name: of.to_string() }.into());
            }
            continue;
        };
        let chain = format!("{chain} → {}", plan.name);
        open.extend(plan.definition.depends_on.iter().map(|next| (*next, chain.clone())));
    }
    Ok(())
}

/// Refuses channels that there are none of: whoever relies on one would never be told.
fn told_by(story: &mut Transaction<'_>, channels: &[String]) -> Result<(), Refusal> {
    let project = story.caller().project;
    let known = &story.state::<Notification>(project.uuid())?.channels;
    match channels.iter().find(|name| !known.contains_key(*name)) {
        Some(name) => Err(Rejection::NoChannel { name: name.clone() }.into()),
        None => Ok(()),
    }
}

fn run(story: &mut Transaction<'_>, check_id: CheckId, reference: Option<String>) -> Result<Told, Refusal> {
    let command_id = story.caller().command_id;
    let run_id = RunId::from_uuid(story.identities().made_by(RunId::KIND, command_id));
    story.execute::<Check>(check_id.uuid(), Command::RequestRun { run_id, reference })?;
    let run_id = story.state::<Check>(check_id.uuid())?.requested;
    Ok(Told { check_id, run_id })
}

/// What was found, or what a moment means at which nothing was.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// What it says.
    pub finding: Finding,
    /// When it was seen.
    pub at: Timestamp,
    /// By which look; none if it was none.
    pub run_id: Option<RunId>,
    /// How long the look took, in milliseconds.
    pub took_ms: u64,
    /// Whether enough looks failed, or not enough were well since they did.
    pub is_wrong: bool,
}

/// Records what was found, if it is another thing than before, and what follows: something is wrong, or it is over, and
/// whoever asked for the look has his answer.
pub fn observe(
    story: &mut Transaction<'_>,
    check_id: CheckId,
    observation: &Observation,
) -> Result<(), Refusal> {
    let Observation { finding, at, run_id, took_ms, is_wrong } = observation;
    let Finding { verdict, reason, message, values: _ } = finding;
    let (verdict, reason, at, run_id) = (*verdict, *reason, *at, *run_id);
    let uuid = check_id.uuid();
    let state = story.state::<Check>(uuid)?;
    // It was removed while it was looked at.
    let Some(plan) = &state.plan else { return Ok(()) };
    let (depends_on, requested) = (plan.definition.depends_on.clone(), state.requested);
    story
        .entail::<Check>(uuid, Command::Observe { verdict, reason, message: message.clone(), at, run_id })?;
    if let (Some(run_id), Some(_)) = (requested, run_id) {
        let (message, took_ms) = (message.clone(), *took_ms);
        story.entail::<Check>(uuid, Command::EndRun { run_id, verdict, reason, message, took_ms })?;
    }
    let incident = story.state::<Check>(uuid)?.incident;
    let now = story.now();
    match (is_wrong, incident) {
        (true, None) => {
            let command_id = story.caller().command_id;
            let made_by = story.identities().made_by(IncidentId::KIND, command_id);
            let incident_id = IncidentId::from_uuid(made_by);
            let behind = cause(story, &depends_on)?;
            story.entail::<Check>(uuid, Command::OpenIncident { incident_id, behind, now })
        }
        (true, Some(incident)) => match incident.behind {
            // What it was a consequence of was well before this look: then it is none.
            Some(behind) if is_well_since(story.state::<Check>(behind.uuid())?, at) => {
                story.entail::<Check>(uuid, Command::DetachIncident { now })
            }
            Some(_) | None => Ok(()),
        },
        (false, Some(_)) => story.entail::<Check>(uuid, Command::CloseIncident { now }),
        (false, None) => Ok(()),
    }
}

/// Records that what is wrong is told again; nothing if somebody knows of it, or wants to hear nothing of it.
pub fn remind(story: &mut Transaction<'_>, check_id: CheckId) -> Result<(), Refusal> {
    // It was removed meanwhile.
    if story.state::<Check>(check_id.uuid())?.plan.is_none() {
        return Ok(());
    }
    let now = story.now();
    story.entail::<Check>(check_id.uuid(), Command::Remind { now })
}

/// The first of these checks that is not well, or what that one is a consequence of.
fn cause(story: &mut Transaction<'_>, depends_on: &BTreeSet<CheckId>) -> Result<Option<CheckId>, Refusal> {
    for of in depends_on {
        let State { plan, verdict, incident, .. } = story.state::<Check>(of.uuid())?;
        let is_watched = plan.as_ref().is_some_and(|plan| !plan.is_paused);
        if is_watched && (*verdict == Verdict::Failing || incident.is_some()) {
            return Ok(Some(incident.and_then(|incident| incident.behind).unwrap_or(*of)));
        }
    }
    Ok(None)
}

fn is_well_since(state: &State, at: Timestamp) -> bool {
    let is_watched = state.plan.as_ref().is_some_and(|plan| !plan.is_paused);
    let is_wrong = state.verdict == Verdict::Failing || state.incident.is_some();
    !is_watched || (!is_wrong && state.since.is_none_or(|since| since < at))
}
