//! A child and everybody that it started.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mediary_schema::job::ResourceUse;
use rustix::process::{Pid, Signal, kill_process_group};
use wait4::try_wait4_pid;

use super::{proc_fs, runner::MARK_RUN, running::Status};

/// A child and everybody that it started: its process group, and whoever carries its mark.
#[derive(Debug)]
pub(super) struct Group {
    leader: Pid,
    /// When the leader started: whoever is older is none of it, and his environment need not be read.
    since_ticks: u64,
    mark: String,
    /// Whether the leader was not reaped yet, so that the number of the group is still its own.
    unreaped: Mutex<bool>,
}

impl Group {
    pub(super) fn new(leader: Pid, mark: String) -> Self {
        let since_ticks = proc_fs::look(leader).map_or(0, |seen| seen.start_ticks);
        Self { leader, since_ticks, mark, unreaped: Mutex::new(true) }
    }

    pub(super) fn leader(&self) -> Pid {
        self.leader
    }

    /// Sends a signal to the group, unless it is over.
    pub(super) fn signal(&self, signal: Signal) {
        let unreaped = self.lock();
        if *unreaped && let Err(error) = kill_process_group(self.leader, signal) {
            tracing::debug!(%error, group = %self.leader.as_raw_nonzero(), "group can't be signalled");
        }
    }

    /// Sends a signal to the group and to members that left it.
    pub(super) fn signal_members(&self, members: &[proc_fs::Seen], signal: Signal) {
        self.signal(signal);
        // One may have ended since it was seen, which is what is wanted, and its number be another's.
        for member in members {
            proc_fs::signal(member.pid, member.start_ticks, signal);
        }
    }

    /// Who is left, apart from the leader. Looks through all processes, and reads the environment only of who is not
    /// in the group and not older than it.
    pub(super) fn members(&self) -> Vec<proc_fs::Seen> {
        let group = self.leader.as_raw_nonzero().get();
        let is_marked = |seen: &proc_fs::Seen| {
            let mark = (seen.start_ticks >= self.since_ticks).then(|| proc_fs::variable(seen.pid, MARK_RUN));
            mark.flatten().as_ref() == Some(&self.mark)
        };
        let belongs = |seen: &proc_fs::Seen| seen.group == group || is_marked(seen);
        let others = proc_fs::others().into_iter().filter(|seen| seen.pid != self.leader);
        let (ended, alive): (Vec<_>, Vec<_>) = others.partition(|seen| seen.ended);
        // What a host forked, and was ended before it had a group of its own and a name, is a child of ours that nobody
        // else knows of; of anybody else's the system says no.
        for seen in ended.iter().filter(|seen| seen.group == group) {
            try_wait4_pid(seen.pid.as_raw_nonzero().get().unsigned_abs()).ok();
        }
        alive.into_iter().filter(belongs).collect()
    }

    /// Takes the exit of the leader, which has ended. The group can't be signalled any more.
    pub(super) fn reap(&self) -> (Status, ResourceUse) {
        let mut unreaped = self.lock();
        *unreaped = false;
        let end = try_wait4_pid(self.leader.as_raw_nonzero().get().unsigned_abs());
        match end.and_then(|end| end.ok_or_else(|| std::io::Error::other("it has not ended"))) {
            Ok(end) => (Status::from(end.status), resource_use(end.rusage)),
            Err(error) => {
                tracing::error!(%error, "exit of a child is lost");
                (Status::Lost, ResourceUse::default())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.unreaped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn resource_use(usage: wait4::ResourceUsage) -> ResourceUse {
    ResourceUse { cpu_ms: (usage.utime + usage.stime).as_millis() as u64, memory_peak_bytes: usage.maxrss }
}
