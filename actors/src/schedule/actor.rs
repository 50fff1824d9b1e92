use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt as _, stream};
use mediary_events::schedule::Schedule;
use mediary_log::{
    Filter, Origin, OriginKind,
    alarm::{Alarms, Key},
    gate::{Caller, Gate, Refusal, Transaction},
    token::Tokens,
    work,
};
use mediary_schema::{CommandId, ProjectId, ScheduleId, Timestamp, schedule::Due};
use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::timetable::{CATEGORIES, Timetable};
use crate::{follower::Listener, giver::Giver};

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
    /// The wall clock may have been set.
    ClockSet,
}

/// What a scheduler keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: SchedulerArguments,
    waker: Waker,
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
    /// By what the schedule itself says nothing is due.
    NotDue {
        /// Up to where everything was done.
        since: Timestamp,
    },
    /// There is no such schedule any more.
    Gone,
    /// The schedule can't be read by this program, which says nothing of it.
    Unread,
    /// Nothing can be decided or recorded just now.
    Later(String),
    /// The log is being closed.
    Stopping,
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
        let waker = Waker { scheduler: myself.clone(), is_waking: Arc::default() };
        let wake = {
            let waker = waker.clone();
            move || waker.wake()
        };
        // From before the snapshot is read, so that nothing falls between the two.
        let events = log.subscribe(log.head().position + 1, Filter::categories(CATEGORIES));
        Listener::start(myself.get_cell(), events, wake).await?;
        let timetable = tokio::task::spawn_blocking(move || Timetable::restore(&log)).await?;
        let scheduler = myself;
        arguments.alarms.on_leap(NEXT, move || {
            // A scheduler that is gone needs no clock.
            scheduler.cast(Message::ClockSet).ok();
        });
        waker.wake();
        let saved = timetable.position();
        Ok(State { arguments, waker, timetable, saved })
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        if matches!(message, Message::Wake) {
            state.waker.is_waking.store(false, Ordering::SeqCst);
        }
        state.read_on().await?;
        if matches!(message, Message::ClockSet) {
            state.timetable.settle(state.arguments.alarms.now());
        }
        let alarms = state.arguments.alarms.clone();
        let next = match state.give_what_is_due().await? {
            Pace::Waits => state.timetable.next(),
            // Others have their turn before what is left.
            Pace::GoesOn => Some(alarms.now()),
            Pace::Rests => Some(alarms.now().after(RETRY_AFTER)),
            Pace::Stops => None,
        };
        match next {
            Some(moment) => {
                let waker = state.waker.clone();
                alarms.set(NEXT, moment, move || waker.wake());
            }
            None => alarms.clear(NEXT),
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.alarms.clear(NEXT);
        state.arguments.alarms.clear_leaps(NEXT);
        state.save().await
    }
}

/// Wakes the scheduler, once however often that is asked before it looks.
#[derive(Debug, Clone)]
struct Waker {
    scheduler: ActorRef<Message>,
    is_waking: Arc<AtomicBool>,
}

impl Waker {
    fn wake(&self) {
        // A scheduler that is gone needs no wake.
        if !self.is_waking.swap(true, Ordering::SeqCst) && self.scheduler.cast(Message::Wake).is_err() {
            tracing::debug!("the scheduler is gone");
        }
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
        let now = self.arguments.alarms.now();
        let due = self.blocking(move |timetable| timetable.due(now, DUE_MAX)).await?;
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
                Outcome::NotDue { since } => self.timetable.done(id, since),
                Outcome::Gone => self.timetable.forget(id),
                Outcome::Unread => self.timetable.leave_alone(id),
                Outcome::Stopping => stops = true,
                Outcome::Later(reason) => {
                    tracing::warn!(schedule_id = %id, reason, "a schedule waits");
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
        let platform = || Caller::platform(origin, gate.ids()).within(project);
        let mut given = match Giver::of(tokens, plan.principal, plan.token_id, project) {
            Giver::Holder(found) => {
                let command_id = CommandId::from_uuid(gate.ids().next());
                let caller = Caller::person(plan.principal, found.rights, origin, command_id, gate.ids());
                let story = move |story: &mut Transaction<'_>| work::schedule::fire(story, id, due);
                gate.transact(caller.within(project), story).await.map(|receipt| receipt.value)
            }
            Giver::Nobody => {
                let story = move |story: &mut Transaction<'_>| work::schedule::disown(story, id, due);
                gate.transact(platform(), story).await.map(|receipt| Some(receipt.value))
            }
            Giver::Unknown(denied) => return Ok(Outcome::Later(denied.to_string())),
        };
        if let Err(refusal @ Refusal::TooLarge) = &given {
            // The log takes no append of that size, now or later.
            let not_done = work::schedule::not_done_for(refusal);
            let told = not_done.clone();
            let story = move |story: &mut Transaction<'_>| work::schedule::refuse(story, id, due, &told);
            given = gate.transact(platform(), story).await.map(|_| Some(not_done));
        }
        match given {
            Ok(not_done) => {
                let code = not_done.map_or_else(|| "done".to_owned(), |not_done| not_done.code);
                metrics::counter!("mediary_schedules_fired_total", "result" => code).increment(1);
                Ok(Outcome::Done)
            }
            // It was done, paused or removed a moment ago; or the order of the log said more than it says, after a clock
            // that was behind.
            Err(Refusal::Rejected(_)) => Ok(Outcome::NotDue { since: plan.since }),
            Err(refusal) => outcome_of(id, refusal),
        }
    }
}

fn outcome_of(id: ScheduleId, refusal: Refusal) -> Result<Outcome, ActorProcessingErr> {
    match refusal {
        // It was removed a moment ago.
        Refusal::Rejected(_) | Refusal::Strange => Ok(Outcome::Done),
        Refusal::Stopping => Ok(Outcome::Stopping),
        refusal if refusal.is_retryable() => Ok(Outcome::Later(refusal.to_string())),
        // Of this one only: the others go on.
        Refusal::Decode(_) => {
            tracing::error!(schedule_id = %id, %refusal, "a schedule can't be read, and is left alone");
            Ok(Outcome::Unread)
        }
        refusal => Err(refusal.into()),
    }
}
