pub(crate) use crate::answers::job::{Failure as FailureDetail, Job, Progress as JobProgress, Waiting};
use crate::output::{bytes, duration, moment};

impl JobProgress {
    /// `fetching 3.1 MiB of 5.2 MiB, 0:07 left`.
    pub(crate) fn text(&self) -> String {
        let amount = |count: u64| {
            if self.unit == "bytes" { bytes(count) } else { format!("{count} {}", self.unit) }
        };
        let total = self.total.map(|total| format!(" of {}", amount(total)));
        let left = self.eta_seconds.map(|seconds| format!(", {} left", duration(seconds * 1_000)));
        let (total, left) = (total.unwrap_or_default(), left.unwrap_or_default());
        format!("{} {}{total}{left}", self.stage, amount(self.done))
    }
}

impl Waiting {
    /// `held: example.org: the source asked for a pause, until 2026-11-21 08:00:00Z`.
    pub(crate) fn text(&self) -> String {
        let Self { reason, message, until, .. } = self;
        let until = until.as_deref().map(moment);
        match (reason.as_str(), until) {
            ("NOT_BEFORE", Some(until)) => format!("not before {until}"),
            ("RETRY", Some(until)) => format!("retry at {until}"),
            (_, Some(until)) => format!("{message}, until {until}"),
            (_, None) => message.clone(),
        }
    }

    /// Whether it is more than its turn that has not come.
    pub(crate) fn is_obstacle(&self) -> bool {
        !matches!(self.reason.as_str(), "TURN" | "RETRY")
    }
}

impl Job {
    /// Whether it is in a final state.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state.as_str(), "SUCCEEDED" | "FAILED" | "CANCELLED")
    }

    /// Whether a person has to let it go on.
    pub(crate) fn is_held(&self) -> bool {
        self.state == "PAUSED"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_its_unit() {
        let progress = JobProgress {
            stage: "fetching".to_owned(),
            done: 1_048_576,
            total: Some(5_242_880),
            unit: "bytes".to_owned(),
            percent: Some(20.0),
            rate_per_second: None,
            eta_seconds: Some(7),
        };
        assert_eq!(progress.text(), "fetching 1.0 MiB of 5.0 MiB, 0:07 left");
        let refresh = JobProgress { unit: "entries".to_owned(), total: None, eta_seconds: None, ..progress };
        assert_eq!(refresh.text(), "fetching 1048576 entries");
    }
}
