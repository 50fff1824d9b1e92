use std::time::Duration;

use mediary_events::{
    job::{self, Job},
    testing::{
        note::{Command, Note, TEXTS_MAX},
        samples,
    },
};
use mediary_schema::{
    ProjectId, Ticket,
    account::{Permission, Role},
    job::RetryPolicy,
};

use super::{id, owner, write};
use crate::{
    gate::{LongWork as _, Refusal, Transaction},
    testing::bench::Bench,
};

fn queue() -> job::Command {
    let work = samples::refresh().work();
    job::Command::Queue { work, retry: RetryPolicy::default(), ticket: Ticket::default() }
}

// invariant: G-6
#[test]
fn a_role_that_may_not_is_refused() {
    let bench = Bench::new();
    let refusal =
        bench.tell(crate::testing::person(Role::Viewer, 1), |story| write(story, 1, "x")).unwrap_err();
    assert!(matches!(refusal, Refusal::Forbidden { permission: Permission::OPERATE }), "{refusal:?}");
    assert_eq!(bench.head(), 1);
}

// invariant: G-6
#[test]
fn what_only_the_platform_does_is_refused_to_the_owner() {
    let bench = Bench::new();
    let refusal = bench.tell(owner(1), |story| story.execute::<Job>(id(1), queue())).unwrap_err();
    assert_eq!(refusal.code(), "FORBIDDEN");
    assert_eq!(bench.head(), 1);
}

// invariant: S-3
#[test]
fn what_is_another_projects_is_not_there() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "of home")).unwrap();
    let other = ProjectId::from_uuid(id(0xBEEF));
    let stranger = |command| owner(command).within(other);
    let texts = |story: &mut Transaction<'_>| -> Result<usize, Refusal> {
        Ok(story.state::<Note>(id(1))?.texts.len())
    };
    assert_eq!(bench.tell(stranger(2), texts).unwrap().value, 0, "it finds nothing");
    let refusal = bench.tell(stranger(3), |story| write(story, 1, "of another")).unwrap_err();
    assert_eq!(refusal.code(), "NOT_FOUND");
    assert_eq!(bench.tell(owner(4), texts).unwrap().value, 1, "and its owner finds it as it was");
    bench.tell(stranger(5), |story| write(story, 2, "of another")).unwrap();
    let refusal = bench.tell(owner(6), |story| write(story, 2, "of home")).unwrap_err();
    assert_eq!(refusal.code(), "NOT_FOUND");
    let told = ["note.written", "command.accepted", "command.accepted", "note.written"];
    assert_eq!(bench.appends_after(0), told);
}

#[test]
fn what_follows_from_an_allowed_command_needs_no_permission() {
    let bench = Bench::new();
    let story = |story: &mut Transaction<'_>| {
        write(story, 1, "list it")?;
        story.entail::<Job>(id(1), queue())
    };
    bench.tell(crate::testing::person(Role::Editor, 1), story).unwrap();
    assert_eq!(bench.appends_after(0), ["note.written job.queued"]);
}

#[test]
fn a_rejection_of_the_concern_is_told_in_its_words() {
    let bench = Bench::new();
    let fill = |story: &mut Transaction<'_>| (0..TEXTS_MAX).try_for_each(|_| write(story, 1, "x"));
    bench.tell(owner(1), fill).unwrap();
    let refusal = bench.tell(owner(2), |story| write(story, 1, "y")).unwrap_err();
    assert_eq!(
        (refusal.code(), refusal.to_string().as_str(), refusal.advice().as_deref(), refusal.is_retryable()),
        ("NOTE_FULL", "the note is full", Some("turn the page"), false),
    );
}

// invariant: E-4
#[test]
fn each_refusal_says_its_code_and_the_next_step() {
    let told = [
        Refusal::Forbidden { permission: Permission::CONFIGURE },
        Refusal::Overloaded { retry_after: Duration::from_millis(20) },
        Refusal::StorageFull { free_bytes: 1_000, needed_bytes: 64_000 },
        Refusal::Contended { attempts: 16 },
        Refusal::Stopping,
    ]
    .map(|refusal| format!("{} {refusal}; {}", refusal.code(), refusal.advice().unwrap_or_default()));
    assert_eq!(
        told,
        [
            "FORBIDDEN the credential does not allow this (it needs the permission to change limits of the installation); use a token of a higher role; \
             `mediary token create NAME --role ROLE` makes one",
            "OVERLOADED too many commands are waiting to be written; ask again in a moment",
            "STORAGE_FULL the disk of the data folder is full (1000 bytes free, 64000 needed); \
             make room on the disk of the data folder; nothing was lost",
            "CONTENDED others changed the same things 16 times in a row; ask again in a moment",
            "STOPPING the server is stopping; ask again in a moment",
        ]
    );
}

// invariant: L-12
#[test]
fn a_full_disk_refuses_new_work_and_lets_ends_through() {
    let bench = Bench::new();
    bench.told(|story| story.execute::<Job>(id(1), queue()));
    // Nothing is as free as this log wants it; a quarter of it would be ballast, which can't be made either.
    let bench = bench.reopen(|options| options.reserve_bytes = u64::MAX);
    let refusal = bench.tell(owner(2), |story| write(story, 1, "x")).unwrap_err();
    assert_eq!((refusal.code(), refusal.is_retryable()), ("STORAGE_FULL", true));
    let job_id = mediary_schema::JobId::from_uuid(id(1));
    bench.tell(owner(3), |story| crate::work::cancel(story, job_id)).unwrap();
    assert_eq!(bench.appends_after(3), ["job.cancelled"]);
}

#[test]
fn a_full_queue_is_refused_and_can_be_asked_again() {
    let bench = Bench::with(|options| options.queue_requests_max = 0);
    let refusal = bench.tell(owner(1), |story| write(story, 1, "x")).unwrap_err();
    assert_eq!((refusal.code(), refusal.is_retryable()), ("OVERLOADED", true));
}

#[tokio::test]
async fn a_closed_log_is_told_as_stopping() {
    let bench = Bench::new();
    bench.gate.log().clone().close().await;
    let write = Command::Write { text: "x".to_owned() };
    let refusal = bench.gate.execute::<Note>(owner(1), id(1), write).await.unwrap_err();
    assert_eq!(refusal.code(), "STOPPING");
    assert_eq!(bench.gate.state::<Note>(id(1)).await.unwrap_err().code(), "STOPPING");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_panics_is_a_fault_and_not_worth_asking_again() {
    let bench = Bench::new();
    let story = |_: &mut Transaction<'_>| -> Result<(), Refusal> { panic!("a bug of the story") };
    let refusal = bench.gate.transact(owner(1), story).await.unwrap_err();
    assert_eq!((refusal.code(), refusal.is_retryable()), ("INTERNAL", false));
    let write = Command::Write { text: "x".to_owned() };
    bench.gate.execute::<Note>(owner(2), id(1), write).await.unwrap();
}
