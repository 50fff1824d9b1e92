//! A token that is revoked, a clock that was ahead, a stream that nobody can read.

use mediary_log::{NewEvent, Schema, StreamId};

use super::*;

// What is revoked ends at once: that is told once, and nothing is tried in vain until somebody resumes it.
// invariant: T-3
#[tokio::test]
async fn a_schedule_may_what_its_token_may_now() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let id = bench.add("look", every(60)).await;
    let running = bench.start().await;
    let revoked = bench.token_id;
    let other = bench.ask("token.create", json!({ "name": "other", "role": "editor" })).await;
    bench.ask("token.revoke", json!({ "token_id": revoked })).await;
    while bench.tokens.get(PrincipalId::OWNER, revoked).is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bench.now_is("2026-01-01T00:01:00Z");
    bench.fired_are(1).await;
    bench.now_is("2026-01-01T00:02:00Z");
    assert_eq!(bench.fired()[0].2.as_ref().unwrap().code, "UNAUTHENTICATED");
    assert_eq!(bench.events("playlist").len(), 0);
    // Whoever resumes it lends it his own.
    let bench = Bench { token_id: other["token_id"].as_str().unwrap().parse().unwrap(), ..bench };
    bench.try_ask(Role::Editor, "schedule.resume", json!({ "schedule_id": id })).await.unwrap();
    bench.now_is("2026-01-01T00:03:00Z");
    bench.fired_are(2).await;
    running.stop().await;
    assert_eq!(bench.fired()[1], on_time("2026-01-01T00:03:00Z"));
    let names: Vec<_> = bench.events("schedule").into_iter().map(|event| event.envelope.name).collect();
    assert_eq!(names, ["added", "fired", "paused", "resumed", "fired"]);
}

// A machine that started without knowing the time.
// invariant: T-1
#[tokio::test]
async fn a_clock_that_was_ahead_takes_no_moments_away() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    bench.add("look", every(60)).await;
    let running = bench.start().await;
    bench.now_is("2036-01-01T00:00:00Z");
    bench.fired_are(1).await;
    running.stop().await;
    let bench = bench.again("2026-01-01T00:05:00Z").await;
    let running = bench.start().await;
    bench.now_is("2026-01-01T00:06:00Z");
    bench.fired_are(2).await;
    bench.now_is("2026-01-01T00:07:00Z");
    bench.fired_are(3).await;
    running.stop().await;
    assert_eq!(bench.fired()[1..], [on_time("2026-01-01T00:06:00Z"), on_time("2026-01-01T00:07:00Z")]);
}

// Whether or not anything else is recorded behind it.
// invariant: T-1
#[tokio::test]
async fn a_clock_that_is_set_back_under_a_server_takes_no_moments_away() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    bench.add("look", every(60)).await;
    let running = bench.start().await;
    bench.now_is("2036-01-01T00:00:00Z");
    bench.fired_are(1).await;
    bench.now_is("2026-01-01T00:05:00Z");
    // It goes on at some time in between.
    for second in (300..600).step_by(5) {
        bench.now_is(&format!("2026-01-01T00:{:02}:{:02}Z", second / 60, second % 60));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop().await;
    let moments: Vec<_> = bench.fired().into_iter().skip(1).map(|(moment, ..)| moment.unwrap()).collect();
    assert!(
        moments.len() > 1 && moments.iter().all(|moment| moment.starts_with("2026-01-01T00:0")),
        "{moments:?}"
    );
}

// One that has lost its battery, until somebody tells it the time.
// invariant: T-1
#[tokio::test]
async fn a_clock_that_was_behind_has_no_moment_done_twice() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    bench.add("look", every(60)).await;
    let running = bench.start().await;
    bench.now_is("2026-01-01T00:01:00Z");
    bench.fired_are(1).await;
    running.stop().await;
    let bench = bench.again("1970-01-01T00:00:10Z").await;
    let running = bench.start().await;
    bench.now_is("2026-01-01T00:01:30Z");
    bench.now_is("2026-01-01T00:03:30Z");
    bench.fired_are(2).await;
    running.stop().await;
    let made_up = |since: &str, moment: &str| (Some(moment.to_owned()), Some(since.to_owned()), None);
    let twice = made_up("2026-01-01T00:02:00Z", "2026-01-01T00:03:00Z");
    assert_eq!(bench.fired()[1..], [twice]);
}

// Nor does what comes every minute come at other seconds than before.
// invariant: T-2
#[tokio::test]
async fn a_clock_that_was_behind_puts_nothing_off() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    bench.add("look", every(60)).await;
    bench.add("beside", every(110)).await;
    let running = bench.start().await;
    bench.now_is("2026-01-01T00:01:00Z");
    bench.fired_are(1).await;
    running.stop().await;
    let bench = bench.again("2026-01-01T00:00:50Z").await;
    let running = bench.start().await;
    // The other one comes when this one would, if it counted from where the clock was behind.
    for (count, now) in [(2, "2026-01-01T00:01:50Z"), (3, "2026-01-01T00:02:00Z")] {
        bench.now_is(now);
        bench.fired_are(count).await;
    }
    running.stop().await;
    assert_eq!(bench.fired()[1..], [on_time("2026-01-01T00:01:50Z"), on_time("2026-01-01T00:02:00Z")]);
}

// That says something of the command, not of the schedule, which is there when the newer program is.
#[tokio::test]
async fn a_command_on_what_nobody_can_read_is_told_and_its_schedule_stays() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let id = bench.add("look", every(60)).await;
    bench.ask("schedule.run", json!({ "schedule_id": id })).await;
    let list = bench.events("playlist")[0].envelope.stream.clone();
    bench.record_of_newer(list).await;
    let running = bench.start().await;
    for (count, now) in [(2, "2026-01-01T00:01:00Z"), (3, "2026-01-01T00:02:00Z")] {
        bench.now_is(now);
        bench.fired_are(count).await;
    }
    running.stop().await;
    let codes: Vec<_> = bench.fired().into_iter().map(|(.., not_done)| Some(not_done?.code)).collect();
    let newer = Some("NEWER_EVENT".to_owned());
    assert_eq!(codes, [None, newer.clone(), newer]);
}

// One that can't be read itself says nothing, and the others go on.
#[tokio::test]
async fn a_schedule_that_nobody_can_read_is_left_alone() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let odd = bench.add("odd", every(60)).await;
    bench.add("look", every(60)).await;
    bench.record_of_newer(Schedule::stream(odd.uuid())).await;
    let running = bench.start().await;
    for (count, now) in [(1, "2026-01-01T00:01:00Z"), (2, "2026-01-01T00:02:00Z")] {
        bench.now_is(now);
        bench.fired_are(count).await;
    }
    running.stop().await;
    assert_eq!(bench.fired(), [on_time("2026-01-01T00:01:00Z"), on_time("2026-01-01T00:02:00Z")]);
}

impl Bench {
    /// Records past the gate what only a newer program understands.
    async fn record_of_newer(&self, stream: StreamId) {
        let event = NewEvent::new(stream, "changed_by_a_newer_program", Schema::new(1, 0), vec![0x80].into());
        testing::append_raw(self.gate.log(), vec![event]).await;
    }
}
