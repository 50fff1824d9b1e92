use mediary_log::{
    gate::{Refusal, Transaction},
    work,
};
use mediary_schema::{
    FailureClass,
    job::{Failure, Progress},
    parrot::RepeatText,
};

use crate::job::{Attempt, Effect, Ending};

/// Repeats texts.
#[derive(Debug, Clone)]
pub struct Repeater;

impl Effect for Repeater {
    type Task = RepeatText;

    async fn perform(&self, attempt: Attempt, task: RepeatText) -> Ending {
        let RepeatText { parrot_id, text } = task;
        let letters = text.chars().count() as u64;
        attempt.progress(&Progress {
            stage: "repeating".to_owned(),
            done: letters,
            total: Some(letters),
            unit: "letters".to_owned(),
            ..Progress::default()
        });
        let (job_id, attempt_id, used) = (attempt.job_id, attempt.attempt_id, attempt.assignment.used());
        let finish = move |story: &mut Transaction<'_>| {
            work::parrot::finish(story, parrot_id, job_id, attempt_id, used, letters)
        };
        match attempt.record("finish", finish).await {
            Ok(()) => Ending::Recorded,
            // The attempt lost its job.
            Err(Refusal::Rejected(_) | Refusal::Stopping) => Ending::Stopped(used),
            Err(refusal) => Ending::Failed(Failure::new(FailureClass::Unknown, refusal.to_string()), used),
        }
    }
}
