use mediary_events::schedule::{Event, Schedule};
use mediary_schema::{
    PrincipalId, ScheduleId, Timestamp, TokenId,
    schedule::{NotDone, Rhythm, ScheduledCommand, Timing},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    CALLED, LastRun, ScheduleField, ScheduleRow, ScheduleView, schedule, schedules, schedules_by_id,
};
use crate::{
    listing::{Order, OrderField as _},
    named::Named,
    page::PageRequest,
    tests::support::{Rows, assert_indexed, recorded},
};

fn id(number: u128) -> ScheduleId {
    ScheduleId::from_uuid(Uuid::from_u128(number))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn rhythm() -> Rhythm {
    Rhythm { timing: Timing::Every { seconds: 60 }, jitter_seconds: 0 }
}

fn command() -> ScheduledCommand {
    ScheduledCommand { name: "playlist.follow".to_owned(), arguments: json!({ "url": "http://a.example/" }) }
}

fn added(name: &str, since: i64) -> Event {
    Event::Added {
        name: name.to_owned(),
        rhythm: rhythm(),
        command: command(),
        principal: PrincipalId::OWNER,
        token_id: TokenId::from_uuid(Uuid::nil()),
        since: at(since),
    }
}

fn resumed(since: i64) -> Event {
    let token_id = TokenId::from_uuid(Uuid::nil());
    Event::Resumed { principal: PrincipalId::OWNER, token_id, since: at(since) }
}

fn fired(moment: i64, missed_since: Option<i64>, not_done: Option<NotDone>) -> Event {
    Event::Fired { moment: Some(at(moment)), missed_since: missed_since.map(at), not_done }
}

fn shown(rows: &mut Rows<ScheduleView>) -> Vec<ScheduleRow> {
    rows.read(|rows| {
        let page = schedules(rows, ScheduleField::DEFAULT, &PageRequest::front(9).counted())?;
        assert_eq!(page.total, Some(page.rows.len() as u64));
        Ok(page.rows.into_iter().map(|(_, row)| row).collect())
    })
}

#[test]
fn a_schedule_shows_when_it_comes_next_and_what_came_of_it_last() {
    let mut rows = Rows::<ScheduleView>::new();
    rows.feed::<Schedule>(id(1).uuid(), [added("look", 0)]);
    let row = |next: Option<i64>, last_run| ScheduleRow {
        id: id(1),
        name: "look".to_owned(),
        is_paused: false,
        rhythm: rhythm(),
        command: command(),
        next_run_at: next.map(at),
        last_run,
    };
    assert_eq!(shown(&mut rows), [row(Some(60), None)]);
    let not_done = NotDone { code: "X".to_owned(), message: "no".to_owned() };
    rows.feed::<Schedule>(id(1).uuid(), [fired(180, Some(60), Some(not_done.clone()))]);
    let found = shown(&mut rows).remove(0);
    let last = found.last_run.clone().unwrap();
    assert_eq!(last, LastRun { missed_since: Some(at(60)), not_done: Some(not_done), ..last.clone() });
    assert_eq!(found.next_run_at, Some(at(240)));
    rows.feed::<Schedule>(id(1).uuid(), [Event::Paused {}]);
    let found = shown(&mut rows).remove(0);
    assert_eq!((found.is_paused, found.next_run_at), (true, None));
    rows.feed::<Schedule>(id(1).uuid(), [resumed(1_000)]);
    assert_eq!(shown(&mut rows).remove(0).next_run_at, Some(at(1_060)));
}

#[test]
fn what_was_removed_is_not_there_until_it_is_added_again() {
    let mut rows = Rows::<ScheduleView>::new();
    rows.feed::<Schedule>(id(1).uuid(), [added("b", 0), fired(60, None, None), Event::Removed {}]);
    rows.feed::<Schedule>(id(2).uuid(), [added("a", 0)]);
    assert_eq!(shown(&mut rows).len(), 1);
    assert_eq!(rows.read(|rows| schedule(rows, id(1))), None);
    rows.feed::<Schedule>(id(1).uuid(), [added("b", 500)]);
    let names: Vec<_> = shown(&mut rows).into_iter().map(|row| (row.name, row.last_run)).collect();
    assert_eq!(names, [("a".to_owned(), None), ("b".to_owned(), None)]);
    let newest = Order { field: ScheduleField::AddedAt, descending: true };
    let first = rows.read(|rows| Ok(schedules(rows, newest, &PageRequest::front(1))?.rows.remove(0).1.id));
    assert_eq!(first, id(1), "it is the newest");
}

#[test]
fn schedules_are_found_by_their_ids_and_what_was_removed_is_not() {
    let mut rows = Rows::<ScheduleView>::new();
    rows.feed::<Schedule>(id(1).uuid(), [added("look", 0)]);
    rows.feed::<Schedule>(id(2).uuid(), [added("look", 0), Event::Removed {}]);
    rows.feed::<Schedule>(id(3).uuid(), [added("watch", 0)]);
    let mut found = rows.read(|rows| schedules_by_id(rows, &[id(3), id(2), id(1), id(4)]));
    found.sort_by_key(|row| row.id);
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [id(1), id(3)]);
    assert_indexed(&mut rows, |rows| schedules_by_id(rows, &[id(1), id(2)]));
}

#[test]
fn what_was_removed_is_called_by_nobody() {
    let mut rows = Rows::<ScheduleView>::new();
    rows.feed::<Schedule>(id(1).uuid(), [added("look", 0)]);
    rows.feed::<Schedule>(id(2).uuid(), [added("look", 0), Event::Removed {}]);
    let of = |found: Vec<Named>| found.iter().map(|named| named.uuid).collect::<Vec<_>>();
    let it = [id(1).uuid()];
    assert_eq!(of(rows.read(|rows| CALLED.last(rows))), it);
    assert_eq!(of(rows.read(|rows| CALLED.exactly(rows, "LOOK", 9))), it);
    assert_eq!(of(rows.read(|rows| CALLED.containing(rows, "oo", 9))), it);
    assert_eq!(of(rows.read(|rows| CALLED.by_prefix(rows, "0000", 9))), it);
    rows.feed::<Schedule>(id(2).uuid(), [added("look again", 0)]);
    assert_eq!(of(rows.read(|rows| CALLED.last(rows))), [id(2).uuid()], "it is there anew");
}

// One that is removed and added in one batch is the same as in two.
#[test]
fn the_newest_is_the_newest_in_whichever_batches_it_is_told() {
    let events =
        [added("look", 0), Event::Removed {}, added("look", 60), Event::Removed {}, added("look", 90)];
    let recorded: Vec<_> =
        events.iter().zip(1..).map(|(event, at)| recorded::<Schedule>(at, id(1).uuid(), event)).collect();
    let (mut at_once, mut singly) = (Rows::<ScheduleView>::new(), Rows::<ScheduleView>::new());
    at_once.apply_all(&recorded).unwrap();
    for recorded in &recorded {
        singly.apply(recorded).unwrap();
    }
    assert_eq!(at_once.dump(), singly.dump());
    assert_eq!(shown(&mut singly).len(), 1);
}
