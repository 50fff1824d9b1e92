//! What the machine says of itself: processors, load, memory, disks. Linux, by `/proc`.

use std::{fs, io, path::Path};

use mediary_schema::{
    RootId, Timestamp,
    telemetry::{Metric, Sample},
};

use crate::file::Root;

/// Time of all processors together since the start of the machine, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticks {
    all: u64,
    idle: u64,
}

impl Ticks {
    /// Those of now.
    pub(super) fn now() -> io::Result<Self> {
        Self::of(&fs::read_to_string("/proc/stat")?)
    }

    /// The first line is that of all processors: user, nice, system, idle, waiting for disks, interrupts of two kinds, stolen;
    /// what is behind that is in the first two already.
    fn of(stat: &str) -> io::Result<Self> {
        let line = stat.lines().next().and_then(|line| line.strip_prefix("cpu ")).ok_or_else(odd)?;
        let ticks = line.split_ascii_whitespace().take(8).map(str::parse).collect::<Result<Vec<u64>, _>>();
        match ticks.map_err(|_| odd())?.as_slice() {
            ticks @ [_, _, _, idle, waiting, ..] => {
                Ok(Self { all: ticks.iter().sum(), idle: idle + waiting })
            }
            _ => Err(odd()),
        }
    }

    /// The part that was used since; none if no time has passed.
    pub(super) fn used_since(self, before: Self) -> Option<f64> {
        // The kernel's counts of idle time may go back a little.
        let all = self.all.saturating_sub(before.all);
        let idle = self.idle.saturating_sub(before.idle).min(all);
        (all > 0).then(|| (all - idle) as f64 / all as f64)
    }
}

/// Load and memory of the machine, and the server's own memory.
pub(super) fn look(at: Timestamp) -> io::Result<Vec<Sample>> {
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split_ascii_whitespace().next().and_then(|load| load.parse().ok()).ok_or_else(odd)?;
    let memory = fs::read_to_string("/proc/meminfo")?;
    let (size, available) = (kibibytes(&memory, "MemTotal:")?, kibibytes(&memory, "MemAvailable:")?);
    let own = kibibytes(&fs::read_to_string("/proc/self/status")?, "VmRSS:")?;
    let sample = |metric, value| Sample::of_installation(metric, at, value);
    Ok(vec![
        sample(&Metric::HOST_LOAD, load),
        sample(&Metric::HOST_MEMORY_USED, size - available),
        sample(&Metric::HOST_MEMORY_SIZE, size),
        sample(&Metric::SERVER_MEMORY, own),
    ])
}

/// Room on the disks of roots; one that is not there has none. May block for as long as a disk does.
pub(super) fn rooms(roots: &[Root], at: Timestamp) -> Vec<Sample> {
    let room = |root: &Root| {
        let (free, size) = room(root.folder()).ok()?;
        let subject = if root.id() == RootId::LIBRARY { "library".to_owned() } else { root.id().to_string() };
        let sample = |metric, value| Sample {
            subject: subject.clone().into(),
            ..Sample::of_installation(metric, at, value)
        };
        Some([sample(&Metric::ROOT_FREE, free), sample(&Metric::ROOT_SIZE, size)])
    };
    roots.iter().filter_map(room).flatten().collect()
}

fn room(folder: &Path) -> io::Result<(f64, f64)> {
    let disk = rustix::fs::statvfs(folder)?;
    let bytes = |blocks: u64| blocks as f64 * disk.f_frsize as f64;
    Ok((bytes(disk.f_bavail), bytes(disk.f_blocks)))
}

/// A line such as `MemTotal:  24638 kB`, in bytes.
fn kibibytes(text: &str, name: &str) -> io::Result<f64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    let value = value.and_then(|value| value.split_ascii_whitespace().next()?.parse::<f64>().ok());
    value.map(|value| value * 1_024.0).ok_or_else(odd)
}

fn odd() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "/proc says something else than expected")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_was_used_is_what_was_not_idle() {
        let stat = |idle: u64| format!("cpu  100 0 50 {idle} 10 0 5 5 7 7\ncpu0 1 2 3\n");
        let (before, now) =
            (Ticks::of(&stat(800)).unwrap(), Ticks::of("cpu  160 0 80 900 20 0 5 5 9 9\n").unwrap());
        assert_eq!(before, Ticks { all: 970, idle: 810 });
        // 200 ticks passed, 110 of them idle or waiting for a disk.
        assert_eq!(now.used_since(before), Some(0.45));
        assert_eq!((before.used_since(before), before.used_since(now)), (None, None));
    }

    #[test]
    fn what_is_odd_is_told_and_no_number() {
        for stat in ["", "cpu", "cpu 1 2 3", "cpu a b c d e", "intr 5"] {
            assert!(Ticks::of(stat).is_err(), "{stat}");
        }
        assert!(kibibytes("MemTotal: many kB", "MemTotal:").is_err());
        assert!((kibibytes("A: 1 kB\nMemTotal:   2 kB", "MemTotal:").unwrap() - 2_048.0).abs() < 0.5);
    }

    #[test]
    fn this_machine_says_how_it_is() {
        let told = look(Timestamp::from_micros(0)).unwrap();
        let value = |metric: &Metric| told.iter().find(|sample| sample.metric == metric).unwrap().value;
        assert!(value(&Metric::HOST_MEMORY_USED) > value(&Metric::SERVER_MEMORY));
        assert!(value(&Metric::HOST_MEMORY_SIZE) > value(&Metric::HOST_MEMORY_USED));
        assert!(value(&Metric::SERVER_MEMORY) > 1e6 && value(&Metric::HOST_LOAD) >= 0.0);
        let folder = tempfile::tempdir().unwrap();
        let there = Root::library(folder.path());
        let rooms = rooms(&[there, Root::library("/nowhere/at/all")], Timestamp::from_micros(0));
        assert_eq!(rooms.len(), 2);
        assert!(rooms[1].value >= rooms[0].value && rooms[0].subject == "library");
        assert!(Ticks::now().unwrap().all > 0);
    }
}
