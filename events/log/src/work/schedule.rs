//! Stories of schedules: a command given again and again, told together with the record that its moment came.

use mediary_events::{
    Asked as _, Concern as _, OriginKind, codec,
    job::ask,
    playlist,
    schedule::{
        Ask, Command, Plan, Rejection, Schedule,
        ask::{Add, Which},
    },
};
use mediary_schema::{
    PlaylistId, PrincipalId, ScheduleId, TokenId,
    account::Permission,
    bounded::cut,
    plan::Refreshes,
    schedule::{Due, NotDone, Rhythm, ScheduledCommand},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::account;
use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Schedules, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Schedule::NAME,
    events: Schedule::EVENTS,
    retired: Schedule::RETIRED,
    redact: codec::redacted::<Schedule>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// The longest account of why nothing came of a command, in bytes.
const REASON_BYTES_MAX: usize = 1_024;

/// The field of a command that says when the turn of what it starts comes.
const TICKET: &str = "ticket";

/// What a command on schedules answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The schedule.
    pub schedule_id: ScheduleId,
    /// Why nothing came of its command, if it was to be given now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_done: Option<NotDone>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let (principal, token_id) = lender(story)?;
        let now = story.now();
        let done = |schedule_id| Told { schedule_id, not_done: None };
        let (schedule_id, command) = match self {
            Self::Add(asked) => return add(story, asked, principal, token_id).map(done),
            Self::Run(Which { schedule_id }) => return run(story, *schedule_id),
            Self::Pause(Which { schedule_id }) => (*schedule_id, Command::Pause),
            Self::Remove(Which { schedule_id }) => (*schedule_id, Command::Remove),
            Self::Resume(Which { schedule_id }) => {
                // Whoever resumes it gives its commands from now on.
                let plan = plan(story, *schedule_id)?;
                checked(story, &plan.command)?;
                (*schedule_id, Command::Resume { principal, token_id, now })
            }
        };
        story.execute::<Schedule>(schedule_id.uuid(), command)?;
        Ok(done(schedule_id))
    }
}

fn add(
    story: &mut Transaction<'_>,
    asked: &Add,
    principal: PrincipalId,
    token_id: TokenId,
) -> Result<ScheduleId, Refusal> {
    // In its one form, so that the same is the same.
    let found = checked(story, &asked.command)?;
    let command = ScheduledCommand { name: found.name().to_owned(), arguments: found.arguments().clone() };
    let schedule_id = story.identities().schedule(story.caller().project, &asked.name);
    let (name, rhythm, replace, now) = (asked.name.clone(), asked.rhythm(), asked.replace, story.now());
    let command = Command::Add { name, rhythm, command, principal, token_id, replace, now };
    story.execute::<Schedule>(schedule_id.uuid(), command)?;
    Ok(schedule_id)
}

/// Who gives the commands from now on, and by which token: whoever asks. What a schedule itself asks for, it asks for by the
/// token that it has.
pub(super) fn lender(story: &mut Transaction<'_>) -> Result<(PrincipalId, TokenId), Refusal> {
    let (principal, origin) = (story.caller().principal, story.caller().origin);
    if origin.kind != OriginKind::Schedule {
        return Ok((principal, account::lent(story)?));
    }
    let plan = plan(story, ScheduleId::from_uuid(origin.id))?;
    Ok((plan.principal, plan.token_id))
}

/// The name of the schedule by which a followed list is refreshed.
fn of_list(playlist_id: PlaylistId) -> String {
    format!("refresh {playlist_id}")
}

/// The ticket of each refresh, as it was asked for with the first one; none if it says nothing. What is done again and again waits
/// for nothing that the first time waits for.
pub(super) fn ticket_of_each(ticket: &ask::Ticket) -> Option<Value> {
    let ticket = ask::Ticket { at: None, after: None, ..ticket.clone() };
    (ticket != ask::Ticket::default()).then(|| json!(ticket))
}

