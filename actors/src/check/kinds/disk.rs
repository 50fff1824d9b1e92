//! Room on a disk.

use std::{io, path::Path};

use mediary_schema::check::{Finding, Reason, Value};
use rustix::fs::statvfs;

use super::blocking;

pub(in crate::check) async fn look(path: &str, percent: Option<u8>, bytes: Option<u64>) -> Finding {
    let path = path.to_owned();
    blocking(move || judged(&path, percent, bytes)).await
}

fn judged(path: &str, percent: Option<u8>, bytes: Option<u64>) -> Finding {
    let (free, size) = match room(Path::new(path)) {
        Ok(room) => room,
        // What is not there has no room that could be too little: a mount that is away, mostly.
        Err(error) => return Finding::unknown(Reason::CouldNotRun, format!("{path}: {error}")),
    };
    let part = if size == 0 { 0.0 } else { free as f64 / size as f64 };
    let is_little = percent.is_some_and(|percent| part * 100.0 < f64::from(percent))
        || bytes.is_some_and(|bytes| free < bytes);
    let message = format!("{:.1} % of {path} are free: {} of {}", part * 100.0, shown(free), shown(size));
    let finding = if is_little { Finding::failing(message) } else { Finding::ok(message) };
    finding.with([
        Value::new("free", free as f64, "By"),
        Value::new("size", size as f64, "By"),
        Value::new("free_part", part, ""),
    ])
}

/// What is free for whoever is not root, and what there is in all, in bytes.
fn room(path: &Path) -> io::Result<(u64, u64)> {
    let found = statvfs(path)?;
    Ok((found.f_bavail.saturating_mul(found.f_frsize), found.f_blocks.saturating_mul(found.f_frsize)))
}

/// As many bytes as people say them.
fn shown(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut number, mut unit) = (bytes as f64, 0);
    while number >= 1024.0 && unit + 1 < UNITS.len() {
        (number, unit) = (number / 1024.0, unit + 1);
    }
    format!("{number:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use mediary_schema::check::Verdict;

    use super::*;

    #[test]
    fn what_is_left_is_held_against_what_has_to_be() {
        assert_eq!(judged("/", Some(0), None).verdict, Verdict::Ok);
        let all_of_it = judged("/", None, Some(u64::MAX));
        assert_eq!(all_of_it.verdict, Verdict::Failing);
        assert!(all_of_it.message.contains("% of / are free"), "{}", all_of_it.message);
        assert_eq!(all_of_it.values.len(), 3);
    }

    // Lesson 3: a disk that is not there is never what it was.
    #[test]
    fn a_disk_that_is_away_is_unknown() {
        let away = judged("/nowhere/at/all", Some(10), None);
        assert_eq!((away.verdict, away.reason), (Verdict::Unknown, Some(Reason::CouldNotRun)));
    }
}
