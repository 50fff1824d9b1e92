//! What reports by itself.

use mediary_schema::check::{Beat, BeatKind, Printed};

use super::*;

const PUSH: fn() -> Value = || json!({ "push": {} });

impl Bench {
    fn report(&self, id: CheckId, kind: BeatKind, seconds: i64) {
        self.report_saying(id, kind, seconds, "");
    }

    fn report_saying(&self, id: CheckId, kind: BeatKind, seconds: i64, words: &str) {
        let printed = Printed::read(words.lines());
        assert!(self.checks.report(Beat { check_id: id, kind, printed, at: at(seconds) }));
    }
}

// CH-02: well as long as it reports in time, wrong once it does not, well again when it does.
#[tokio::test]
async fn what_does_not_report_in_time_is_failing() {
    let bench = Bench::new();
    let id = bench.add("backup", PUSH(), json!({})).await;
    let running = bench.start().await;
    bench.report(id, BeatKind::Success, 0);
    assert_eq!(bench.turns_are(id, 1).await, [(Verdict::Ok, None)]);
    bench.now_is(65);
    bench.report(id, BeatKind::Exit(0), 65);
    bench.looked_at(id, 65).await;
    assert_eq!(bench.standing(id).next_run_at, Some(at(135)));
    bench.now_is(135);
    assert_eq!(bench.turns_are(id, 2).await[1], (Verdict::Failing, None));
    bench.until("it is wrong", || bench.opened(id).len() == 1).await;
    bench.report(id, BeatKind::Success, 140);
    bench.until("it is over", || bench.closed(id) == 1).await;
    bench.report(id, BeatKind::Exit(2), 150);
    assert_eq!(bench.turns_are(id, 4).await[3], (Verdict::Failing, None));
    running.stop().await;
}

// CH-02: what a report says of numbers is kept, and has thresholds; whoever says that it began has to end in time.
#[tokio::test]
async fn reports_have_numbers_and_a_beginning() {
    let bench = Bench::new();
    let thresholds = json!([{ "value": "files", "min": 1.0 }]);
    let id = bench.add("backup", PUSH(), json!({ "thresholds": thresholds })).await;
    let running = bench.start().await;
    bench.report(id, BeatKind::Start, 1);
    bench.until("it runs", || bench.standing(id).is_running).await;
    assert_eq!(bench.standing(id).next_run_at, Some(at(11)), "as late as it may be, and no later");
    bench.report_saying(id, BeatKind::Success, 3, "done | files=7 size=2MB");
    assert_eq!(bench.turns_are(id, 1).await, [(Verdict::Ok, None)]);
    let standing = bench.standing(id);
    assert_eq!((standing.is_running, standing.last_took_ms), (false, Some(2_000)));
    let values: Vec<_> = standing.last.unwrap().values.into_iter().map(|value| value.value).collect();
    assert_eq!(values, [7.0, 2_097_152.0]);
    bench.report_saying(id, BeatKind::Success, 4, "done | files=0");
    assert_eq!(bench.turns_are(id, 2).await[1], (Verdict::Failing, None));
    bench.report_saying(id, BeatKind::Success, 5, "done | files=2");
    assert_eq!(bench.turns_are(id, 3).await[2], (Verdict::Ok, None));
    bench.report(id, BeatKind::Start, 6);
    bench.until("it runs", || bench.standing(id).is_running).await;
    bench.now_is(16);
    assert_eq!(bench.turns_are(id, 4).await[3], (Verdict::Failing, None));
    running.stop().await;
}

// Reports that come while one is recorded are judged in their order, by what is recorded by then.
#[tokio::test]
async fn reports_at_once_are_all_judged() {
    let bench = Bench::new();
    let id = bench.add("backup", PUSH(), json!({})).await;
    let running = bench.start().await;
    let kinds = [BeatKind::Success, BeatKind::Fail, BeatKind::Success, BeatKind::Exit(1), BeatKind::Success];
    for kind in kinds {
        bench.report(id, kind, 0);
    }
    let turns = bench.turns_are(id, kinds.len()).await;
    let verdicts: Vec<Verdict> = turns.into_iter().map(|(verdict, _)| verdict).collect();
    assert_eq!(verdicts, [Verdict::Ok, Verdict::Failing, Verdict::Ok, Verdict::Failing, Verdict::Ok]);
    bench.until("it is over", || bench.closed(id) == 2).await;
    running.stop().await;
}

// Must hold 3: 500 reports that jitter by less than the grace time are no reason to tell anybody.
#[tokio::test]
async fn reports_that_jitter_within_the_grace_time_are_in_time() {
    let bench = Bench::new();
    let id = bench.add("beat", PUSH(), json!({ "timeout_seconds": 1 })).await;
    let running = bench.start().await;
    let mut micros = 0_i64;
    for number in 0..500_i64 {
        // Between 300 ms too early and 300 ms too late, by no rhythm.
        let jitter = (number * 7_919 % 601 - 300) * 1_000;
        let moment = Timestamp::from_micros(at(0).as_micros() + micros + jitter);
        bench.clock.store(moment.as_micros(), Ordering::SeqCst);
        bench.driver.notify_one();
        assert!(bench.checks.report(Beat {
            check_id: id,
            kind: BeatKind::Success,
            printed: Printed::default(),
            at: moment
        }));
        if number % 50 == 0 {
            bench.until("it is heard", || bench.standing(id).last_run_at >= Some(moment)).await;
        }
        micros += 60_000_000;
    }
    bench.turns_are(id, 1).await;
    assert_eq!(bench.turns(id), [(Verdict::Ok, None)]);
    running.stop().await;
}

// Must hold 3: the platform was not there for 150 s.
#[tokio::test]
async fn nobody_who_was_not_there_says_that_nothing_was_said() {
    let bench = Bench::new();
    let well = bench.add("well", PUSH(), json!({})).await;
    let wrong = bench.add("wrong", PUSH(), json!({})).await;
    let running = bench.start().await;
    bench.report(well, BeatKind::Success, 0);
    bench.report(wrong, BeatKind::Fail, 0);
    bench.turns_are(well, 1).await;
    bench.until("it is wrong", || bench.opened(wrong).len() == 1).await;
    running.stop().await;
    let bench = bench.again(150).await;
    let running = bench.start().await;
    assert_eq!(bench.turns_are(well, 2).await[1], (Verdict::Unknown, Some(Reason::NotListening)));
    assert_eq!(bench.standing(well).next_run_at, Some(at(220)), "as long as if it had reported now");
    assert_eq!(bench.opened(well), []);
    assert_eq!((bench.turns(wrong).len(), bench.opened(wrong).len()), (1, 1), "what was wrong is the same");
    bench.report(well, BeatKind::Success, 155);
    assert_eq!(bench.turns_are(well, 3).await[2], (Verdict::Ok, None));
    running.stop().await;
}
