mod history;

use mediary_schema::{
    Label, PrincipalId, Timestamp, TokenId,
    schedule::{Due, NotDone, Rhythm, ScheduledCommand, Timing},
};
use serde_json::json;
use uuid::Uuid;

use super::{Command, Event, Rejection, Schedule};
use crate::{Concern as _, testing::given};

const TOKEN: TokenId = TokenId::from_uuid(Uuid::from_u128(5));
const OTHER: TokenId = TokenId::from_uuid(Uuid::from_u128(6));

fn name() -> Label {
    "nightly".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn rhythm(seconds: u32) -> Rhythm {
    Rhythm { timing: Timing::Every { seconds }, jitter_seconds: 0 }
}

fn refresh() -> ScheduledCommand {
    ScheduledCommand { name: "playlist.refresh".to_owned(), arguments: json!({ "playlist_id": "x" }) }
}

fn add(rhythm: Rhythm) -> Command {
    let (principal, token_id) = (PrincipalId::OWNER, TOKEN);
    Command::Add { name: name(), rhythm, command: refresh(), principal, token_id, now: at(0) }
}

fn added() -> Event {
    let (principal, token_id, rhythm) = (PrincipalId::OWNER, TOKEN, rhythm(60));
    Event::Added { name: name(), rhythm, command: refresh(), principal, token_id, since: at(0) }
}

fn fire(seconds: i64) -> Command {
    Command::Fire { due: Some(Due { moment: at(seconds), missed_since: None }), not_done: None }
}

fn fired(seconds: i64) -> Event {
    Event::Fired { moment: Some(at(seconds)), missed_since: None, not_done: None }
}

fn resume(token_id: TokenId, seconds: i64) -> Command {
    Command::Resume { principal: PrincipalId::OWNER, token_id, now: at(seconds) }
}

fn resumed(token_id: TokenId, seconds: i64) -> Event {
    Event::Resumed { principal: PrincipalId::OWNER, token_id, since: at(seconds) }
}

#[test]
fn a_name_stands_for_one_schedule() {
    given::<Schedule>([]).when(add(rhythm(60))).then([added()]);
    given::<Schedule>([added()]).when(add(rhythm(60))).then([]);
    given::<Schedule>([added()]).when(add(rhythm(61))).rejected(&Rejection::Exists { name: name() });
    given::<Schedule>([added(), Event::Removed {}]).when(add(rhythm(60))).then([added()]);
    let refused = rhythm(0).check(at(0)).unwrap_err();
    given::<Schedule>([]).when(add(rhythm(0))).rejected(&Rejection::Rhythm(refused));
}

// LI-09.
// invariant: T-1
#[test]
fn a_moment_is_done_once() {
    given::<Schedule>([added()]).when(fire(60)).then([fired(60)]);
    given::<Schedule>([added(), fired(60)]).when(fire(60)).rejected(&Rejection::NotDue);
    given::<Schedule>([added(), fired(120)]).when(fire(60)).rejected(&Rejection::NotDue);
    given::<Schedule>([added()]).when(fire(0)).rejected(&Rejection::NotDue);
    given::<Schedule>([added(), Event::Paused {}]).when(fire(60)).rejected(&Rejection::NotDue);
    given::<Schedule>([added(), Event::Removed {}]).when(fire(60)).rejected(&Rejection::NotFound);
}

#[test]
fn what_a_person_wants_now_changes_no_moment() {
    let now = |not_done| Command::Fire { due: None, not_done };
    let told = Event::Fired { moment: None, missed_since: None, not_done: None };
    given::<Schedule>([added(), fired(60)]).when(now(None)).then([told.clone()]);
    given::<Schedule>([added(), fired(60), told]).when(fire(120)).then([fired(120)]);
}

#[test]
fn what_is_resumed_counts_from_then_and_belongs_to_whoever_did() {
    given::<Schedule>([added()]).when(Command::Pause).then([Event::Paused {}]);
    given::<Schedule>([added(), Event::Paused {}]).when(Command::Pause).then([]);
    given::<Schedule>([added(), Event::Paused {}]).when(resume(OTHER, 500)).then([resumed(OTHER, 500)]);
    given::<Schedule>([added(), Event::Paused {}, resumed(OTHER, 500)])
        .when(fire(480))
        .rejected(&Rejection::NotDue);
    given::<Schedule>([added()]).when(resume(TOKEN, 500)).then([]);
    given::<Schedule>([added(), fired(60)]).when(resume(OTHER, 500)).then([resumed(OTHER, 60)]);
}

#[test]
fn what_is_not_there_is_not_removed_twice_and_does_nothing() {
    given::<Schedule>([added()]).when(Command::Remove).then([Event::Removed {}]);
    given::<Schedule>([added(), Event::Removed {}]).when(Command::Remove).then([]);
    given::<Schedule>([]).when(Command::Pause).rejected(&Rejection::NotFound);
    given::<Schedule>([]).when(resume(TOKEN, 0)).rejected(&Rejection::NotFound);
}

#[test]
fn arguments_have_an_end() {
    let command = ScheduledCommand { arguments: json!("x".repeat(70_000)), ..refresh() };
    let (principal, token_id) = (PrincipalId::OWNER, TOKEN);
    let add = Command::Add { name: name(), rhythm: rhythm(60), command, principal, token_id, now: at(0) };
    given::<Schedule>([]).when(add).rejected(&Rejection::TooLong { bytes: 70_002 });
}

#[test]
fn what_is_erased_does_nothing_any_more() {
    assert_eq!(Schedule::redact(&added()), None);
    let not_done = Some(NotDone { code: "X".to_owned(), message: "of Ann".to_owned() });
    let told = Event::Fired { moment: Some(at(60)), missed_since: None, not_done };
    assert_eq!(Schedule::redact(&told), Some(fired(60)));
    assert_eq!(Schedule::redact(&Event::Paused {}), Some(Event::Paused {}));
}
