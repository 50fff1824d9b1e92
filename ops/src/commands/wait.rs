//! `--wait`: asks how far the work is, whenever the server says that it went on, until it has ended.

use std::{collections::BTreeSet, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    download,
    failure::Failure,
    job::{self, Job, JobProgress},
    log, worker,
};
use crate::{
    answers::{download::Story, worker::Worker},
    client::{Client, Document, Error, POLL_INTERVAL, Watch},
    output::{Output, Progress, clean, plural, word},
};

/// How often a bar moves: how far an attempt is, is no event.
const BAR_INTERVAL: Duration = Duration::from_secs(1);
/// How often it is looked whether there is something that a person has to do first, and asked all the same.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// How long a server may be away, restarting, before waiting for it makes no sense.
const ABSENCE_MAX: Duration = Duration::from_secs(30);

/// Waits until a job has ended, well or badly.
pub(crate) async fn for_job(
    client: &Client,
    output: &mut Output,
    id: &str,
    position: Option<u64>,
) -> Result<Job, Failure> {
    if output.is_watched() {
        output.note(&format!("waiting for {id}; after Ctrl-C it goes on: `mediary job show {id}`"));
    }
    let bar = output.progress();
    let mut questions = Questions::new(client, &job::SHOW, id, position).await?;
    let mut was_held = false;
    let mut obstacles = Obstacles::default();
    loop {
        let found = questions.ask().await?;
        let job = found.ok_or_else(|| job::not_found(id))?;
        if job.has_ended() {
            return Ok(job);
        }
        if job.is_held() && !was_held {
            output.note(&format!("{id} is held; `mediary job resume {id}` lets it go on"));
        }
        was_held = job.is_held();
        tell(&bar, &job);
        obstacles.say(output, obstacle(&job));
        obstacles.look(client, output, None).await;
        questions
            .changed(if bar.is_shown() { BAR_INTERVAL } else { LOOK_INTERVAL }, |job| job["id"] == id)
            .await;
    }
}

/// Waits until nothing more will come of a story.
pub(crate) async fn for_story(
    client: &Client,
    output: &mut Output,
    id: &str,
    position: Option<u64>,
) -> Result<Story, Failure> {
    if output.is_watched() {
        output.note(&format!("waiting for {id}; after Ctrl-C it goes on: `mediary job list --story {id}`"));
    }
    let bar = output.progress();
    let mut questions = Questions::new(client, &download::STORY, id, position).await?;
    let mut obstacles = Obstacles::default();
    loop {
        let story = questions.ask().await?;
        let story = story.ok_or_else(|| Failure::NotFound {
            id: id.to_owned(),
            advice: "a story's id is what the act that began it answered",
        })?;
        if story.settled == Some(true) {
            return Ok(story);
        }
        if bar.is_shown() {
            let filter = json!({ "storyId": id, "state": "RUNNING" });
            let (share, message) = how_far(&story, &job::jobs(client, filter, Some(RUNNING_MAX)).await?);
            bar.tell(share, message);
        }
        obstacles.look(client, output, Some(id)).await;
        let has_open_jobs = story.job_count > story.succeeded_count + story.given_up_count;
        let at_most = match (has_open_jobs, bar.is_shown()) {
            // A reaction is at it, of which no job tells; that takes moments.
            (false, _) => POLL_INTERVAL,
            (true, true) => BAR_INTERVAL,
            (true, false) => LOOK_INTERVAL,
        };
        questions.changed(at_most, |job| job["storyId"] == id).await;
    }
}

/// How far a story is: its jobs that ended, and what is done of those that run.
fn how_far(story: &Story, running: &[Job]) -> (Option<f64>, String) {
    let ended = story.succeeded_count + story.given_up_count;
    let progress = || running.iter().filter_map(|job| job.progress.as_ref());
    let under_way: f64 = progress().filter_map(|progress| progress.percent).sum::<f64>() / 100.0;
    let share = (story.job_count > 0).then(|| (ended as f64 + under_way) / story.job_count as f64);
    let mut parts = vec![format!("{ended} of {} ended", plural(story.job_count, "job", "jobs"))];
    if story.given_up_count > 0 {
        parts.push(format!("{} given up", story.given_up_count));
    }
    parts.extend(progress().next().map(JobProgress::text));
    (share, parts.join(", "))
}

/// Running jobs that the bar takes into account: as many as run at once, by far.
const RUNNING_MAX: usize = 64;

/// The failure of a job that did not succeed.
pub(crate) fn verdict(job: &Job) -> Result<(), Failure> {
    if job.state == "SUCCEEDED" {
        return Ok(());
    }
    let what = format!("{} of {} ({})", word(&job.kind), clean(&job.title), job.id);
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
    let subject = clean(&job.title);
    match &job.progress {
        Some(progress) => {
            let share = progress.percent.map(|percent| percent / 100.0);
            bar.tell(share, format!("{} {subject}", progress.text()));
        }
        None => bar.tell(None, format!("{} {subject}", word(&job.state))),
    }
}

