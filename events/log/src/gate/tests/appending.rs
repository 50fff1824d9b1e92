use std::sync::atomic::{AtomicU32, Ordering};

use mediary_events::testing::note::TEXTS_MAX;
use mediary_schema::CommandId;

use super::{id, owner, texts, write};
use crate::{
    gate::{Gate, Refusal, Transaction},
    testing::bench::Bench,
};

// invariant: L-3, G-2
#[test]
fn a_story_of_several_streams_is_one_append() {
    let bench = Bench::new();
    let story = |story: &mut Transaction<'_>| {
        write(story, 1, "a")?;
        write(story, 2, "b")?;
        write(story, 1, "c")
    };
    let receipt = bench.tell(owner(5), story).unwrap();
    let places: Vec<_> = bench
        .recorded()
        .iter()
        .map(|recorded| &recorded.envelope)
        .map(|envelope| (envelope.position, envelope.append_index, envelope.append_len, envelope.version))
        .collect();
    assert_eq!(places, [(2, 0, 3, 1), (3, 1, 3, 1), (4, 2, 3, 2)]);
    assert_eq!(receipt.position, 4);
    assert!(
        bench.recorded().iter().all(|recorded| recorded.envelope.command_id == CommandId::from_uuid(id(5)))
    );
}

// invariant: L-3
#[test]
fn a_story_that_is_refused_in_the_middle_appends_nothing() {
    let bench = Bench::new();
    let story = |story: &mut Transaction<'_>| {
        write(story, 1, "a")?;
        (0..=TEXTS_MAX).try_for_each(|_| write(story, 2, "x"))
    };
    assert_eq!(bench.tell(owner(1), story).unwrap_err().code(), "NOTE_FULL");
    assert_eq!(bench.head(), 1);
    assert_eq!(bench.told(|story| texts(story, 1)), [""; 0], "nor does anybody see what it tried");
}

#[test]
fn a_story_sees_what_it_did() {
    let bench = Bench::new();
    let story = |story: &mut Transaction<'_>| {
        write(story, 1, "a")?;
        texts(story, 1)
    };
    assert_eq!(bench.tell(owner(1), story).unwrap().value, ["a"]);
}

#[test]
fn a_story_that_needed_no_event_is_remembered_and_tells_how_far_a_view_must_be() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
    let receipt = bench.tell(owner(2), |story| texts(story, 1)).unwrap();
    assert_eq!((receipt.position, receipt.repeated), (3, false));
    assert_eq!(bench.appends_after(2), ["command.accepted"]);
}

/// Writes how many lines there are, as one more line.
fn count(story: &mut Transaction<'_>) -> Result<(), Refusal> {
    let lines = texts(story, 1)?.len();
    write(story, 1, &lines.to_string())
}

// invariant: G-4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stories_of_one_stream_at_once_neither_lose_nor_double() {
    let bench = Bench::new();
    let stories = (0..32).map(|command| bench.gate.transact(owner(command), count));
    for receipt in futures::future::join_all(stories).await {
        assert!(!receipt.unwrap().repeated);
    }
    let expected: Vec<String> = (0..32).map(|line| line.to_string()).collect();
    assert_eq!(bench.told(|story| texts(story, 1)), expected);
    assert_eq!(bench.head(), 1 + 32);
}

/// Somebody else, who was faster.
pub(super) fn overtake(gate: &Gate, note: u128) {
    gate.transact_blocking(&crate::testing::platform(), &|story| write(story, note, "overtaken")).unwrap();
}

// invariant: G-4
#[test]
fn what_a_story_only_read_must_still_be_so() {
    let bench = Bench::new();
    let runs = AtomicU32::new(0);
    let story = |story: &mut Transaction<'_>| {
        let read = texts(story, 1)?.len();
        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
            overtake(&bench.gate, 1);
        }
        write(story, 2, &format!("the other note has {read} lines"))
    };
    bench.tell(owner(1), story).unwrap();
    assert_eq!(runs.into_inner(), 2);
    assert_eq!(bench.told(|story| texts(story, 2)), ["the other note has 1 lines"]);
}

