use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use mediary_events::{Concern as _, check::Check};
use mediary_log::{
    Filter,
    alarm::{Alarms, Key},
    check::Checks,
    gate::Gate,
    telemetry::Samples,
    work::check::Observation,
};
use mediary_schema::{
    CheckId, RunId, Timestamp,
    check::{Finding, Probe, Reason},
};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    look::{Equipment, Look, look_at},
    roster::{Roster, Watched},
};
use crate::follower::Listener;

/// Looks at what is to be looked at when its moment has come, and records what turned.
#[derive(Debug)]
pub struct CheckRunner;

/// What a check runner is made of.
#[derive(Debug, Clone)]
pub struct CheckRunnerArguments {
    /// The gate.
    pub gate: Gate,
    /// Who rings at the next moment.
    pub alarms: Alarms,
    /// What looks are made with.
    pub equipment: Equipment,
    /// Where it is told what was measured.
    pub samples: Samples,
    /// What others know beside the log.
    pub checks: Checks,
}

/// What a check runner is told.
#[derive(Debug)]
pub enum Message {
    /// Something was recorded of checks, a report came in, or a moment has come.
    Wake,
    /// The wall clock may have been set.
    ClockSet,
    /// A look is over.
    Looked(Box<Looked>),
    /// What was found is recorded, or can't be just now.
    Recorded(CheckId, Result<(), String>),
    /// What is wrong was told again, or can't be just now.
    Reminded(CheckId, Result<(), String>),
}

/// A look that is over.
#[derive(Debug)]
pub struct Looked {
    pub(super) check_id: CheckId,
    pub(super) run_id: RunId,
    /// Since when it is looked at so: what is looked at in another way by now was not looked at.
    pub(super) since: Timestamp,
    pub(super) begun: Timestamp,
    pub(super) took: Duration,
    pub(super) finding: Finding,
}

/// What a check runner keeps in mind.
#[derive(Debug)]
pub struct State {
    pub(super) arguments: CheckRunnerArguments,
    waker: Waker,
    pub(super) roster: Roster,
    /// Looks that are made and findings that are recorded, by their checks: never two of one.
    pub(super) at_work: BTreeMap<CheckId, Work>,
    /// What was found of a check while something is recorded of it: in the order in which it was found.
    pub(super) waiting: BTreeMap<CheckId, VecDeque<Found>>,
    /// What waits for a look at which check: so that whoever ends asks for his own alone.
    pub(super) waited_for: BTreeMap<CheckId, BTreeSet<CheckId>>,
    /// What is being told again, and when it would be looked at the next time for that.
    pub(super) reminding: BTreeMap<CheckId, Timestamp>,
    /// What is looked at once that is recorded.
    pub(super) again: BTreeSet<CheckId>,
    /// Since when somebody is there to hear reports.
    pub(super) started_at: Timestamp,
    pub(super) tasks: JoinSet<()>,
    stop: CancellationToken,
    /// Programs that run at once.
    commands: Arc<Semaphore>,
    /// When it was saved last.
    saved_at: Instant,
}

/// What was found, and is not judged yet.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) finding: Finding,
    pub(super) at: Timestamp,
    pub(super) run_id: Option<RunId>,
    pub(super) took_ms: u64,
}

/// What is done for a check now.
#[derive(Debug)]
pub(super) enum Work {
    /// It is looked at.
    Looks,
    /// What was found waits for looks at what it depends on.
    Waits { observation: Observation, on: BTreeSet<CheckId> },
    /// What was found is being recorded.
    Records,
}

/// The next moment of all checks.
const NEXT: Key = Key::part("checks");
/// Checks that are begun in one go before others have their turn.
const DUE_MAX: usize = 1_000;
/// Programs that run at once: each takes a process, and a machine has few processors.
const COMMANDS_MAX: usize = 32;
/// How often the roster is saved while something is looked at.
const SAVE_EVERY: Duration = Duration::from_mins(1);