/// Has a followed list refreshed so from now on, in place of what was said before; with the ticket of before, if nothing is said.
pub(super) fn refresh_again(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    rhythm: Rhythm,
    ticket: Option<Value>,
) -> Result<(), Refusal> {
    story.require(Permission::SCHEDULE)?;
    let ticket = match ticket {
        Some(ticket) => Some(ticket),
        None => refreshes_of(story, playlist_id)?.and_then(|before| before.ticket),
    };
    let mut arguments = json!({ "playlist_id": playlist_id });
    if let Some(ticket) = ticket {
        arguments[TICKET] = ticket;
    }
    let command = ScheduledCommand { name: playlist::Ask::REFRESH.to_owned(), arguments };
    let (name, Rhythm { timing, jitter_seconds }) = (of_list(playlist_id), rhythm);
    let asked = Add { name, timing, jitter_seconds, command, replace: true };
    let (principal, token_id) = lender(story)?;
    add(story, &asked, principal, token_id).map(drop)
}

/// Has a list refreshed as it was before it was followed no longer.
pub(super) fn refresh_as_before(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
    refreshes: Refreshes,
) -> Result<(), Refusal> {
    let Refreshes { rhythm, is_paused, ticket, .. } = refreshes;
    refresh_again(story, playlist_id, rhythm, ticket)?;
    if !is_paused {
        return Ok(());
    }
    let schedule_id = story.identities().schedule(story.caller().project, &of_list(playlist_id));
    story.execute::<Schedule>(schedule_id.uuid(), Command::Pause)
}

/// How a list is refreshed, if it is again and again.
pub(super) fn refreshes_of(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
) -> Result<Option<Refreshes>, Refusal> {
    let project = story.caller().project;
    let schedule_id = story.identities().schedule(project, &of_list(playlist_id));
    let version = story.version::<Schedule>(schedule_id.uuid())?;
    let plan = &story.state::<Schedule>(schedule_id.uuid())?.plan;
    Ok(plan.as_ref().map(|plan| Refreshes {
        version,
        rhythm: plan.rhythm.clone(),
        is_paused: plan.is_paused,
        ticket: plan.command.arguments.get(TICKET).cloned(),
    }))
}

/// Refreshes a list no more that is followed no longer.
pub(super) fn refresh_no_more(story: &mut Transaction<'_>, playlist_id: PlaylistId) -> Result<(), Refusal> {
    let project = story.caller().project;
    let schedule_id = story.identities().schedule(project, &of_list(playlist_id));
    if story.state::<Schedule>(schedule_id.uuid())?.plan.is_none() {
        return Ok(());
    }
    story.entail::<Schedule>(schedule_id.uuid(), Command::Remove)
}

/// Gives its command now, as whoever asks for it.
fn run(story: &mut Transaction<'_>, schedule_id: ScheduleId) -> Result<Told, Refusal> {
    story.require(Permission::SCHEDULE)?;
    let plan = plan(story, schedule_id)?;
    checked(story, &plan.command)?;
    let not_done = give(story, schedule_id, &plan, None)?;
    Ok(Told { schedule_id, not_done })
}

/// A moment came: its command is told as the caller, and what comes of it is one append with the record that it came.
/// Answers why nothing came of it, if nothing did. The same moment a second time is refused.
pub fn fire(
    story: &mut Transaction<'_>,
    schedule_id: ScheduleId,
    due: Due,
) -> Result<Option<NotDone>, Refusal> {
    let plan = plan(story, schedule_id)?;
    let due = due_now(story, schedule_id, &plan, due)?;
    give(story, schedule_id, &plan, Some(due))
}

/// What is due by what the schedule itself says. Whoever asks knows it from the order of the log, and a clock that was behind for a
/// while has him count what was done before; only beyond a clock that was ahead does he know better.
fn due_now(story: &Transaction<'_>, id: ScheduleId, plan: &Plan, due: Due) -> Result<Due, Refusal> {
    let now = story.now();
    if plan.since > now {
        return Ok(due);
    }
    plan.rhythm.due(plan.since, now, id).ok_or_else(|| Rejection::NotDue.into())
}

