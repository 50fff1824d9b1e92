mod history;

use mediary_schema::{
    PrincipalId, Timestamp, TokenId,
    schedule::{Due, NotDone, Rhythm, ScheduledCommand, Timing},
};
use serde_json::json;
use uuid::Uuid;

use super::{Command, Event, Rejection, Schedule, State};
use crate::{
    Concern as _,
    testing::{given, samples},
};

const TOKEN: TokenId = TokenId::from_uuid(Uuid::from_u128(5));
const OTHER: TokenId = TokenId::from_uuid(Uuid::from_u128(6));

fn name() -> String {
    "nightly".to_owned()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn rhythm(seconds: u32) -> Rhythm {
    Rhythm { timing: Timing::Every { seconds }, jitter_seconds: 0 }
}

fn refresh() -> ScheduledCommand {
    ScheduledCommand {
        name: "playlist.refresh".to_owned(),
        arguments: json!({ "playlist_id": samples::playlist_id() }),
    }
}

fn add(rhythm: Rhythm) -> Command {
    let (principal, token_id) = (PrincipalId::OWNER, TOKEN);
    let (name, replace) = (name(), false);
    Command::Add { name, rhythm, command: refresh(), principal, token_id, replace, now: at(0) }
}

fn replace(rhythm: Rhythm) -> Command {
    let (principal, token_id) = (PrincipalId::OWNER, TOKEN);
    let (name, replace) = (name(), true);
    Command::Add { name, rhythm, command: refresh(), principal, token_id, replace, now: at(0) }
}

fn added() -> Event {
    let (principal, token_id, rhythm) = (PrincipalId::OWNER, TOKEN, rhythm(60));
    Event::Added { name: name(), rhythm, command: refresh(), principal, token_id, since: at(0) }
}

fn fire(seconds: i64) -> Command {
    fire_at(seconds, seconds)
}

fn fire_at(seconds: i64, now: i64) -> Command {
    let due = Some(Due { moment: at(seconds), missed_since: None });
    Command::Fire { due, not_done: None, now: at(now) }
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
    // Whoever adds it once more lends it his own token, and it goes on if it was paused.
    given::<Schedule>([added(), resumed(OTHER, 0)]).when(add(rhythm(60))).then([resumed(TOKEN, 0)]);
    given::<Schedule>([added(), Event::Paused {}]).when(add(rhythm(60))).then([resumed(TOKEN, 0)]);
    given::<Schedule>([added()]).when(replace(rhythm(61))).then([Event::Added {
        name: name(),
        rhythm: rhythm(61),
        command: refresh(),
        principal: PrincipalId::OWNER,
        token_id: TOKEN,
        since: at(0),
    }]);
    let refused = rhythm(0).check(at(0)).unwrap_err();
    given::<Schedule>([added()]).when(replace(rhythm(0))).rejected(&Rejection::Rhythm(refused));
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
    // A clock that was years ahead once, and is right again.
    let ahead = [added(), fired(400_000_000)];
    given::<Schedule>(ahead.clone()).when(fire_at(60, 61)).then([fired(60)]);
    given::<Schedule>([&ahead[..], &[fired(60)]].concat()).when(fire_at(60, 61)).rejected(&Rejection::NotDue);
    given::<Schedule>([added(), fired(120)]).when(fire_at(60, 130)).rejected(&Rejection::NotDue);
    given::<Schedule>([added()]).when(fire(0)).rejected(&Rejection::NotDue);
    given::<Schedule>([added(), Event::Paused {}]).when(fire(60)).rejected(&Rejection::NotDue);
    given::<Schedule>([added(), Event::Removed {}]).when(fire(60)).rejected(&Rejection::NotFound);
}

#[test]
fn what_a_person_wants_now_changes_no_moment() {
    let now = |not_done| Command::Fire { due: None, not_done, now: at(90) };
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
        .when(fire_at(480, 510))
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
fn a_name_is_none_that_could_be_an_id() {
    for name in ["", " x", "@last", "schedule-0189", "night-01890a5d-ac96-774b-bcce-b302099a8057"] {
        let (principal, token_id, replace, now) = (PrincipalId::OWNER, TOKEN, false, at(0));
        let (name, rhythm, command) = (name.to_owned(), rhythm(60), refresh());
        let add = Command::Add { name, rhythm, command, principal, token_id, replace, now };
        given::<Schedule>([]).when(add).rejected(&Rejection::BadName);
    }
}

// Whoever looks for a thing finds what is done with it.
#[test]
fn a_schedule_is_about_what_its_command_names() {
    let named = Schedule::subjects(&State::default(), &added());
    assert_eq!(named.as_slice(), [samples::playlist_id().into()]);
    assert!(Schedule::subjects(&State::default(), &fired(60)).is_empty());
}

#[test]
fn arguments_have_an_end() {
    let command = ScheduledCommand { arguments: json!("x".repeat(70_000)), ..refresh() };
    let (principal, token_id) = (PrincipalId::OWNER, TOKEN);
    let (name, rhythm, replace, now) = (name(), rhythm(60), false, at(0));
    let add = Command::Add { name, rhythm, command, principal, token_id, replace, now };
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
