use mediary_events::{
    Rejection as _, codec,
    log::Rejection,
    playlist::{Event, Playlist},
};
use serde_json::{Value, json};

use super::{editor, followed};
use crate::{
    gate::{Answer, Caller, Options, Refusal},
    log::verify_live,
    testing::bench::Bench,
    work,
};

fn erase(bench: &Bench, caller: Caller, positions: &[u64]) -> Result<Answer<Value>, Refusal> {
    let arguments = json!({ "positions": positions, "reason": "on request" });
    let command = work::REGISTRY.command("log.erase", arguments).unwrap();
    Bench::wait(bench.gate.ask_command(caller, command, Options::default()))
}

// Core B14: a fold loses no fact, and says nothing of what was erased.
// invariant: L-24
#[test]
fn an_erased_event_leaves_what_folds_need() {
    let bench = followed();
    let answer = erase(&bench, crate::testing::platform(), &[2]).unwrap();
    assert_eq!(answer.told, json!({ "positions": [2], "replaced": [2] }));
    let recorded = bench.recorded().remove(0);
    assert_eq!(recorded.payload, None);
    let event = codec::events_of::<Playlist>(&recorded).unwrap().remove(0);
    assert_eq!(event, Event::FollowRequested { url: String::new() });
    let report = verify_live(bench.gate.log(), None).unwrap();
    assert_eq!((report.erased, report.erasures[0].positions.as_slice()), (1, [2].as_slice()));
    // Erasing twice is the same fact.
    let head = bench.head();
    erase(&bench, crate::testing::platform(), &[2]).unwrap();
    assert!(bench.head() <= head + 1, "at most that it was accepted");
    assert_eq!(verify_live(bench.gate.log(), None).unwrap().erasures.len(), 1);
}

#[test]
fn only_an_owner_erases_and_only_what_is_there() {
    let bench = followed();
    assert_eq!(erase(&bench, editor(5), &[2]).unwrap_err().code(), "FORBIDDEN");
    for (position, code) in [(1, "EVENT_NOT_ERASABLE"), (99, "EVENT_NOT_FOUND")] {
        let refused = erase(&bench, crate::testing::platform(), &[position]).unwrap_err();
        assert_eq!(refused.code(), code);
    }
    assert_eq!(Rejection::NoReason.code(), "REASON_MISSING");
    assert_eq!(bench.head(), 2, "nothing was recorded");
}