// invariant: G-4
#[test]
fn what_nobody_wrote_yet_must_still_be_unwritten() {
    let bench = Bench::new();
    let runs = AtomicU32::new(0);
    let story = |story: &mut Transaction<'_>| {
        let free = texts(story, 1)?.is_empty();
        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
            overtake(&bench.gate, 1);
        }
        if free { write(story, 1, "mine") } else { write(story, 2, "too late") }
    };
    bench.tell(owner(1), story).unwrap();
    assert_eq!(bench.told(|story| texts(story, 1)), ["overtaken"]);
    assert_eq!(bench.told(|story| texts(story, 2)), ["too late"]);
}

/// Two notes that always say the same, read with somebody writing both in between the first time.
fn read_torn(bench: &Bench, runs: &AtomicU32, story: &mut Transaction<'_>) -> Result<[usize; 2], Refusal> {
    let first = texts(story, 1)?.len();
    if runs.fetch_add(1, Ordering::Relaxed) == 0 {
        let both =
            |story: &mut Transaction<'_>| [1, 2].iter().try_for_each(|note| write(story, *note, "both"));
        bench.gate.transact_blocking(&crate::testing::platform(), &both).unwrap();
    }
    Ok([first, texts(story, 2)?.len()])
}

// core A17.
// invariant: G-4
#[test]
fn an_answer_without_events_rests_on_one_state_of_all_that_it_looked_at() {
    // As an actor, whose commands leave nothing where they need nothing.
    let bench = Bench::new();
    let runs = AtomicU32::new(0);
    let seen = bench.told(|story| read_torn(&bench, &runs, story));
    assert_eq!((seen, runs.into_inner()), ([1, 1], 2));
    // As a person, whose command is remembered.
    let bench = Bench::new();
    let runs = AtomicU32::new(0);
    let receipt = bench.tell(owner(1), |story| read_torn(&bench, &runs, story)).unwrap();
    assert_eq!((receipt.value, runs.into_inner()), ([1, 1], 2));
}

// core A17.
// invariant: G-4
#[test]
fn a_rejection_rests_on_one_state_of_all_that_it_looked_at() {
    let bench = Bench::new();
    let runs = AtomicU32::new(0);
    let story = |story: &mut Transaction<'_>| {
        let [first, second] = read_torn(&bench, &runs, story)?;
        // What never was is refused by a decider, as anything is.
        if first == second { Ok(()) } else { (0..=TEXTS_MAX).try_for_each(|_| write(story, 3, "x")) }
    };
    bench.tell(owner(1), story).unwrap();
    assert_eq!(runs.into_inner(), 2);
}

#[test]
fn a_story_that_is_always_overtaken_is_given_up() {
    let bench = Bench::new();
    let runs = AtomicU32::new(0);
    let story = |story: &mut Transaction<'_>| {
        let read = texts(story, 1)?.len();
        runs.fetch_add(1, Ordering::Relaxed);
        overtake(&bench.gate, 1);
        write(story, 2, &read.to_string())
    };
    let refusal = bench.tell(owner(1), story).unwrap_err();
    assert_eq!((refusal.code(), refusal.is_retryable()), ("CONTENDED", true));
    assert_eq!(bench.head(), 1 + u64::from(runs.into_inner()), "only the others' events are there");
}

#[test]
fn a_failed_append_leaves_states_as_the_log_has_them() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
    let too_large = "x".repeat(crate::log::PAYLOAD_BYTES_MAX + 1);
    bench.tell(owner(2), |story| write(story, 1, &too_large)).unwrap_err();
    assert_eq!(bench.told(|story| texts(story, 1)), ["a"]);
    bench.tell(owner(3), |story| write(story, 1, "b")).unwrap();
    assert_eq!(bench.told(|story| texts(story, 1)), ["a", "b"]);
    assert_eq!(bench.recorded().last().unwrap().envelope.version, 2);
}

#[test]
fn another_gate_before_the_same_log_is_noticed() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
    overtake(&bench.fresh_gate(), 1);
    assert_eq!(bench.told(|story| texts(story, 1)), ["a", "overtaken"]);
    bench.tell(owner(2), count).unwrap();
    assert_eq!(bench.told(|story| texts(story, 1)), ["a", "overtaken", "2"]);
}
