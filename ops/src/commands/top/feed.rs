//! What a server tells: everything once, then what changes, and everything again after a break.
//!
//! Guarantees: nothing is asked for again and again. What surrounds the jobs (lanes, halted parts, the size of the log) is read when jobs
//! have changed, and only then, at most once a second.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::{
    CHANGES, HEAD, PROGRESS,
    board::{self, Changes, Further, Seen, Told},
};
use crate::{
    answers::{lane::Lane, top::Head, worker::Worker},
    client::{Client, Subscription},
    commands::{
        failure::Failure,
        job::{self, Job},
        lane, worker,
    },
};

/// States that are not the end.
const OPEN: [&str; 4] = ["RUNNING", "LEASED", "QUEUED", "PAUSED"];
/// Jobs of one state that are shown: more than anybody reads. Of more those that were queued first, since they come next.
const JOBS_MAX: usize = 500;
/// How soon after a change what surrounds the jobs is read again, and so how often at most.
const SETTLE: Duration = Duration::from_secs(1);
/// Waits before the next try after a break, the last one again and again.
const AGAIN_AFTER: [Duration; 4] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];

/// What is new.
#[derive(Debug)]
pub(super) enum News {
    Begun(Seen),
    Changed { position: u64, jobs: Vec<Job> },
    Progress(Vec<Told>),
    Surroundings { lanes: Vec<Lane>, halts: Vec<String>, log_bytes: Option<u64> },
    Lost(String),
}

/// Where news comes from.
pub(super) struct Feed<'a> {
    client: &'a Client,
    line: Line,
}

enum Line {
    Closed { tries: usize, at: Instant },
    Open { changes: Subscription<Changes>, progress: Subscription<Further>, read_at: Option<Instant> },
}

/// Reads all that is open now.
pub(super) async fn look(client: &Client) -> Result<Seen, Failure> {
    let head: Head = client.ask(&HEAD, json!({})).await?;
    let (mut jobs, mut cut) = (Vec::new(), Vec::new());
    for state in OPEN {
        let found = job::first_queued(client, json!({ "state": state }), JOBS_MAX).await?;
        if found.len() >= JOBS_MAX {
            cut.push(state);
        }
        for job in found {
            // One that went on while it was read is there twice: the later one is right.
            jobs.retain(|known: &Job| known.id != job.id);
            jobs.push(job);
        }
    }
    board::sort(&mut jobs);
    let (lanes, halts) = surroundings(client).await?;
    Ok(Seen { position: head.position, log_bytes: head.size_bytes, halts, lanes, jobs, cut })
}

async fn surroundings(client: &Client) -> Result<(Vec<Lane>, Vec<String>), Failure> {
    let lanes: Vec<Lane> = client.ask(&lane::LIST, json!({})).await?;
    let workers: Vec<Worker> = client.ask(&worker::LIST, json!({})).await?;
    Ok((lanes, workers.iter().flat_map(Worker::halts).collect()))
}

impl<'a> Feed<'a> {
    /// Nothing is asked before the first wait.
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client, line: Line::Closed { tries: 0, at: Instant::now() } }
    }

    /// What is new next. Whoever drops this while it waits loses nothing.
    pub(super) async fn next(&mut self) -> News {
        match &mut self.line {
            Line::Closed { at, .. } => {
                sleep_until(*at).await;
                match self.open().await {
                    Ok(seen) => News::Begun(seen),
                    Err(why) => self.lose(why),
                }
            }
            Line::Open { changes, progress, read_at } => {
                let read_when = *read_at;
                let reading = async {
                    match read_when {
                        Some(at) => sleep_until(at).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    changed = changes.next() => match changed {
                        Some(Changes { position, jobs }) => {
                            read_at.get_or_insert_with(|| Instant::now() + SETTLE);
                            News::Changed { position, jobs }
                        }
                        None => self.lose("the server went away".to_owned()),
                    },
                    told = progress.next() => match told {
                        Some(Further { jobs }) => News::Progress(jobs),
                        None => self.lose("the server went away".to_owned()),
                    },
                    () = reading => self.read().await,
                }
            }
        }
    }

    async fn read(&mut self) -> News {
        let head = self.client.ask(&HEAD, json!({})).await.map_err(Failure::from);
        let found = match head {
            Ok(head) => surroundings(self.client).await.map(|around| (head, around)),
            Err(failure) => Err(failure),
        };
        match found {
            Ok((head, (lanes, halts))) => {
                if let Line::Open { read_at, .. } = &mut self.line {
                    *read_at = None;
                }
                News::Surroundings { lanes, halts, log_bytes: head.size_bytes }
            }
            Err(failure) => self.lose(failure.to_string()),
        }
    }

    /// Reads everything, and hears what comes behind it.
    async fn open(&mut self) -> Result<Seen, String> {
        let seen = look(self.client).await.map_err(|failure| failure.to_string())?;
        let after = json!({ "after": seen.position });
        let changes = self.client.subscribe(&CHANGES, after).await;
        let progress = self.client.subscribe(&PROGRESS, json!({})).await;
        let (Some(changes), Some(progress)) = (changes, progress) else {
            return Err("no websocket is to be had; `mediary top --once` does without".to_owned());
        };
        self.line = Line::Open { changes, progress, read_at: None };
        Ok(seen)
    }

    fn lose(&mut self, why: String) -> News {
        let tries = match &self.line {
            Line::Closed { tries, .. } => tries + 1,
            Line::Open { .. } => 0,
        };
        let wait = AGAIN_AFTER[tries.min(AGAIN_AFTER.len() - 1)];
        self.line = Line::Closed { tries, at: Instant::now() + wait };
        News::Lost(why)
    }
}
