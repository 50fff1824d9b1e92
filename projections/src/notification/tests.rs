use mediary_events::notification::{Event, Notification};
use mediary_schema::{
    EventId, NotificationId, PrincipalId, Subject,
    notification::{Notice, Severity},
};
use uuid::Uuid;

use super::{
    NotificationFilter, NotificationRow, NotificationView, groups, notification, notifications,
    notifications_by_id,
};
use crate::{
    page::PageRequest,
    tests::support::{Rows, assert_indexed, at},
};

fn id(number: u128) -> NotificationId {
    NotificationId::from_uuid(Uuid::from_u128(number))
}

fn anna() -> PrincipalId {
    PrincipalId::from_uuid(Uuid::from_u128(0xA))
}

fn bert() -> PrincipalId {
    PrincipalId::from_uuid(Uuid::from_u128(0xB))
}

fn raised(rule: &str, title: &str) -> Event {
    let subject = Subject::new("playlist", Uuid::from_u128(7));
    let (rule, title) = (rule.to_owned(), title.to_owned());
    let (cause, severity) = (EventId::from_uuid(Uuid::from_u128(9)), Severity::Error);
    Event::Raised { notice: Notice { subject, topic: None, rule, cause, severity, title, body: None } }
}

fn resolved() -> Event {
    Event::Resolved { cause: EventId::from_uuid(Uuid::from_u128(9)) }
}

fn shown(rows: &mut Rows<NotificationView>, filter: &NotificationFilter) -> Vec<String> {
    rows.read(|rows| {
        let page = notifications(rows, filter, &PageRequest::front(9).counted())?;
        assert_eq!(page.total, Some(page.rows.len() as u64), "{filter:?}");
        Ok(page.rows.into_iter().map(|(_, row): (_, NotificationRow)| row.title).collect())
    })
}

fn of(principal: PrincipalId) -> NotificationFilter {
    NotificationFilter {
        not_dismissed_by: Some(principal),
        resolved: Some(false),
        ..NotificationFilter::default()
    }
}

// invariant: N-1
#[test]
fn the_last_word_is_shown_and_is_the_newest_until_it_is_over() {
    let mut rows = Rows::<NotificationView>::new();
    rows.feed::<Notification>(id(1).uuid(), [raised("a", "one failed")]);
    rows.feed::<Notification>(id(2).uuid(), [raised("a", "two failed")]);
    assert_eq!(shown(&mut rows, &of(anna())), ["two failed", "one failed"]);
    rows.feed::<Notification>(id(1).uuid(), [raised("b", "one has news")]);
    assert_eq!(shown(&mut rows, &of(anna())), ["one has news", "two failed"]);
    rows.feed::<Notification>(id(1).uuid(), [resolved()]);
    assert_eq!(shown(&mut rows, &of(anna())), ["two failed"]);
    let over = NotificationFilter { resolved: Some(true), ..NotificationFilter::default() };
    assert_eq!(shown(&mut rows, &over), ["one has news"]);
    assert_eq!(shown(&mut rows, &NotificationFilter::default()), ["one has news", "two failed"]);
    let row = rows.read(|rows| notification(rows, id(1))).unwrap();
    assert_eq!((row.raised_at, row.resolved_at), (at(3), Some(at(4))));
    rows.feed::<Notification>(id(1).uuid(), [raised("a", "one failed again")]);
    assert_eq!(shown(&mut rows, &of(anna())), ["one failed again", "two failed"]);
}

// invariant: N-2
#[test]
fn what_one_dismissed_another_sees_and_he_himself_once_it_is_said_anew() {
    let mut rows = Rows::<NotificationView>::new();
    rows.feed::<Notification>(id(1).uuid(), [raised("a", "one"), Event::Dismissed { principal: anna() }]);
    rows.feed::<Notification>(id(2).uuid(), [raised("a", "two"), Event::Read { principal: bert() }]);
    assert_eq!(shown(&mut rows, &of(anna())), ["two"]);
    assert_eq!(shown(&mut rows, &of(bert())), ["two", "one"]);
    let two = rows.read(|rows| notification(rows, id(2))).unwrap();
    assert!(two.is_read_by(bert()) && !two.is_read_by(anna()) && !two.is_dismissed_by(bert()));
    let one = rows.read(|rows| notification(rows, id(1))).unwrap();
    assert!(one.is_dismissed_by(anna()) && one.is_read_by(anna()), "what is dismissed was seen");
    rows.feed::<Notification>(id(1).uuid(), [raised("a", "one again")]);
    assert_eq!(shown(&mut rows, &of(anna())), ["one again", "two"]);
    let his = id(99).uuid();
    rows.feed::<Notification>(his, [Event::AllDismissed { principal: anna() }]);
    assert_eq!(shown(&mut rows, &of(anna())), [""; 0]);
    assert_eq!(shown(&mut rows, &of(bert())), ["one again", "two"]);
    rows.feed::<Notification>(id(2).uuid(), [raised("a", "two again")]);
    assert_eq!(shown(&mut rows, &of(anna())), ["two again"]);
    rows.feed::<Notification>(his, [Event::AllRead { principal: anna() }]);
    let two = rows.read(|rows| notification(rows, id(2))).unwrap();
    assert!(two.is_read_by(anna()) && !two.is_dismissed_by(anna()));
}

#[test]
fn what_is_open_is_grouped_by_what_says_it() {
    let mut rows = Rows::<NotificationView>::new();
    for (number, rule) in [(1, "done"), (2, "failed"), (3, "done"), (4, "done")] {
        rows.feed::<Notification>(id(number).uuid(), [raised(rule, "x")]);
    }
    rows.feed::<Notification>(id(4).uuid(), [resolved()]);
    let found = |rows: &mut Rows<NotificationView>, of| {
        let found = rows.read(|rows| groups(rows, of));
        found.into_iter().map(|group| (group.rule, group.count, group.latest)).collect::<Vec<_>>()
    };
    let all = [("done".to_owned(), 2, id(3)), ("failed".to_owned(), 1, id(2))];
    assert_eq!(found(&mut rows, anna()), all);
    rows.feed::<Notification>(id(3).uuid(), [Event::Dismissed { principal: anna() }]);
    assert_eq!(found(&mut rows, anna()), [("failed".to_owned(), 1, id(2)), ("done".to_owned(), 1, id(1))]);
    assert_eq!(found(&mut rows, bert()), all);
}

#[test]
fn notices_are_found_by_their_ids_their_things_and_their_rules() {
    let mut rows = Rows::<NotificationView>::new();
    rows.feed::<Notification>(id(1).uuid(), [raised("a", "one")]);
    rows.feed::<Notification>(id(2).uuid(), [raised("b", "two")]);
    let rule = NotificationFilter { rule: Some("b".to_owned()), ..NotificationFilter::default() };
    assert_eq!(shown(&mut rows, &rule), ["two"]);
    let of = |number| NotificationFilter {
        subject: Some(Subject::new("playlist", Uuid::from_u128(number))),
        ..NotificationFilter::default()
    };
    assert_eq!(shown(&mut rows, &of(7)).len(), 2);
    assert_eq!(shown(&mut rows, &of(8)).len(), 0);
    let found = rows.read(|rows| notifications_by_id(rows, &[id(2), id(4)]));
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [id(2)]);
    assert_indexed(&mut rows, |rows| notifications_by_id(rows, &[id(1), id(2)]));
}
