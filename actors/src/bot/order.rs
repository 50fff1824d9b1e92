//! What came of something that was asked for: a fold of its story, as people are told it.

use std::{collections::BTreeMap, fmt::Write as _};

use mediary_events::{
    Concern as _, Recorded, codec,
    file::{self, File},
    job::{self, Job},
};
use mediary_log::{Filter, LogReader, Read, ReadError, signal::SignalHub};
use mediary_schema::{
    CorrelationId, JobId, ProjectId,
    job::{Failure, JobState, Progress},
};

use crate::job::progress_of;

/// Something that was asked for.
#[derive(Debug)]
pub(super) struct Order {
    /// Where it was asked for.
    pub(super) chat: i64,
    /// By which number what is told of it is edited; none while that was not said.
    pub(super) message: Option<i64>,
    /// What was told last.
    pub(super) shown: String,
    project: ProjectId,
    pub(super) story: CorrelationId,
    /// Up to here the log was read.
    read_to: u64,
    /// The last event of the story, or of one of its jobs.
    last: u64,
    /// In the order in which they were queued.
    jobs: Vec<Seen>,
    /// Where each of them is among these.
    places: BTreeMap<JobId, usize>,
    kept: Vec<Kept>,
}

/// A job of the story.
#[derive(Debug)]
struct Seen {
    id: JobId,
    kind: String,
    title: String,
    state: JobState,
    failure: Option<Failure>,
}

/// A file that came of it.
#[derive(Debug)]
struct Kept {
    job_id: Option<JobId>,
    path: String,
    size_bytes: u64,
}

/// Things that were asked for and are told of, of one bot: what is older is told when somebody asks for it.
pub(super) const ORDERS_MAX: usize = 50;
/// Jobs and files of which each is named.
const NAMED_MAX: usize = 10;
/// Characters of a title.
const TITLE_CHARS_MAX: usize = 120;

impl Order {
    pub(super) fn new(chat: i64, project: ProjectId, story: CorrelationId, position: u64) -> Self {
        Self {
            chat,
            message: None,
            shown: String::new(),
            project,
            story,
            read_to: 0,
            last: position,
            jobs: Vec::new(),
            places: BTreeMap::new(),
            kept: Vec::new(),
        }
    }

    /// Reads on. Blocks.
    ///
    /// Which jobs there are and what was kept, the story says. What became of a job, its own events say: whoever ends, holds
    /// or loses one from elsewhere begins another story.
    pub(super) fn read_on(&mut self, log: &LogReader) -> Result<(), ReadError> {
        let head = log.head_position();
        if head <= self.read_to {
            return Ok(());
        }
        // Its first event stands right before what its command answered.
        let from = if self.read_to == 0 { self.last.saturating_sub(APPEND_MAX) } else { self.read_to };
        let mut story = Read::forward(from + 1).up_to(head);
        story.filter.correlation_id = Some(self.story);
        each(log, story, |recorded| self.take(recorded))?;
        let mut jobs = Read::forward(from + 1).up_to(head).filter(Filter::categories([Job::NAME]));
        jobs.filter.project = Some(self.project);
        each(log, jobs, |recorded| self.take_job(recorded))?;
        self.read_to = head;
        Ok(())
    }

    fn take(&mut self, recorded: &Recorded) {
        self.last = self.last.max(recorded.position());
        let stream = &recorded.envelope.stream;
        match stream.category.to_string().as_str() {
            Job::NAME => {
                let id = JobId::from_uuid(stream.uuid);
                for event in codec::events_of::<Job>(recorded).unwrap_or_default() {
                    if let job::Event::Queued { work, .. } = event {
                        let title = work.title.chars().take(TITLE_CHARS_MAX).collect();
                        let (kind, state) = (work.kind.to_string(), JobState::Queued);
                        self.places.insert(id, self.jobs.len());
                        self.jobs.push(Seen { id, kind, title, state, failure: None });
                    }
                }
            }
            File::NAME => {
                for event in codec::events_of::<File>(recorded).unwrap_or_default() {
                    if let file::Event::Recorded { path, verified, made, .. } = event {
                        let (job_id, size_bytes) = (made.map(|made| made.job_id), verified.size_bytes);
                        self.kept.push(Kept { job_id, path, size_bytes });
                    }
                }
            }
            _ => {}
        }
    }

    fn take_job(&mut self, recorded: &Recorded) {
        let id = JobId::from_uuid(recorded.envelope.stream.uuid);
        let Some(place) = self.places.get(&id) else { return };
        self.last = self.last.max(recorded.position());
        for event in codec::events_of::<Job>(recorded).unwrap_or_default() {
            self.jobs[*place].take(event);
        }
    }

    /// Whether nothing more comes of it: every job is at its end, and so is whatever follows from that.
    pub(super) fn is_over(&self, reacted: u64) -> bool {
        self.jobs.iter().all(|job| job.state.is_terminal()) && reacted >= self.last
    }

    /// Its jobs.
    pub(super) fn job_ids(&self) -> impl Iterator<Item = JobId> {
        self.jobs.iter().map(|job| job.id)
    }

    /// How it stands with it.
    pub(super) fn text(&self, signals: &SignalHub, is_over: bool) -> String {
        if is_over { self.summary() } else { self.progress(signals) }
    }

