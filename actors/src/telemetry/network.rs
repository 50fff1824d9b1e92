//! What went over the network of the machine. Linux, by `/proc/net/dev`.

use std::{fs, io, path::Path};

/// Bytes over the network since the start of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traffic {
    /// What came in.
    pub(super) received: u64,
    /// What went out.
    pub(super) sent: u64,
}

/// Where the kernel says which interfaces there are.
const INTERFACES: &str = "/sys/class/net";
/// The machine, to itself.
const ITSELF: &str = "lo";

impl Traffic {
    /// That of now.
    pub(super) fn now() -> io::Result<Self> {
        let is_device = |name: &str| Path::new(INTERFACES).join(name).join("device").exists();
        Self::of(&fs::read_to_string("/proc/net/dev")?, is_device)
    }

    /// Of the devices alone, since what goes over a bridge or a tunnel goes over one of them, too; in a container there are none,
    /// and all but the way to itself count.
    fn of(table: &str, is_device: impl Fn(&str) -> bool) -> io::Result<Self> {
        let rows = table.lines().filter_map(|line| line.split_once(':'));
        let rows: Vec<(&str, Self)> =
            rows.map(|(name, counts)| Ok((name.trim(), Self::row(counts)?))).collect::<io::Result<_>>()?;
        let has_devices = rows.iter().any(|(name, _)| is_device(name));
        let counted =
            rows.iter().filter(|(name, _)| if has_devices { is_device(name) } else { *name != ITSELF });
        Ok(counted.fold(Self { received: 0, sent: 0 }, |sum, (_, row)| Self {
            received: sum.received.saturating_add(row.received),
            sent: sum.sent.saturating_add(row.sent),
        }))
    }

    /// Eight numbers of what came in, eight of what went out; the first of each are bytes.
    fn row(counts: &str) -> io::Result<Self> {
        let odd =
            || io::Error::new(io::ErrorKind::InvalidData, "/proc/net/dev says something else than expected");
        let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).ok_or_else(odd);
        let mut counts = counts.split_ascii_whitespace();
        Ok(Self { received: number(counts.next())?, sent: number(counts.nth(7))? })
    }

    /// Bytes in a second, in and out; none if no time has passed, or an interface is gone and its bytes with it.
    pub(super) fn rates_since(self, before: Self, seconds: f64) -> Option<(f64, f64)> {
        let received = self.received.checked_sub(before.received)?;
        let sent = self.sent.checked_sub(before.sent)?;
        (seconds > 0.0).then(|| (received as f64 / seconds, sent as f64 / seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 900 5 0 0 0 0 0 0 900 5 0 0 0 0 0 0
docker0: 30 1 0 0 0 0 0 0 40 1 0 0 0 0 0 0
  eth0:5610 15 0 0 0 0 0 0 1143 11 0 0 0 0 0 0
";

    #[test]
    fn what_goes_over_a_bridge_is_not_counted_twice() {
        let traffic = Traffic::of(TABLE, |name| name == "eth0").unwrap();
        assert_eq!(traffic, Traffic { received: 5_610, sent: 1_143 });
    }

    #[test]
    fn where_there_is_no_device_all_counts_but_the_machine_itself() {
        let traffic = Traffic::of(TABLE, |_| false).unwrap();
        assert_eq!(traffic, Traffic { received: 5_640, sent: 1_183 });
    }

    #[test]
    fn what_is_odd_is_told_and_no_number() {
        for table in ["eth0: a b", "eth0: 1 2 3", "eth0:"] {
            assert!(Traffic::of(table, |_| true).is_err(), "{table}");
        }
    }
}
