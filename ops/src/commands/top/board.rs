//! What is shown, and what a key does. Nothing here reads, waits or draws.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::{Deserialize, Serialize};

use crate::{
    answers::lane::{Lane, LaneHold},
    commands::job::{Job, JobProgress},
    output::moment,
};

/// Ended jobs that stay in sight, so that one sees what became of them.
const ENDED_MAX: usize = 50;

/// What there is to be seen at a server.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    /// The position of the last event that this shows.
    pub(super) position: u64,
    /// The size of the log.
    pub(super) log_bytes: Option<u64>,
    /// What holds a part of the server, in words.
    pub(super) halts: Vec<String>,
    pub(super) lanes: Vec<Lane>,
    /// Open jobs, those at work first.
    pub(super) jobs: Vec<Job>,
    /// States of which only the jobs that were queued first are among them: there may be more.
    #[serde(skip)]
    pub(super) cut: Vec<&'static str>,
}

/// What is told of jobs that changed.
#[derive(Debug, Deserialize)]
pub(crate) struct Changes {
    pub(super) position: u64,
    pub(super) jobs: Vec<Job>,
}

/// What is told of jobs that got further.
#[derive(Debug, Deserialize)]
pub(crate) struct Further {
    pub(super) jobs: Vec<Told>,
}

/// How far a job is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    job_id: String,
    progress: JobProgress,
}

/// What a person sees and does.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) server: String,
    jobs: BTreeMap<String, Job>,
    pub(super) seen: Seen,
    selected: Option<String>,
    pub(super) pane: Pane,
    /// What became of the last key, or what it asks.
    pub(super) note: String,
    /// Since it is not known what there is: why.
    pub(super) lost: Option<String>,
}

/// What is in front.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Pane {
    #[default]
    Jobs,
    /// Everything about the selected job.
    Details,
    /// What the programs of a job wrote.
    Log {
        job_id: String,
        text: String,
    },
    Help,
    /// Whether a job is to be ended for good.
    Cancel {
        job_id: String,
    },
}

/// What a key wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    Pause(String),
    Resume(String),
    Cancel(String),
    Retry(String),
    /// Read what the programs of a job wrote.
    Read(String),
    Quit,
}

impl Board {
    pub(super) fn new(server: String) -> Self {
        Self { server, lost: Some("connecting".to_owned()), ..Self::default() }
    }

    /// Everything anew: at the start, and after a break. What has ended meanwhile is not seen ending.
    pub(super) fn begin(&mut self, seen: Seen) {
        self.jobs = seen.jobs.iter().map(|job| (job.id.clone(), job.clone())).collect();
        self.seen = seen;
        self.lost = None;
        self.settle();
    }

    /// Jobs as they are now.
    pub(super) fn change(&mut self, position: u64, jobs: Vec<Job>) {
        self.seen.position = self.seen.position.max(position);
        for job in jobs {
            // What ended before anybody looked is no news.
            if job.has_ended() && !self.jobs.contains_key(&job.id) {
                continue;
            }
            self.jobs.insert(job.id.clone(), job);
        }
        self.settle();
    }

    /// How far jobs are.
    pub(super) fn progress(&mut self, told: Vec<Told>) {
        for Told { job_id, progress } in told {
            if let Some(job) = self.jobs.get_mut(&job_id).filter(|job| !job.has_ended()) {
                job.progress = Some(progress);
            }
        }
        self.settle();
    }

    /// What a person is told next.
    pub(super) fn say(&mut self, text: &str) {
        text.clone_into(&mut self.note);
    }

    /// What surrounds the jobs.
    pub(super) fn surroundings(&mut self, lanes: Vec<Lane>, halts: Vec<String>, log_bytes: Option<u64>) {
        (self.seen.lanes, self.seen.halts, self.seen.log_bytes) = (lanes, halts, log_bytes);
    }

    fn settle(&mut self) {
        let mut jobs: Vec<Job> = self.jobs.values().cloned().collect();
        sort(&mut jobs);
        let ended = jobs.iter().filter(|job| job.has_ended()).skip(ENDED_MAX);
        for forgotten in ended.map(|job| job.id.clone()).collect::<Vec<_>>() {
            self.jobs.remove(&forgotten);
        }
        jobs.retain(|job| self.jobs.contains_key(&job.id));
        let is_there = self.selected.as_ref().is_some_and(|id| self.jobs.contains_key(id));
        if !is_there {
            self.selected = jobs.first().map(|job| job.id.clone());
        }
        self.seen.jobs = jobs;
    }

    /// The place of the selected job.
    pub(super) fn place(&self) -> Option<usize> {
        let id = self.selected.as_ref()?;
        self.seen.jobs.iter().position(|job| job.id == *id)
    }

    pub(super) fn selected(&self) -> Option<&Job> {
        self.jobs.get(self.selected.as_ref()?)
    }

