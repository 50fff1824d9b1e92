//! The thread that watches over one child until nobody of its group is left.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};

use rustix::process::Signal;
use tokio::{sync::watch, time::Instant};

use super::{
    group::Group,
    growth::Growth,
    life::Life,
    output::Record,
    proc_fs,
    queue::Queue,
    running::{Ended, EndedBy},
};

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Note {
    /// The leader has ended and waits to be reaped.
    LeaderEnded,
    /// A pipe is read to its end.
    Drained,
    /// End it, with a grace time.
    Cancel,
    /// End it now.
    Kill,
}

/// How far the ending of a child is.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Running,
    Asked { kill_at: Instant },
    Killed,
}

/// The limits of one run.
#[derive(Debug)]
pub(super) struct Limits {
    pub(super) no_progress: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) grace: Duration,
}

/// What the thread works with.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) tool: &'static str,
    pub(super) notes: mpsc::Receiver<Note>,
    /// Kept so that the channel never counts as closed, which would make waiting spin.
    pub(super) _sender: mpsc::Sender<Note>,
    pub(super) group: Arc<Group>,
    pub(super) life: Arc<Life>,
    pub(super) queue: Arc<Queue>,
    pub(super) record: Arc<Mutex<Record>>,
    pub(super) limits: Limits,
    pub(super) growth: Option<Growth>,
    pub(super) stage: StageCell,
    pub(super) pipes_open: usize,
    pub(super) ended: watch::Sender<Option<Arc<Ended>>>,
}

/// The stage and who began the ending.
#[derive(Debug)]
pub(super) struct StageCell {
    stage: Stage,
    ended_by: EndedBy,
}

impl Default for StageCell {
    fn default() -> Self {
        Self { stage: Stage::Running, ended_by: EndedBy::Itself }
    }
}

/// How often the files of a child that says nothing are looked at within the time after which it counts as dead.
const LOOKS_PER_LIMIT: u32 = 4;
/// How often a group that is to end is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How often it is looked who else is of it; meanwhile only those are looked at who are known.
const WALK_AGAIN: Duration = Duration::from_secs(1);
/// How long pipes may stay open once the group is gone; only a stranger can hold them then.
const DRAIN: Duration = Duration::from_secs(2);
/// After how long a group that can't be killed is complained about, again and again.
const COMPLAIN: Duration = Duration::from_secs(10);

impl Control {
    /// Watches until the end and publishes it.
    pub(super) fn run(mut self) {
        self.until_leader_ended();
        self.until_members_gone();
        self.until_drained();
        let (status, resources) = self.group.reap();
        let output_tail = self.record.lock().unwrap_or_else(PoisonError::into_inner).finish();
        let elapsed = self.life.started().elapsed();
        let ended = Ended { status, by: self.stage.ended_by, resources, elapsed, output_tail };
        ended.measure(self.tool);
        self.ended.send_replace(Some(Arc::new(ended)));
    }

    fn until_leader_ended(&mut self) {
        loop {
            self.enforce_limits();
            let wake = self.next_wake();
            match self.next_note(wake) {
                Some(Note::LeaderEnded) => return,
                Some(note) => self.take(&note),
                None => {}
            }
        }
    }