impl Actor for CheckRunner {
    type Msg = Message;
    type State = State;
    type Arguments = CheckRunnerArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: CheckRunnerArguments,
    ) -> Result<State, ActorProcessingErr> {
        let log = arguments.gate.log().clone();
        let waker = Waker { runner: myself.clone(), is_waking: Arc::default() };
        // From before the snapshot is read, so that nothing falls between the two.
        let events = log.subscribe(log.head().position + 1, Filter::categories([Check::NAME]));
        Listener::start(myself.get_cell(), events, waker.ring()).await?;
        let restore = tokio::task::spawn_blocking(move || {
            let mut roster = Roster::restore(&log);
            roster.read_on(&log).map(|_| roster)
        });
        let mut state = State {
            roster: restore.await??,
            waker: waker.clone(),
            at_work: BTreeMap::new(),
            waiting: BTreeMap::new(),
            waited_for: BTreeMap::new(),
            reminding: BTreeMap::new(),
            again: BTreeSet::new(),
            started_at: arguments.alarms.now(),
            tasks: JoinSet::new(),
            stop: CancellationToken::new(),
            commands: Arc::new(Semaphore::new(COMMANDS_MAX)),
            saved_at: Instant::now(),
            arguments,
        };
        state.begin();
        let runner = myself;
        state.arguments.alarms.on_leap(NEXT, move || {
            // A runner that is gone needs no clock.
            runner.cast(Message::ClockSet).ok();
        });
        state.arguments.checks.listen(Some(Box::new(waker.ring())));
        waker.wake();
        Ok(state)
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        if matches!(message, Message::Wake) {
            state.waker.is_waking.store(false, Ordering::SeqCst);
        }
        // First: what is judged is judged by all that is recorded.
        state.read_on().await?;
        match message {
            Message::Wake => {}
            Message::ClockSet => {
                let now = state.arguments.alarms.now();
                state.roster.settle(now);
            }
            Message::Looked(looked) => state.looked(&myself, *looked),
            Message::Recorded(check_id, recorded) => state.recorded(&myself, check_id, recorded),
            Message::Reminded(check_id, reminded) => state.reminded(check_id, reminded),
        }
        for beat in state.arguments.checks.take() {
            state.reported(&myself, beat);
        }
        // What is over is taken away.
        while state.tasks.try_join_next().is_some() {}
        state.do_what_is_due(&myself);
        state.save_from_time_to_time().await
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.checks.listen(None);
        state.arguments.alarms.clear(NEXT);
        state.arguments.alarms.clear_leaps(NEXT);
        state.stop.cancel();
        state.save().await
    }
}

/// Wakes the runner, once however often that is asked before it looks.
#[derive(Debug, Clone)]
struct Waker {
    runner: ActorRef<Message>,
    is_waking: Arc<AtomicBool>,
}

impl Waker {
    fn wake(&self) {
        // A runner that is gone needs no wake.
        if !self.is_waking.swap(true, Ordering::SeqCst) && self.runner.cast(Message::Wake).is_err() {
            tracing::debug!("the check runner is gone");
        }
    }

    fn ring(&self) -> impl Fn() + Send + Sync + use<> {
        let waker = self.clone();
        move || waker.wake()
    }
}

impl State {
    /// Shows how it stands, and gives what reports by itself the time that it would have had.
    fn begin(&mut self) {
        let now = self.arguments.alarms.now();
        let ids: Vec<CheckId> = self.roster.ids().collect();
        for id in ids {
            let is_due = self.roster.get(id).is_some_and(|watched| watched.next() <= Some(now));
            let reports = self.roster.get(id).is_some_and(Watched::reports_by_itself);
            if reports && !is_due {
                // Reports may have come while nobody was there to hear them.
                self.roster.listen_anew(id, now);
            }
            self.show(id);
        }
    }

    async fn read_on(&mut self) -> Result<(), ActorProcessingErr> {
        let log = self.arguments.gate.log().clone();
        if log.head().position <= self.roster.position() {
            return Ok(());
        }
        let mut roster = std::mem::take(&mut self.roster);
        let read = tokio::task::spawn_blocking(move || {
            let changed = roster.read_on(&log);
            (roster, changed)
        });
        let (roster, changed) = read.await?;
        self.roster = roster;
        for id in changed? {
            self.show(id);
        }
        Ok(())
    }

