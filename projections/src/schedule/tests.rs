use mediary_events::schedule::{Event, Schedule};
use mediary_schema::{
    Label, PrincipalId, ScheduleId, Timestamp, TokenId,
    schedule::{NotDone, Rhythm, ScheduledCommand, Timing},
};
use serde_json::json;
use uuid::Uuid;

use super::{LastRun, ScheduleField, ScheduleRow, ScheduleView, schedule, schedules};
use crate::{
    listing::{Order, OrderField as _},
    page::PageRequest,
    tests::support::Rows,
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
        name: name.parse::<Label>().unwrap(),
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
    assert_eq!(first, id(2));
}
