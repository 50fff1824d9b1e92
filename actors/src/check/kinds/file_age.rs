//! A file that changed lately.

use std::fs;

use mediary_schema::{
    Timestamp,
    check::{Finding, Reason, Value},
};

use super::blocking;

pub(in crate::check) async fn look(path: &str, age_max_seconds: u64, now: Timestamp) -> Finding {
    let path = path.to_owned();
    blocking(move || judged(&path, age_max_seconds, now)).await
}

fn judged(path: &str, age_max_seconds: u64, now: Timestamp) -> Finding {
    let changed = match fs::metadata(path).and_then(|facts| facts.modified()) {
        Ok(changed) => Timestamp::from(changed),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Finding::failing(format!("there is no {path}"));
        }
        Err(error) => return Finding::unknown(Reason::CouldNotRun, format!("{path}: {error}")),
    };
    let age = now.since(changed).as_secs();
    let message = format!("{path} changed {age} s ago");
    let finding = if age > age_max_seconds { Finding::failing(message) } else { Finding::ok(message) };
    finding.with([Value::new("age", age as f64, "s")])
}

#[cfg(test)]
mod tests {
    use mediary_schema::check::Verdict;

    use super::*;

    #[test]
    fn a_file_that_changed_long_ago_or_never_was_is_failing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_string_lossy().into_owned();
        let now = mediary_schema::Clock::system().now();
        assert_eq!(judged(&path, 60, now).verdict, Verdict::Ok);
        let later = now.after(std::time::Duration::from_hours(1));
        assert_eq!(judged(&path, 60, later).verdict, Verdict::Failing);
        assert_eq!(judged("/nowhere/at/all", 60, now).verdict, Verdict::Failing);
    }
}
