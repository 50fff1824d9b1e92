//! Reads `/proc`: which processes there are and what they carry.

use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};

/// A process as `/proc` shows it at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) pid: Pid,
    /// The process group.
    pub(super) group: i32,
    /// Clock ticks since the start of the machine; with the pid it names a process for ever.
    pub(super) start_ticks: u64,
    /// Whether it has ended and only waits to be reaped.
    pub(super) ended: bool,
}

/// How often all processes were looked through.
#[cfg(test)]
pub(super) static WALKS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// Every process but our own: a read for each process of the machine.
pub(super) fn others() -> Vec<Seen> {
    #[cfg(test)]
    WALKS.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let own = getpid();
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(Pid::from_raw).filter(|pid| *pid != own).filter_map(look).collect()
}

/// One process, if it is there.
pub(super) fn look(pid: Pid) -> Option<Seen> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    // The name stands in parentheses and may hold anything, so fields are counted from its end.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let ended = matches!(fields.next()?, "Z" | "X");
    // The parent stands before the group, and the start is the twentieth field from the state on.
    let group = fields.nth(1)?.parse().ok()?;
    let start_ticks = fields.nth(16)?.parse().ok()?;
    Some(Seen { pid, group, start_ticks, ended })
}

/// Whether the process that was seen is still there and has not ended.
pub(super) fn is_there(seen: &Seen) -> bool {
    look(seen.pid).is_some_and(|now| now.start_ticks == seen.start_ticks && !now.ended)
}

/// Signals exactly the process that was seen: its pid may be another's by now.
pub(super) fn signal(pid: Pid, start_ticks: u64, signal: Signal) {
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    if look(pid).is_some_and(|seen| seen.start_ticks == start_ticks)
        && let Err(error) = pidfd_send_signal(&handle, signal)
    {
        tracing::debug!(%error, pid = %pid.as_raw_nonzero(), "a process can't be signalled");
    }
}

/// The value of a variable in the environment that the process was started with.
///
/// None also if it is another user's, which none of our children is.
pub(super) fn variable(pid: Pid, name: &str) -> Option<String> {
    let environment = std::fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero())).ok()?;
    let value = environment
        .split(|byte| *byte == 0)
        .find_map(|variable| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// The first words of the command line, for logs.
pub(super) fn command(pid: Pid) -> String {
    let bytes = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
    let words: Vec<_> = bytes.split(|byte| *byte == 0).take(3).map(String::from_utf8_lossy).collect();
    super::redact::text(words.join(" ").trim_end()).into_owned()
}
