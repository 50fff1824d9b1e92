use std::time::Duration;

use futures::{StreamExt as _, stream};
use mediary_events::{
    Concern as _,
    schedule::{Plan, Schedule},
};
use mediary_log::{
    Filter, Origin, OriginKind,
    alarm::{Alarms, Key},
    gate::{Caller, Gate, Refusal, Transaction},
    token::{Credential, Tokens},
    work,
};
use mediary_schema::{CommandId, PrincipalId, ProjectId, ScheduleId, schedule::Due};
use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::timetable::Timetable;
use crate::follower::Listener;

/// Gives the commands of schedules when their moment has come: each as whoever added it, if he still may.
#[derive(Debug)]
pub struct Scheduler;

/// What a scheduler is made of.
#[derive(Clone)]
pub struct SchedulerArguments {
    /// The gate.
    pub gate: Gate,
    /// Who rings at the next moment.
    pub alarms: Alarms,
    /// Who may come in.
    pub tokens: Tokens,
}

/// What a scheduler is told.
#[derive(Debug)]
pub enum Message {
    /// Something was recorded of schedules, or a moment has come.
    Wake,
}

/// What a scheduler keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: SchedulerArguments,
    timetable: Timetable,
    /// Up to where the timetable was saved.
    saved: u64,
}

/// The next moment of all schedules.
const NEXT: Key = Key::part("scheduler");
/// Schedules that are done in one go before the log is looked at again.
const DUE_MAX: usize = 256;
/// Appends at once.
const AT_ONCE: usize = 16;
/// Positions after which the timetable is saved.
const SAVE_EVERY: u64 = 10_000;
/// The wait before trying again when the log takes nothing.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What became of a moment.
#[derive(Debug)]
enum Outcome {
    /// It is recorded, now or before.
    Done,
    /// There is no such schedule any more.
    Gone,
    /// Nothing can be recorded just now.
    Later(Refusal),
}

impl std::fmt::Debug for SchedulerArguments {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SchedulerArguments")
    }
}

impl Actor for Scheduler {
    type Msg = Message;
    type State = State;
    type Arguments = SchedulerArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: SchedulerArguments,
    ) -> Result<State, ActorProcessingErr> {
        let log = arguments.gate.log().clone();
        let waker = myself.clone();
        let wake = move || wake(&waker);
        // From before the snapshot is read, so that nothing falls between the two.
        let events = log.subscribe(log.head().position + 1, Filter::categories([Schedule::NAME]));
        Listener::start(myself.get_cell(), events, wake).await?;
        let timetable = tokio::task::spawn_blocking(move || Timetable::restore(&log)).await?;
        myself.cast(Message::Wake)?;
        let saved = timetable.position();
        Ok(State { arguments, timetable, saved })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Wake: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        state.read_on().await?;
        let alarms = state.arguments.alarms.clone();
        let next = match state.give_what_is_due().await? {
            Pace::Waits => state.timetable.next(),
            // Others have their turn before what is left.
            Pace::GoesOn => Some(alarms.now()),
            Pace::Rests => Some(alarms.now().after(RETRY_AFTER)),
            Pace::Stops => None,
        };
        match next {
            Some(moment) => alarms.set(NEXT, moment, move || wake(&myself)),
            None => alarms.clear(NEXT),
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.alarms.clear(NEXT);
        state.save().await
    }
}

fn wake(scheduler: &ActorRef<Message>) {
    // A scheduler that is gone needs no wake.
    if scheduler.cast(Message::Wake).is_err() {
        tracing::debug!("the scheduler is gone");
    }
}

/// When it looks again.
enum Pace {
    /// At the next moment.
    Waits,
    /// At once: there is more.
    GoesOn,
    /// In a while: nothing can be recorded just now.
    Rests,
    /// Never: the log is being closed.
    Stops,
}

impl State {
    async fn read_on(&mut self) -> Result<(), ActorProcessingErr> {
        let log = self.arguments.gate.log().clone();
        self.blocking(move |timetable| timetable.read_on(&log)).await??;
        if self.timetable.position() >= self.saved + SAVE_EVERY {
            self.save().await?;
        }
        Ok(())
    }

    async fn save(&mut self) -> Result<(), ActorProcessingErr> {
        let log = self.arguments.gate.log().clone();
        self.blocking(move |timetable| timetable.save(&log)).await?;
        self.saved = self.timetable.position();
        Ok(())
    }

