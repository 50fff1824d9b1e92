//! Children of an earlier life of ours.

use std::{collections::BTreeMap, time::Duration};

use rustix::process::{Pid, Signal};
use tokio::time::Instant;

use super::{
    Owner, Runner, Spec, proc_fs,
    runner::{MARK_LOG, MARK_RUN},
};

/// A child of an earlier life of ours, which ended it without its own end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// Its pid.
    pub pid: u32,
    /// Clock ticks between the start of the machine and its own: pid and start name a process.
    pub start_ticks: u64,
    /// Whose it was, as it carries it.
    pub owner: Option<String>,
    /// The first words of its command line.
    pub command: String,
}

impl Orphan {
    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            proc_fs::signal(pid, self.start_ticks, signal);
        }
    }
}

/// How often it is looked whether they are gone.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How long they may take to go after KILL; beyond that the kernel itself is stuck on one.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// Looks that are taken at once for children that another one of ours has just started.
const KILLS: usize = 8;

/// Kills every child of this process, whatever it is doing: for an exit that waits for nothing.
///
/// May be called on any thread, and blocks only for as long as it takes to read `/proc`.
pub fn kill_children() {
    let own = Runner::own_mark();
    for _ in 0..KILLS {
        let children: Vec<Orphan> = marked(|seen| is_of_run(seen, &own)).collect();
        if children.is_empty() {
            return;
        }
        for child in &children {
            child.signal(Signal::KILL);
        }
    }
}

impl Runner {
    /// Ends every process that carries the id of our log and whose starter is gone: TERM, then KILL.
    ///
    /// Answers those that were found. What a doctor has started that looks at the same folder is its own affair, for as
    /// long as it lives.
    pub async fn end_orphans(&self) -> Vec<Orphan> {
        if self.log_id().is_nil() {
            return Vec::new();
        }
        let mut ended = BTreeMap::new();
        let kill_at = Instant::now() + Spec::GRACE;
        let give_up_at = kill_at + GONE_WITHIN;
        loop {
            let runner = self.clone();
            let scan = tokio::task::spawn_blocking(move || runner.orphans());
            let orphans = scan.await.unwrap_or_default();
            if orphans.is_empty() {
                break;
            }
            let now = Instant::now();
            if now >= give_up_at {
                tracing::error!(?orphans, "orphans can't be killed");
                break;
            }
            for orphan in orphans {
                let is_new = !ended.contains_key(&(orphan.pid, orphan.start_ticks));
                if now >= kill_at {
                    orphan.signal(Signal::KILL);
                } else if is_new {
                    tracing::info!(pid = orphan.pid, command = orphan.command, "orphan is ended");
                    orphan.signal(Signal::TERM);
                }
                ended.entry((orphan.pid, orphan.start_ticks)).or_insert(orphan);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        ended.into_values().collect()
    }

    fn orphans(&self) -> Vec<Orphan> {
        let log_id = self.log_id().to_string();
        let is_orphan = |seen: &proc_fs::Seen| {
            proc_fs::variable(seen.pid, MARK_LOG).as_ref() == Some(&log_id) && !has_starter(seen)
        };
        marked(is_orphan).collect()
    }
}

/// Whether a process was started by the one whose mark this is.
fn is_of_run(seen: &proc_fs::Seen, mark: &str) -> bool {
    proc_fs::variable(seen.pid, MARK_RUN).is_some_and(|run| run.starts_with(mark))
}

/// Whether the process that started it is there.
fn has_starter(seen: &proc_fs::Seen) -> bool {
    let run = proc_fs::variable(seen.pid, MARK_RUN);
    let starter = run.as_deref().and_then(|run| {
        let (pid, start_ticks) = run.rsplit_once('-')?.0.split_once('-')?;
        Some((Pid::from_raw(pid.parse().ok()?)?, start_ticks.parse::<u64>().ok()?))
    });
    starter.is_some_and(|(pid, start_ticks)| {
        proc_fs::look(pid).is_some_and(|now| now.start_ticks == start_ticks && !now.ended)
    })
}

/// The living processes of which this is so.
fn marked(is_it: impl Fn(&proc_fs::Seen) -> bool) -> impl Iterator<Item = Orphan> {
    let alive = proc_fs::others().into_iter().filter(move |seen| !seen.ended && is_it(seen));
    alive.map(|seen| Orphan {
        pid: seen.pid.as_raw_nonzero().get().unsigned_abs(),
        start_ticks: seen.start_ticks,
        owner: Owner::MARKS.iter().find_map(|mark| proc_fs::variable(seen.pid, mark)),
        command: proc_fs::command(seen.pid),
    })
}
