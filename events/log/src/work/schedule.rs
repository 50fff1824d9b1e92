//! Stories of schedules: a command given again and again, told together with the record that its moment came.

use mediary_events::{
    Asked as _, Concern as _, codec,
    schedule::{
        Ask, Command, Plan, Rejection, Schedule,
        ask::{Add, Which},
    },
};
use mediary_schema::{
    PrincipalId, ScheduleId, TokenId,
    account::Permission,
    bounded::cut,
    schedule::{Due, NotDone, ScheduledCommand},
};
use serde::Serialize;

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
        let (principal, token_id) = (story.caller().principal, TokenId::from_uuid(story.caller().origin.id));
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
    let (name, rhythm, now) = (asked.name.clone(), asked.rhythm(), story.now());
    let command = Command::Add { name, rhythm, command, principal, token_id, now };
    story.execute::<Schedule>(schedule_id.uuid(), command)?;
    Ok(schedule_id)
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
    give(story, schedule_id, &plan, Some(due))
}

/// A moment came, and whoever gave its commands may not come in any more. Answers that as the reason.
pub fn refuse(story: &mut Transaction<'_>, schedule_id: ScheduleId, due: Due) -> Result<NotDone, Refusal> {
    let code = "UNAUTHENTICATED".to_owned();
    let message = "the token by which it was added is not valid any more".to_owned();
    let not_done = NotDone { code, message };
    let command = Command::Fire { due: Some(due), not_done: Some(not_done.clone()) };
    story.entail::<Schedule>(schedule_id.uuid(), command)?;
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
        Err(refusal) => Some(NotDone {
            code: refusal.code().to_owned(),
            message: cut(refusal.to_string(), REASON_BYTES_MAX),
        }),
    };
    story.entail::<Schedule>(schedule_id.uuid(), Command::Fire { due, not_done: not_done.clone() })?;
    Ok(not_done)
}

/// Whether it says nothing of the command: then it is given again later.
fn is_of_the_world(refusal: &Refusal) -> bool {
    let is_said_of_it = matches!(
        refusal,
        Refusal::Rejected(_) | Refusal::Forbidden { .. } | Refusal::Strange | Refusal::TooLarge
    );
    !is_said_of_it || refusal.is_retryable()
}

/// A command that may be given by a schedule, if the caller may give it.
fn checked(story: &Transaction<'_>, command: &ScheduledCommand) -> Result<crate::gate::Command, Refusal> {
    let found = story.registry().open_command(&command.name, command.arguments.clone())?;
    let kind = found.kind();
    if !kind.over_nats || Ask::COMMANDS.iter().any(|own| own.name == kind.name) {
        return Err(Rejection::NotScheduled { name: kind.name.to_owned() }.into());
    }
    story.require(kind.permission)?;
    Ok(found)
}

fn plan(story: &mut Transaction<'_>, schedule_id: ScheduleId) -> Result<Plan, Refusal> {
    let found = story.state::<Schedule>(schedule_id.uuid())?.plan.clone();
    found.ok_or_else(|| Rejection::NotFound.into())
}
