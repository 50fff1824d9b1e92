mod history;

use mediary_schema::{EventId, reaction::Trouble};
use uuid::Uuid;

use super::{Command, Event, Reaction, Rejection};
use crate::testing::given;

fn event_id(number: u128) -> EventId {
    EventId::from_uuid(Uuid::from_u128(number))
}

fn enabled() -> Event {
    Event::Enabled { name: "a-to-b".to_owned(), after: 10 }
}

fn trouble() -> Trouble {
    Trouble::new("EVENT_UNREADABLE", "read", "a field is missing")
}

/// The cause of this number, at this position, in stream `playlist-1`.
fn park(number: u128, position: u64) -> Command {
    let stream = "playlist-1".to_owned();
    Command::Park { cause: event_id(number), position, stream, trouble: trouble() }
}

fn parked(number: u128, position: u64) -> Event {
    let stream = "playlist-1".to_owned();
    Event::Parked { cause: event_id(number), position, stream, trouble: trouble() }
}

fn deferred(number: u128, position: u64) -> Event {
    Event::Deferred { cause: event_id(number), position, stream: "playlist-1".to_owned() }
}

fn handle(number: u128, position: u64, done: u32, steps: u32) -> Command {
    Command::Handle { cause: event_id(number), position, done, steps }
}

fn handled(number: u128, position: u64, steps: u32) -> Event {
    Event::Handled { cause: event_id(number), position, steps }
}

fn overtaken(number: u128) -> Rejection {
    Rejection::Overtaken { cause: event_id(number) }
}

#[test]
fn a_reaction_is_enabled_once_and_knows_only_what_came_after() {
    let enable = Command::Enable { name: "a-to-b".to_owned(), after: 99 };
    given::<Reaction>([enabled()]).when(enable).then([]);
    given::<Reaction>([enabled()]).when(handle(1, 10, 0, 1)).rejected(&overtaken(1));
    given::<Reaction>([]).when(handle(1, 11, 0, 1)).rejected(&Rejection::NotFound);
}

// invariant: R-1
#[test]
fn a_cause_is_handled_once_and_no_step_of_it_twice() {
    given::<Reaction>([enabled()]).when(handle(1, 11, 0, 3)).then([handled(1, 11, 3)]);
    given::<Reaction>([enabled(), handled(1, 11, 3)]).when(handle(1, 11, 0, 3)).rejected(&overtaken(1));
    let advance = Command::Advance { cause: event_id(1), position: 11, done: 0, steps: 64 };
    let advanced = Event::Advanced { cause: event_id(1), position: 11, steps: 64 };
    given::<Reaction>([enabled()]).when(advance.clone()).then([advanced.clone()]);
    given::<Reaction>([enabled(), advanced.clone()]).when(advance).rejected(&overtaken(1));
    given::<Reaction>([enabled(), advanced]).when(handle(1, 11, 64, 3)).then([handled(1, 11, 67)]);
}

// invariant: R-3
#[test]
fn a_parked_cause_keeps_its_own_stream_waiting_and_no_other() {
    given::<Reaction>([enabled()]).when(park(1, 11)).then([parked(1, 11)]);
    let history = [enabled(), parked(1, 11), deferred(2, 12)];
    given::<Reaction>(history.clone()).when(handle(2, 12, 0, 1)).rejected(&overtaken(2));
    given::<Reaction>(history.clone()).when(handle(3, 13, 0, 1)).then([handled(3, 13, 1)]);
    given::<Reaction>(history).when(handle(1, 11, 0, 1)).then([handled(1, 11, 1)]);
}

// invariant: R-3
#[test]
fn a_retry_frees_an_event_only_once_it_is_handled() {
    let retry = |number| Command::Retry { cause: event_id(number) };
    let asked = Event::RetryRequested { cause: event_id(1) };
    let history = [enabled(), parked(1, 11), deferred(2, 12)];
    given::<Reaction>(history.clone()).when(retry(1)).then([asked.clone()]);
    given::<Reaction>(history)
        .when(retry(2))
        .rejected(&Rejection::Behind { cause: event_id(2), before: event_id(1) });
    let history = [enabled(), parked(1, 11), deferred(2, 12), asked];
    given::<Reaction>(history.clone()).when(retry(1)).then([]);
    given::<Reaction>(history.clone()).when(handle(2, 12, 0, 1)).rejected(&overtaken(2));
    given::<Reaction>(history.clone()).when(park(1, 11)).then([parked(1, 11)]);
    let freed = [&history[..], &[handled(1, 11, 1)]].concat();
    given::<Reaction>(freed).when(handle(2, 12, 0, 1)).then([handled(2, 12, 1)]);
}

#[test]
fn a_skip_needs_a_reason_and_frees_the_stream() {
    let skip = |reason: &str| Command::Skip { cause: event_id(1), reason: reason.to_owned() };
    let history = [enabled(), parked(1, 11), deferred(2, 12)];
    given::<Reaction>(history.clone()).when(skip(" ")).rejected(&Rejection::WithoutReason);
    let skipped = Event::Skipped { cause: event_id(1), reason: "a test".to_owned() };
    given::<Reaction>(history.clone()).when(skip("a test")).then([skipped.clone()]);
    let freed = [&history[..], &[skipped]].concat();
    given::<Reaction>(freed.clone())
        .when(skip("a test"))
        .rejected(&Rejection::NotParked { cause: event_id(1) });
    given::<Reaction>(freed).when(handle(2, 12, 0, 1)).then([handled(2, 12, 1)]);
}