    async fn save(&mut self) -> Result<(), ActorProcessingErr> {
        let log = self.arguments.gate.log().clone();
        let roster = std::mem::take(&mut self.roster);
        let saved = tokio::task::spawn_blocking(move || {
            roster.save(&log);
            roster
        });
        self.roster = saved.await?;
        self.saved_at = Instant::now();
        Ok(())
    }

    async fn save_from_time_to_time(&mut self) -> Result<(), ActorProcessingErr> {
        if self.saved_at.elapsed() < SAVE_EVERY { Ok(()) } else { self.save().await }
    }

    /// Shows when a check is looked at next.
    pub(super) fn show(&self, id: CheckId) {
        let Some(watched) = self.roster.get(id) else { return self.arguments.checks.forget(id) };
        let (next, has_begun) = (watched.next(), watched.begun().is_some());
        let is_running = has_begun || self.at_work.contains_key(&id);
        self.arguments.checks.change(id, |standing| {
            (standing.next_run_at, standing.is_running) = (next, is_running);
        });
    }

    fn do_what_is_due(&mut self, myself: &ActorRef<Message>) {
        let now = self.arguments.alarms.now();
        let mut begun = 0;
        for id in self.roster.due(now, DUE_MAX) {
            begun += 1;
            if self.roster.get(id).is_some_and(Watched::reports_by_itself) {
                self.missed(myself, id, now);
            } else {
                self.look(myself, id, now);
            }
        }
        self.remind(myself, now);
        let wanted: Vec<CheckId> = self.roster.wanted().filter(|id| !self.at_work.contains_key(id)).collect();
        for id in wanted {
            self.look(myself, id, now);
        }
        match self.roster.next() {
            // Others have their turn before what is left.
            Some(_) if begun == DUE_MAX => self.waker.wake(),
            Some(next) => self.arguments.alarms.set(NEXT, next, self.waker.ring()),
            None => self.arguments.alarms.clear(NEXT),
        }
    }

    /// Looks at a check, unless that is done already.
    pub(super) fn look(&mut self, myself: &ActorRef<Message>, id: CheckId, now: Timestamp) {
        if !self.roster.get(id).is_some_and(Watched::is_looked_at) {
            return;
        }
        let moment = self.roster.moment(id, now);
        self.roster.looked(id, moment);
        match self.at_work.get(&id) {
            // It is looked at already.
            Some(Work::Looks) => return,
            // What the last look found is on its way into the log.
            Some(Work::Waits { .. } | Work::Records) => {
                self.again.insert(id);
                return;
            }
            None => {}
        }
        let Some(watched) = self.roster.get(id) else { return };
        let (definition, since) = (watched.definition.clone(), watched.since());
        let run_id = RunId::from_uuid(self.arguments.gate.ids().next());
        let (within, project, stop) = (watched.within(), watched.project, self.stop.child_token());
        let reference = watched.reference.clone();
        let look = Look { check_id: id, run_id, project, now, reference, within, stop };
        let (equipment, commands) = (self.arguments.equipment.clone(), Arc::clone(&self.commands));
        let runner = myself.clone();
        self.at_work.insert(id, Work::Looks);
        self.arguments.checks.change(id, |standing| standing.run_id = Some(run_id));
        self.show(id);
        self.tasks.spawn(async move {
            let begun = Instant::now();
            let found = in_turn(&equipment, &look, &definition.probe, &commands).await;
            let found = found.within(&definition.thresholds);
            let finding = if definition.is_inverted { found.inverted() } else { found };
            let looked =
                Looked { check_id: id, run_id, since, begun: look.now, took: begun.elapsed(), finding };
            // A runner that is gone records nothing.
            runner.cast(Message::Looked(Box::new(looked))).ok();
        });
    }
}

/// Looks when there is a place for it: of programs only so many run at once.
async fn in_turn(equipment: &Equipment, look: &Look, probe: &Probe, commands: &Semaphore) -> Finding {
    if !matches!(probe, Probe::Command { .. }) {
        return look_at(equipment, look, probe).await;
    }
    if let Ok(_place) = tokio::time::timeout(look.within, commands.acquire()).await {
        return look_at(equipment, look, probe).await;
    }
    let seconds = look.within.as_secs();
    Finding::unknown(Reason::Late, format!("{COMMANDS_MAX} programs ran, and none ended within {seconds} s"))
}