    /// Works with the timetable on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Timetable) -> T + Send + 'static,
    ) -> Result<T, ActorProcessingErr> {
        let mut timetable = std::mem::take(&mut self.timetable);
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&mut timetable);
            (timetable, done)
        });
        let (timetable, done) = done.await?;
        self.timetable = timetable;
        Ok(done)
    }

    async fn give_what_is_due(&mut self) -> Result<Pace, ActorProcessingErr> {
        let due = self.timetable.due(self.arguments.alarms.now(), DUE_MAX);
        let (count, mut rests, mut stops) = (due.len(), false, false);
        let arguments = self.arguments.clone();
        let given = stream::iter(due).map(|(id, project, due)| {
            let arguments = arguments.clone();
            async move { (id, due, arguments.give(id, project, due).await) }
        });
        let mut given = std::pin::pin!(given.buffer_unordered(AT_ONCE));
        while let Some((id, due, outcome)) = given.next().await {
            match outcome? {
                Outcome::Done => self.timetable.done(id, due.moment),
                Outcome::Gone => self.timetable.forget(id),
                Outcome::Later(Refusal::Stopping) => stops = true,
                Outcome::Later(refusal) => {
                    tracing::warn!(schedule_id = %id, %refusal, "a schedule waits: nothing can be recorded");
                    rests = true;
                }
            }
        }
        Ok(match (stops, rests) {
            (true, _) => Pace::Stops,
            (_, true) => Pace::Rests,
            _ if count == DUE_MAX => Pace::GoesOn,
            _ => Pace::Waits,
        })
    }
}

impl SchedulerArguments {
    async fn give(
        &self,
        id: ScheduleId,
        project: ProjectId,
        due: Due,
    ) -> Result<Outcome, ActorProcessingErr> {
        let Self { gate, tokens, .. } = self;
        let plan = match gate.state::<Schedule>(id.uuid()).await {
            Ok(state) => state.plan,
            Err(refusal) => return outcome_of(id, refusal),
        };
        let Some(plan) = plan else { return Ok(Outcome::Gone) };
        let origin = Origin { kind: OriginKind::Schedule, id: id.uuid() };
        let given = if let Some(found) = credential(tokens, &plan, project) {
            let command_id = CommandId::from_uuid(gate.ids().next());
            let caller = Caller::person(plan.principal, found.role, origin, command_id, gate.ids());
            let story = move |story: &mut Transaction<'_>| work::schedule::fire(story, id, due);
            gate.transact(caller.within(project), story).await.map(|receipt| receipt.value)
        } else {
            let caller = Caller::platform(origin, gate.ids()).within(project);
            let story = move |story: &mut Transaction<'_>| work::schedule::refuse(story, id, due);
            gate.transact(caller, story).await.map(|receipt| Some(receipt.value))
        };
        match given {
            Ok(not_done) => {
                let code = not_done.map_or_else(|| "done".to_owned(), |not_done| not_done.code);
                metrics::counter!("mediary_schedules_fired_total", "result" => code).increment(1);
                Ok(Outcome::Done)
            }
            Err(refusal) => outcome_of(id, refusal),
        }
    }
}

fn outcome_of(id: ScheduleId, refusal: Refusal) -> Result<Outcome, ActorProcessingErr> {
    match refusal {
        // It was done, paused or removed a moment ago.
        Refusal::Rejected(_) | Refusal::Strange => Ok(Outcome::Done),
        Refusal::Stopping => Ok(Outcome::Later(refusal)),
        refusal if refusal.is_retryable() => Ok(Outcome::Later(refusal)),
        // Of this one only: the others go on.
        Refusal::Decode(_) => {
            tracing::error!(schedule_id = %id, %refusal, "a schedule can't be read, and is left alone");
            Ok(Outcome::Gone)
        }
        refusal => Err(refusal.into()),
    }
}

/// The token by which a schedule gives its commands, if that lets somebody in now and is of its project.
fn credential(tokens: &Tokens, plan: &Plan, project: ProjectId) -> Option<Credential> {
    let found = tokens.get(PrincipalId::OWNER, plan.token_id).ok()?;
    (found.speaks_as == plan.principal && found.project == project).then_some(found)
}
