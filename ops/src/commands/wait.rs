//! `--wait`: asks how far the work is until it has ended.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::time::Instant;

use super::{
    download::{self, Story},
    failure::Failure,
    job::{self, Job},
};
use crate::{
    client::{Client, Document, Error},
    output::{Output, Progress, clean, plural, word},
};

/// How often is asked: what a person takes for "at once".
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// How long a server may be away, restarting, before waiting for it makes no sense.
const ABSENCE_MAX: Duration = Duration::from_secs(30);

/// Waits until a job has ended, well or badly.
pub(crate) async fn for_job(
    client: &Client,
    output: &mut Output,
    id: &str,
    position: Option<u64>,
) -> Result<Job, Failure> {
    let bar = output.progress();
    let mut questions = Questions::new(client, &job::SHOW, id, position);
    let mut was_held = false;
    loop {
        let found: Option<Job> = questions.ask().await?;
        let job = found.ok_or_else(|| job::not_found(id))?;
        if job.has_ended() {
            return Ok(job);
        }
        if job.is_held() && !was_held {
            output.note(&format!("{id} is held; `mediary job resume {id}` lets it go on"));
        }
        was_held = job.is_held();
        tell(&bar, &job);
        questions.pause().await;
    }
}

/// Waits until nothing more will come of a story.
pub(crate) async fn for_story(
    client: &Client,
    output: &mut Output,
    id: &str,
    position: Option<u64>,
) -> Result<Story, Failure> {
    let bar = output.progress();
    let mut questions = Questions::new(client, &download::STORY, id, position);
    loop {
        let story: Story = questions.ask().await?;
        if story.settled {
            return Ok(story);
        }
        let ended = story.succeeded_count + story.given_up_count;
        let share = (story.job_count > 0).then(|| ended as f64 / story.job_count as f64);
        let given_up = match story.given_up_count {
            0 => String::new(),
            count => format!(", {count} given up"),
        };
        let jobs = plural(story.job_count, "job", "jobs");
        bar.tell(share, format!("{ended} of {jobs} ended{given_up}"));
        questions.pause().await;
    }
}

/// The failure of a job that did not succeed.
pub(crate) fn verdict(job: &Job) -> Result<(), Failure> {
    if job.state == "SUCCEEDED" {
        return Ok(());
    }
    let what = format!("{} of {} ({})", word(&job.kind), clean(&job.subject), job.id);
    let advice = format!("`mediary job retry {}` starts it anew", job.id);
    Err(match &job.failure {
        Some(failure) if job.state == "FAILED" => Failure::Work {
            what,
            class: failure.class.clone(),
            message: clean(&failure.message),
            advice: format!("{}; {advice}", failure.advice),
        },
        _ => Failure::Work {
            what,
            class: job.state.to_lowercase(),
            message: "it was ended before it was done".to_owned(),
            advice,
        },
    })
}

fn tell(bar: &Progress, job: &Job) {
    let subject = clean(&job.subject);
    match &job.progress {
        Some(progress) => {
            let share = progress.percent.map(|percent| percent / 100.0);
            bar.tell(share, format!("{} {subject}", progress.text()));
        }
        None => bar.tell(None, format!("{} {subject}", word(&job.state))),
    }
}

/// The same question again and again.
struct Questions<'a> {
    client: &'a Client,
    document: &'a Document,
    id: &'a str,
    /// What the first answer must show.
    position: Option<u64>,
    answered_at: Instant,
}

impl<'a> Questions<'a> {
    fn new(client: &'a Client, document: &'a Document, id: &'a str, position: Option<u64>) -> Self {
        Self { client, document, id, position, answered_at: Instant::now() }
    }

    /// The answer, as soon as there is a server to give one.
    async fn ask<T: DeserializeOwned>(&mut self) -> Result<T, Error> {
        loop {
            let variables = json!({ "id": self.id, "minPosition": self.position });
            match self.client.ask(self.document, variables).await {
                Ok(answer) => {
                    self.answered_at = Instant::now();
                    self.position = None;
                    return Ok(answer);
                }
                Err(error) if error.is_absence() && self.answered_at.elapsed() < ABSENCE_MAX => {
                    self.pause().await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn pause(&self) {
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}
