use serde::{Deserialize, Serialize};

use crate::output::{bytes, duration, moment};

/// What is known of a failure.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureDetail {
    pub(crate) class: String,
    pub(crate) message: String,
    pub(crate) advice: String,
    pub(crate) exit_code: Option<i32>,
    pub(crate) output: Vec<String>,
    pub(crate) partial: u64,
}

/// How far a running attempt is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobProgress {
    pub(crate) stage: String,
    pub(crate) done: u64,
    pub(crate) total: Option<u64>,
    pub(crate) unit: String,
    pub(crate) percent: Option<f64>,
    pub(crate) rate_per_second: Option<f64>,
    pub(crate) eta_seconds: Option<u64>,
}

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

/// By which template a job was started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobTemplate {
    pub(crate) name: String,
    pub(crate) version: u32,
}

/// A piece of long work.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) subject_ids: Vec<String>,
    pub(crate) state: String,
    pub(crate) stopping: bool,
    pub(crate) attempt_id: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) retry_at: Option<String>,
    pub(crate) failure: Option<FailureDetail>,
    pub(crate) priority: i64,
    pub(crate) at: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) batch: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) template: Option<JobTemplate>,
    pub(crate) story_id: String,
    pub(crate) queued_at: String,
    pub(crate) started_at: Option<String>,
    pub(crate) ended_at: Option<String>,
    pub(crate) cpu_ms: u64,
    pub(crate) memory_peak_bytes: u64,
    pub(crate) changed_at: u64,
    pub(crate) waits_for: Option<Waiting>,
    pub(crate) progress: Option<JobProgress>,
}

/// Why a job that is open and not at work is where it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Waiting {
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) lane: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) job_id: Option<String>,
    pub(crate) place: Option<u32>,
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