    fn progress(&self, signals: &SignalHub) -> String {
        let ended = self.jobs.iter().filter(|job| job.state.is_terminal()).count();
        let mut text = format!("Under way: {ended} of {} done", self.jobs.len());
        let open = self.jobs.iter().filter(|job| !job.state.is_terminal());
        for job in open.take(NAMED_MAX) {
            let progress = signals.latest(&progress_of(self.project, job.id));
            let progress = progress.and_then(|value| serde_json::from_value(value).ok());
            let state = progress.map_or_else(|| job.state.to_string(), |progress| share(&progress));
            text.push_str(&job.line(&state));
        }
        text
    }

    fn summary(&self) -> String {
        let given_up: Vec<&Seen> = self.jobs.iter().filter(|job| job.state != JobState::Succeeded).collect();
        let mut text = match (self.kept.len(), given_up.len()) {
            (0, 0) => "Nothing to do: what is there is kept, or being kept, already.".to_owned(),
            (kept, 0) => format!("Done: {kept} kept"),
            (kept, lost) => format!("Done: {kept} kept, {lost} given up"),
        };
        for kept in self.kept.iter().take(NAMED_MAX) {
            let job = kept.job_id.and_then(|id| self.jobs.get(*self.places.get(&id)?));
            let title = job.map_or("", |job| job.title.as_str());
            add(&mut text, &format!("\n\n{title}\n{}, {}", kept.path, size(kept.size_bytes)));
        }
        for job in given_up.iter().take(NAMED_MAX) {
            text.push_str(&job.line(&job.end()));
        }
        let left = self.kept.len().saturating_sub(NAMED_MAX) + given_up.len().saturating_sub(NAMED_MAX);
        if left > 0 {
            add(&mut text, &format!("\n\n… and {left} more"));
        }
        text
    }
}

/// The most events of one append that are looked for before the position that a command answers.
const APPEND_MAX: u64 = 1_000;

/// Hands on all that is asked for, from page to page. Blocks.
fn each(log: &LogReader, mut read: Read, mut take: impl FnMut(&Recorded)) -> Result<(), ReadError> {
    loop {
        let page = log.read_page(&read)?;
        page.events.iter().for_each(&mut take);
        let Some(next) = page.next_position else { return Ok(()) };
        read.from = next;
    }
}

impl Seen {
    fn take(&mut self, event: job::Event) {
        match event {
            job::Event::Started { .. } => self.state = JobState::Running,
            job::Event::Succeeded { .. } => self.state = JobState::Succeeded,
            job::Event::Failed { failure, .. } => {
                (self.state, self.failure) = (JobState::Failed, Some(failure));
            }
            job::Event::AttemptFailed { failure, .. } => {
                (self.state, self.failure) = (JobState::Queued, Some(failure));
            }
            job::Event::Cancelled { .. } => self.state = JobState::Cancelled,
            job::Event::Paused { .. } | job::Event::Parked { .. } | job::Event::Stranded { .. } => {
                self.state = JobState::Paused;
            }
            job::Event::Resumed {} | job::Event::AttemptStopped { .. } | job::Event::AttemptLost { .. } => {
                self.state = JobState::Queued;
            }
            _ => {}
        }
    }

    fn line(&self, state: &str) -> String {
        format!("\n\n{} ({}): {state}\n{}", self.title, self.kind, self.id)
    }

    fn end(&self) -> String {
        match &self.failure {
            Some(failure) => failed(failure),
            None => self.state.to_string(),
        }
    }
}

/// A failure with its code and what can be done about it.
pub(super) fn failed(failure: &Failure) -> String {
    let code = serde_json::to_value(failure.class).ok();
    let code = code.as_ref().and_then(|code| code.as_str()).unwrap_or_default().to_owned();
    format!("{} ({code})\n{}", failure.message, failure.class.advice())
}

/// How far it is.
pub(super) fn share(progress: &Progress) -> String {
    let Progress { stage, done, total, unit, rate_per_second, eta_seconds } = progress;
    let is_bytes = unit == "bytes";
    let amount = |count: u64| if is_bytes { size(count) } else { format!("{count} {unit}") };
    let mut text = match total.filter(|total| *total > 0) {
        Some(total) => {
            format!("{stage} {} % of {}", done.saturating_mul(100) / total, amount(total))
        }
        None => format!("{stage} {}", amount(*done)),
    };
    if let Some(rate) = rate_per_second.filter(|_| is_bytes) {
        add(&mut text, &format!(", {}/s", size(rate.max(0.0) as u64)));
    }
    if let Some(seconds) = eta_seconds {
        add(&mut text, &format!(", {seconds} s left"));
    }
    text
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1_000.0 && unit + 1 < UNITS.len() {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

fn add(text: &mut String, more: &str) {
    write!(text, "{more}").expect("a text takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is_is_said_in_words() {
        let progress = Progress {
            stage: "downloading".to_owned(),
            done: 43,
            total: Some(100),
            unit: "bytes".to_owned(),
            rate_per_second: Some(1_234_567.0),
            eta_seconds: Some(30),
        };
        assert_eq!(share(&progress), "downloading 43 % of 100 B, 1.2 MB/s, 30 s left");
        let listing = Progress {
            stage: "refresh".to_owned(),
            done: 7,
            unit: "entries".to_owned(),
            ..Progress::default()
        };
        assert_eq!(share(&listing), "refresh 7 entries");
        assert_eq!([size(999), size(1_000), size(5_400_000_000)], ["999 B", "1.0 kB", "5.4 GB"]);
    }
}