    /// Ends whoever the leader left behind; after a cancel these are often the ones that do the work.
    ///
    /// That nobody is left is known only by looking through all processes. Until those who are known are gone, they
    /// alone are looked at.
    fn until_members_gone(&mut self) {
        let mut complain_at = Instant::now() + COMPLAIN;
        let mut asked = matches!(self.stage.stage, Stage::Asked { .. });
        let (mut members, mut walk_at) = (self.group.members(), Instant::now() + WALK_AGAIN);
        while !members.is_empty() {
            if matches!(self.stage.stage, Stage::Running) {
                self.stage.stage = Stage::Asked { kill_at: Instant::now() + self.limits.grace };
            }
            match self.stage.stage {
                Stage::Asked { kill_at } if Instant::now() < kill_at => {
                    if !std::mem::replace(&mut asked, true) {
                        self.group.signal_members(&members, Signal::TERM);
                    }
                }
                _ => self.group.signal_members(&members, Signal::KILL),
            }
            if Instant::now() >= complain_at {
                tracing::warn!(tool = self.tool, ?members, "processes can't be killed");
                complain_at = Instant::now() + COMPLAIN;
            }
            if let Some(note) = self.next_note(Instant::now() + LOOK_AGAIN) {
                self.take(&note);
            }
            members.retain(proc_fs::is_there);
            if members.is_empty() || Instant::now() >= walk_at {
                (members, walk_at) = (self.group.members(), Instant::now() + WALK_AGAIN);
            }
        }
    }

    fn until_drained(&mut self) {
        let mut give_up_at = Instant::now() + DRAIN;
        while self.pipes_open > 0 {
            match self.next_note(give_up_at) {
                Some(note) => self.take(&note),
                None if self.queue.is_waiting() => give_up_at = Instant::now() + DRAIN,
                None => {
                    tracing::warn!(tool = self.tool, "a stranger holds the pipes of a child that is gone");
                    self.queue.close_producers();
                    return;
                }
            }
        }
    }

    fn take(&mut self, note: &Note) {
        match note {
            Note::Cancel => self.ask(EndedBy::Cancelled),
            Note::Kill => {
                self.ask(EndedBy::Cancelled);
                self.kill();
            }
            Note::Drained => self.pipes_open = self.pipes_open.saturating_sub(1),
            Note::LeaderEnded => {}
        }
    }

    /// Ends what is over its limits.
    fn enforce_limits(&mut self) {
        let now = Instant::now();
        match self.stage.stage {
            Stage::Running => {
                if let Some(ended_by) = self.overdue(now) {
                    self.ask(ended_by);
                }
            }
            Stage::Asked { kill_at } if now >= kill_at => self.kill(),
            Stage::Asked { .. } | Stage::Killed => {}
        }
    }

    fn overdue(&mut self, now: Instant) -> Option<EndedBy> {
        // When lines wait, it is we who are slow.
        if self.queue.is_waiting() || self.growth.as_mut().is_some_and(Growth::look) {
            self.life.sign();
        }
        if self.limits.deadline.is_some_and(|limit| now >= self.life.started() + limit) {
            return Some(EndedBy::Deadline);
        }
        let silent = self.limits.no_progress.is_some_and(|limit| now >= self.life.last_sign() + limit);
        silent.then_some(EndedBy::NoProgress)
    }

    /// When to look next if nothing is told.
    fn next_wake(&self) -> Instant {
        // A day stands for never.
        let never = Instant::now() + Duration::from_hours(24);
        match self.stage.stage {
            Stage::Running => {
                let deadline = self.limits.deadline.map(|limit| self.life.started() + limit);
                let silence = self.limits.no_progress.map(|limit| self.life.last_sign() + limit);
                let look = self.limits.no_progress.filter(|_| self.growth.is_some());
                let look = look.map(|limit| Instant::now() + limit / LOOKS_PER_LIMIT);
                [deadline, silence, look].into_iter().flatten().min().unwrap_or(never)
            }
            Stage::Asked { kill_at } => kill_at,
            Stage::Killed => never,
        }
    }

    fn ask(&mut self, ended_by: EndedBy) {
        self.queue.make_lossy();
        if matches!(self.stage.stage, Stage::Running) {
            self.stage =
                StageCell { stage: Stage::Asked { kill_at: Instant::now() + self.limits.grace }, ended_by };
            self.group.signal(Signal::TERM);
        }
    }

    fn kill(&mut self) {
        self.stage.stage = Stage::Killed;
        self.group.signal(Signal::KILL);
    }

    fn next_note(&self, until: Instant) -> Option<Note> {
        self.notes.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
    }
}