    pub(super) fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.get(id)
    }

    fn select(&mut self, by: isize) {
        let last = self.seen.jobs.len().saturating_sub(1);
        let place = self.place().unwrap_or_default().saturating_add_signed(by).min(last);
        self.selected = self.seen.jobs.get(place).map(|job| job.id.clone());
    }

    /// What a key does here, and what of it is to be done elsewhere.
    pub(super) fn key(&mut self, key: KeyEvent) -> Option<Action> {
        let is_break = key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c');
        if is_break {
            return Some(Action::Quit);
        }
        match std::mem::take(&mut self.pane) {
            Pane::Cancel { job_id } => {
                self.say("nothing was ended");
                if matches!(key.code, KeyCode::Char('y' | 'Y')) {
                    self.note = format!("ending {job_id}");
                    return Some(Action::Cancel(job_id));
                }
                None
            }
            Pane::Jobs => self.command(key.code),
            // Whatever is in front goes away.
            pane @ (Pane::Details | Pane::Log { .. } | Pane::Help) => match key.code {
                KeyCode::Char('l') if matches!(pane, Pane::Details) => self.command(key.code),
                _ => None,
            },
        }
    }

    fn command(&mut self, code: KeyCode) -> Option<Action> {
        self.note.clear();
        match code {
            KeyCode::Char('q') | KeyCode::Esc => return Some(Action::Quit),
            KeyCode::Char('?') => self.pane = Pane::Help,
            KeyCode::Up | KeyCode::Char('k') => self.select(-1),
            KeyCode::Down | KeyCode::Char('j') => self.select(1),
            KeyCode::PageUp => self.select(-10),
            KeyCode::PageDown => self.select(10),
            _ => {
                let job = self.selected()?.clone();
                return self.about(&job, code);
            }
        }
        None
    }

    /// What a key does to the selected job.
    fn about(&mut self, job: &Job, code: KeyCode) -> Option<Action> {
        let id = job.id.clone();
        match (code, job.has_ended()) {
            (KeyCode::Enter, _) => self.pane = Pane::Details,
            (KeyCode::Char('l'), _) => return Some(Action::Read(id)),
            (KeyCode::Char('p'), false) if job.is_held() => return Some(Action::Resume(id)),
            (KeyCode::Char('p'), false) => return Some(Action::Pause(id)),
            (KeyCode::Char('c'), false) => self.pane = Pane::Cancel { job_id: id },
            (KeyCode::Char('r'), true) => return Some(Action::Retry(id)),
            (KeyCode::Char('r'), false) => {
                self.say("it has not ended: there is nothing to do again");
            }
            (KeyCode::Char('p' | 'c'), true) => self.say("it has ended; r does it again"),
            _ => {}
        }
        None
    }
}

/// At work, then what is next, then what is held, then what ended last.
pub(super) fn sort(jobs: &mut [Job]) {
    let rank = |job: &Job| match job.state.as_str() {
        "RUNNING" | "LEASED" => 0,
        "QUEUED" => 1,
        "PAUSED" => 2,
        _ => 3,
    };
    jobs.sort_by(|one, other| {
        let by_rank = rank(one).cmp(&rank(other));
        let by_turn = match rank(one) {
            0 => one.started_at.cmp(&other.started_at),
            3 => other.ended_at.cmp(&one.ended_at),
            _ => other.priority.cmp(&one.priority).then_with(|| one.queued_at.cmp(&other.queued_at)),
        };
        by_rank.then(by_turn).then_with(|| one.id.cmp(&other.id))
    });
}

/// The lanes that a job has or waits in: hosts, disks.
pub(super) fn lanes_of(job: &Job, lanes: &[Lane]) -> String {
    let has = |lane: &&Lane| lane.holders.iter().any(|holder| holder.job_id.as_ref() == Some(&job.id));
    let mut names: Vec<&str> = lanes.iter().filter(has).map(|lane| lane.name.as_str()).collect();
    if let Some(lane) = job.waits_for.as_ref().and_then(|waiting| waiting.lane.as_deref())
        && !names.contains(&lane)
    {
        names.push(lane);
    }
    if names.is_empty() { "-".to_owned() } else { names.join(" ") }
}

/// Why nothing of a lane is begun, if so.
pub(super) fn held(lane: &Lane) -> String {
    let condition = lane.hold.as_ref().map(|LaneHold { message, until, .. }| {
        let until = until.as_deref().map(|until| format!(", until {}", moment(until)));
        format!("{message}{}", until.unwrap_or_default())
    });
    let person = lane.paused.then(|| "until somebody resumes it".to_owned());
    let held: Vec<String> = person.into_iter().chain(condition).collect();
    if held.is_empty() { "-".to_owned() } else { held.join("; ") }
}

/// How far, how fast and how much longer.
pub(super) fn speed(progress: &JobProgress) -> [String; 3] {
    let rate = progress.rate_per_second.filter(|rate| *rate >= 1.0).map(|rate| {
        let amount = rate as u64;
        if progress.unit == "bytes" {
            format!("{}/s", crate::output::bytes(amount))
        } else {
            format!("{amount}/s")
        }
    });
    let left = progress.eta_seconds.map(|seconds| crate::output::duration(seconds * 1_000));
    let done = match progress.percent {
        Some(percent) => format!("{percent:.0} %"),
        None if progress.unit == "bytes" => crate::output::bytes(progress.done),
        None => format!("{} {}", progress.done, progress.unit),
    };
    [format!("{} {done}", progress.stage), rate.unwrap_or_default(), left.unwrap_or_default()]
}
