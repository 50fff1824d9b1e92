use mediary_events::{
    job::{self, Job, Outcome},
    playlist::{self, Playlist},
    reservation::Reservation,
    testing::{NOW, samples},
};
use mediary_schema::{
    AttemptId, CommandId, JobId, PlaylistId, ProjectId, Ticket, job::RetryPolicy, playlist::RefreshMode,
};

use super::{id, owner, texts, write};
use crate::{
    gate::{Caller, LongWork as _, Receipt, Transaction},
    log::{Origin, OriginKind},
    testing::bench::Bench,
    work,
};

/// A command whose answer depends on what is there.
fn append_a_line(bench: &Bench, command: u128) -> Receipt<usize> {
    let story = |story: &mut Transaction<'_>| {
        let lines = texts(story, 1)?.len();
        write(story, 1, "line")?;
        Ok(lines)
    };
    bench.tell(owner(command), story).unwrap()
}

// invariant: L-8
#[test]
fn an_accepted_command_repeated_answers_as_the_first_time_and_appends_nothing() {
    let bench = Bench::new();
    append_a_line(&bench, 1);
    let first = append_a_line(&bench, 2);
    append_a_line(&bench, 3);
    let again = append_a_line(&bench, 2);
    assert_eq!((first.value, first.position, first.repeated), (1, 3, false));
    assert_eq!(again, Receipt { repeated: true, ..first });
    assert_eq!(bench.head(), 4);
}

// invariant: L-8
#[test]
fn an_accepted_command_repeated_after_a_restart_answers_as_the_first_time() {
    let bench = Bench::new();
    append_a_line(&bench, 1);
    append_a_line(&bench, 2);
    let bench = bench.reopen(|_| ());
    let again = append_a_line(&bench, 1);
    assert_eq!((again.value, again.position, again.repeated), (0, 2, true));
    assert_eq!(bench.head(), 4);
}

#[test]
fn a_command_is_repeated_only_by_the_same_principal() {
    let bench = Bench::new();
    append_a_line(&bench, 1);
    let other = Caller { principal: mediary_schema::PrincipalId::PLATFORM, ..owner(1) };
    let receipt = bench.tell(other, |story| write(story, 1, "line")).unwrap();
    assert!(!receipt.repeated);
}

#[test]
fn a_rejected_command_is_decided_anew() {
    let bench = Bench::new();
    let wish = playlist::Command::RequestDownloads {
        quality: samples::quality(),
        entries: None,
        again: false,
        ticket: Ticket::default(),
    };
    let ask = || bench.tell(owner(1), |story| story.execute::<Playlist>(id(1), wish.clone()));
    assert_eq!(ask().unwrap_err().code(), "PLAYLIST_NOT_FOLLOWED");
    let follow = playlist::Command::Follow { url: samples::LIST_URL.to_owned() };
    bench.told(|story| story.execute::<Playlist>(id(1), follow.clone()));
    assert!(!ask().unwrap().repeated);
    assert!(ask().unwrap().repeated);
    assert_eq!(bench.head(), 3);
}

// The job that a command opened is its answer for ever, also when another one is open for the same work.
#[test]
fn a_repeat_names_the_job_of_the_first_time() {
    let bench = Bench::new();
    let playlist_id = PlaylistId::from_uuid(id(1));
    let follow = playlist::Command::Follow { url: samples::LIST_URL.to_owned() };
    bench.told(|story| story.execute::<Playlist>(id(1), follow.clone()));
    let refresh = |command: u128| {
        let caller = owner(command);
        let job_id = bench.gate.identities().job(caller.command_id, "refresh");
        let mode = Some(RefreshMode::Full);
        bench
            .tell(caller, |story| {
                work::playlist::request(story, playlist_id, job_id, mode, RetryPolicy::default())
            })
            .unwrap()
            .value
    };
    let first = refresh(1);
    bench.told(|story| work::cancel(story, first));
    let second = refresh(2);
    assert_ne!(first, second);
    assert_eq!(refresh(1), first);
    bench.told(|story| story.execute::<Playlist>(id(1), playlist::Command::Unfollow));
    assert_eq!(refresh(2), second, "it was accepted while the list was followed");
}

// An actor that did not hear the answer says it again: the attempt is over by then, and so it was meant.
#[test]
fn the_end_of_an_attempt_can_be_told_twice() {
    let bench = Bench::new();
    let (job_id, attempt_id) = (JobId::from_uuid(id(1)), AttemptId::from_uuid(id(2)));
    let work = samples::refresh().work();
    bench.told(|story| work::open(story, job_id, &work, RetryPolicy::default()));
    let lease = job::Command::Lease { attempt_id, worker: samples::WORKER_LIFE, until: NOW };
    bench.told(|story| story.execute::<Job>(job_id.uuid(), lease.clone()));
    let stop = |story: &mut Transaction<'_>| {
        work::end(story, job_id, attempt_id, Outcome::Succeeded { kept_bytes: 0 }, samples::resources())?;
        let key = story.identities().reservation(ProjectId::HOME, &work.key);
        Ok(story.state::<Reservation>(key.uuid())?.holder)
    };
    let first = bench.tell(owner(9), stop).unwrap();
    let again = bench.tell(owner(9), stop).unwrap();
    assert_eq!((first.value, first.repeated), (None, false));
    assert_eq!(again, Receipt { repeated: true, ..first });
}

// invariant: G-2, G-7
#[test]
fn a_reaction_repeated_is_the_same_command() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "cause")).unwrap();
    let cause = bench.recorded().remove(0);
    let origin = Origin { kind: OriginKind::Reaction, id: id(7) };
    let react = || {
        let caller = Caller::because_of(&bench.gate.identities(), &cause, origin, "answer");
        bench.tell(caller, |story| write(story, 2, "effect")).unwrap()
    };
    assert_eq!((react().repeated, react().repeated), (false, true));
    let effect = bench.recorded().remove(1).envelope;
    assert_eq!(effect.causation_id, Some(cause.envelope.id));
    assert_eq!(effect.correlation_id, cause.envelope.correlation_id);
    assert_eq!(effect.principal, cause.envelope.principal);
    assert_eq!(effect.origin, origin);
}

// The same command twice at once, such as a double click on a slow line.
// invariant: L-8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_sent_many_times_at_once_is_carried_out_once() {
    let bench = Bench::new();
    let queue = job::Command::Queue {
        work: samples::refresh().work(),
        retry: RetryPolicy::default(),
        ticket: Ticket::default(),
    };
    let calls = (0..16).map(|_| {
        bench.gate.execute::<Job>(
            Caller { command_id: CommandId::from_uuid(id(5)), ..crate::testing::platform() },
            id(1),
            queue.clone(),
        )
    });
    for receipt in futures::future::join_all(calls).await {
        assert_eq!(receipt.unwrap().position, 2);
    }
    assert_eq!(bench.appends_after(0), ["job.queued"]);
}