/// A moment came, and its command came to nothing for a reason that is none of a moment; it is not given again for it.
pub fn refuse(
    story: &mut Transaction<'_>,
    schedule_id: ScheduleId,
    due: Due,
    not_done: &NotDone,
) -> Result<(), Refusal> {
    let plan = plan(story, schedule_id)?;
    let due = due_now(story, schedule_id, &plan, due)?;
    let (not_done, now) = (Some(not_done.clone()), story.now());
    story.entail::<Schedule>(schedule_id.uuid(), Command::Fire { due: Some(due), not_done, now })
}

/// A moment came, and whoever gave its commands may not come in any more: nothing comes of it, nor of those to come, until
/// somebody resumes it. Answers that as the reason.
pub fn disown(story: &mut Transaction<'_>, schedule_id: ScheduleId, due: Due) -> Result<NotDone, Refusal> {
    let code = "UNAUTHENTICATED".to_owned();
    let message = "the token by which it was added is not valid any more".to_owned();
    let not_done = NotDone { code, message };
    refuse(story, schedule_id, due, &not_done)?;
    story.entail::<Schedule>(schedule_id.uuid(), Command::Pause)?;
    Ok(not_done)
}

fn give(
    story: &mut Transaction<'_>,
    schedule_id: ScheduleId,
    plan: &Plan,
    due: Option<Due>,
) -> Result<Option<NotDone>, Refusal> {
    let told = story.part(|story| checked(story, &plan.command)?.tell(story));
    let not_done = match told {
        Ok(_) => None,
        Err(refusal) if is_of_the_world(&refusal) => return Err(refusal),
        Err(refusal) => Some(not_done_for(&refusal)),
    };
    let command = Command::Fire { due, not_done: not_done.clone(), now: story.now() };
    story.entail::<Schedule>(schedule_id.uuid(), command)?;
    Ok(not_done)
}

/// A refusal as the reason why nothing came of a command.
pub fn not_done_for(refusal: &Refusal) -> NotDone {
    NotDone { code: refusal.code().to_owned(), message: cut(refusal.to_string(), REASON_BYTES_MAX) }
}

/// Whether it says nothing of the command: then it is given again later.
fn is_of_the_world(refusal: &Refusal) -> bool {
    let is_said_of_it = matches!(
        refusal,
        Refusal::Rejected(_)
            | Refusal::Forbidden { .. }
            | Refusal::Strange
            | Refusal::TooLarge
            | Refusal::Decode(_)
    );
    !is_said_of_it || refusal.is_retryable()
}

/// A command that may be given by a schedule, if the caller may give it. What it says stands in the schedule, which
/// everybody reads who may read: so it is of a concern that everybody reads, too.
fn checked(story: &Transaction<'_>, command: &ScheduledCommand) -> Result<crate::gate::Command, Refusal> {
    let found = story.registry().open_command(&command.name, command.arguments.clone())?;
    let kind = found.kind();
    let is_of = |entry: &&Entry| entry.commands.iter().any(|of| of.name == kind.name);
    let concern = story.registry().entries().iter().find(is_of);
    let is_for_all =
        concern.is_some_and(|entry| entry.read == Permission::READ && entry.name != Schedule::NAME);
    if !kind.over_nats || !is_for_all {
        return Err(Rejection::NotScheduled { name: kind.name.to_owned() }.into());
    }
    story.require(kind.permission)?;
    Ok(found)
}

fn plan(story: &mut Transaction<'_>, schedule_id: ScheduleId) -> Result<Plan, Refusal> {
    let found = story.state::<Schedule>(schedule_id.uuid())?.plan.clone();
    found.ok_or_else(|| Rejection::NotFound.into())
}