/// What keeps work from going on by itself, each said once: a wait that says nothing looks like one that ends.
#[derive(Debug, Default)]
struct Obstacles {
    looked_at: Option<Instant>,
    said: BTreeSet<String>,
}

impl Obstacles {
    /// Looks, if it is time to, and says what is new: halted parts, and jobs of a story that are held or wait. What
    /// can't be looked at now is looked at later: the wait itself says what becomes of a server that is away.
    async fn look(&mut self, client: &Client, output: &mut Output, story: Option<&str>) {
        let now = Instant::now();
        if self.looked_at.is_some_and(|at| now.duration_since(at) < LOOK_INTERVAL) {
            return;
        }
        self.looked_at = Some(now);
        let Ok(workers) = client.ask(&worker::LIST, json!({})).await else { return };
        let mut notes: Vec<String> = workers.iter().flat_map(Worker::halts).collect();
        if let Some(story) = story {
            let held = json!({ "storyId": story, "state": "PAUSED" });
            let Ok(held) = job::jobs(client, held, Some(RUNNING_MAX)).await else { return };
            notes
                .extend(held.iter().map(|job| {
                    format!("{id} is held; `mediary job resume {id}` lets it go on", id = job.id)
                }));
            let queued = json!({ "storyId": story, "state": "QUEUED" });
            let Ok(queued) = job::jobs(client, queued, Some(RUNNING_MAX)).await else { return };
            notes.extend(queued.iter().filter_map(obstacle));
        }
        self.say(output, notes);
    }

    /// Says what was not said yet.
    fn say(&mut self, output: &mut Output, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            if self.said.insert(note.clone()) {
                output.note(&note);
            }
        }
    }
}

/// Why queued work is not begun, if that is more than its turn. What all of it waits for is one sentence, whichever job is
/// looked at.
fn obstacle(job: &Job) -> Option<String> {
    let waiting = job.waits_for.as_ref().filter(|waiting| waiting.is_obstacle())?;
    Some(format!("{} waits: {}", word(&job.kind), clean(&waiting.text())))
}

/// The same question again and again.
struct Questions<'a, T> {
    client: &'a Client,
    document: &'a Document<Option<T>>,
    id: &'a str,
    /// What every answer shows: what came behind it is told by the watch.
    position: u64,
    watch: Watch<'a>,
    answered_at: Instant,
}

impl<'a, T: DeserializeOwned> Questions<'a, T> {
    /// Begins at the position of the act, or at the end of the log.
    async fn new(
        client: &'a Client,
        document: &'a Document<Option<T>>,
        id: &'a str,
        position: Option<u64>,
    ) -> Result<Self, Error> {
        let watch = Watch::new(client, job::CHANGES, json!({}));
        let mut questions = Self { client, document, id, position: 0, watch, answered_at: Instant::now() };
        questions.position = match position {
            Some(position) => position,
            None => questions.answer(&log::HEAD, json!({})).await?.position,
        };
        Ok(questions)
    }

    async fn ask(&mut self) -> Result<Option<T>, Error> {
        let variables = json!({ "id": self.id, "minPosition": self.position });
        self.answer(self.document, variables).await
    }

    /// The answer, as soon as there is a server to give one.
    async fn answer<A: DeserializeOwned>(
        &mut self,
        document: &Document<A>,
        variables: Value,
    ) -> Result<A, Error> {
        loop {
            match self.client.ask(document, &variables).await {
                Ok(answer) => {
                    self.answered_at = Instant::now();
                    return Ok(answer);
                }
                Err(error) if error.is_absence() && self.answered_at.elapsed() < ABSENCE_MAX => {
                    tokio::time::sleep(POLL_INTERVAL).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits until one of the jobs that are meant has changed, or it is time to ask all the same.
    async fn changed(&mut self, at_most: Duration, is_meant: impl Fn(&Value) -> bool) {
        let is_news = |item: &Value| item["jobs"].as_array().is_some_and(|jobs| jobs.iter().any(&is_meant));
        self.watch.changed(self.position, at_most, is_news).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(jobs: u64, succeeded: u64, given_up: u64) -> Story {
        let id = "story-1".to_owned();
        Story {
            id,
            job_count: jobs,
            succeeded_count: succeeded,
            given_up_count: given_up,
            settled: Some(false),
        }
    }

    #[test]
    fn a_story_is_as_far_as_its_jobs_are() {
        assert_eq!(how_far(&story(0, 0, 0), &[]), (None, "0 of 0 jobs ended".to_owned()));
        assert_eq!(how_far(&story(4, 1, 0), &[]), (Some(0.25), "1 of 4 jobs ended".to_owned()));
        let (share, text) = how_far(&story(1, 0, 1), &[]);
        assert_eq!((share, text.as_str()), (Some(1.0), "1 of 1 job ended, 1 given up"));
    }
}
