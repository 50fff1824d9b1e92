use mediary_events::delivery::{Delivery, Event};
use mediary_schema::{
    DeliveryId, FailureClass,
    delivery::{DeliveryState, Message},
    job::Failure,
    notification::Severity,
};
use uuid::Uuid;

use super::{DeliveryFilter, DeliveryView, deliveries, deliveries_by_id, delivery};
use crate::{
    page::PageRequest,
    tests::support::{Rows, assert_indexed, at},
};

fn id(number: u128) -> DeliveryId {
    DeliveryId::from_uuid(Uuid::from_u128(number))
}

fn queued(channel: &str) -> Event {
    let (notification_id, body, link) = (None, None, None);
    let message = Message { notification_id, severity: Severity::Error, title: "x".to_owned(), body, link };
    Event::Queued { channel: channel.to_owned(), message, at: at(0) }
}

fn failed(again: bool) -> Event {
    let failure = Failure::new(FailureClass::Network, "nobody answers".to_owned());
    Event::Failed { failure, again_at: again.then(|| at(99)) }
}

// invariant: N-5
#[test]
fn a_delivery_shows_how_it_stands_and_why() {
    let mut rows = Rows::<DeliveryView>::new();
    let mut stands = |events: Vec<Event>| {
        rows.feed::<Delivery>(id(1).uuid(), events);
        let row = rows.read(|rows| delivery(rows, id(1))).unwrap();
        (row.state, row.tries, row.due_at, row.reason, row.ended_at.is_some())
    };
    let reason = |text: &str| Some(text.to_owned());
    assert_eq!(stands(vec![queued("phone")]), (DeliveryState::Queued, 0, Some(at(0)), None, false));
    assert_eq!(stands(vec![Event::Begun {}]), (DeliveryState::Sending, 1, None, None, false));
    let no = reason("nobody answers");
    assert_eq!(stands(vec![failed(true)]), (DeliveryState::Queued, 1, Some(at(99)), no.clone(), false));
    let over = (DeliveryState::Failed, 2, None, no, true);
    assert_eq!(stands(vec![Event::Begun {}, failed(false)]), over);
    let doubted = Event::Doubted { reason: "it ended".to_owned() };
    let again = Event::Retried { at: at(7) };
    let unsure = (DeliveryState::Unsure, 3, None, reason("it ended"), true);
    assert_eq!(stands(vec![again, Event::Begun {}, doubted]), unsure);
    let again = Event::Retried { at: at(8) };
    let sent = (DeliveryState::Sent, 4, None, None, true);
    assert_eq!(stands(vec![again, Event::Begun {}, Event::Completed {}]), sent);
}

#[test]
fn what_is_skipped_says_so_and_is_over_until_somebody_wants_it_sent() {
    let mut rows = Rows::<DeliveryView>::new();
    let mut stands = |events: Vec<Event>| {
        rows.feed::<Delivery>(id(1).uuid(), events);
        let row = rows.read(|rows| delivery(rows, id(1))).unwrap();
        (row.state, row.due_at, row.reason, row.ended_at.is_some())
    };
    let skipped = (DeliveryState::Skipped, None, Some("the channel was paused".to_owned()), true);
    assert_eq!(stands(vec![queued("phone"), Event::Skipped {}]), skipped);
    let (state, due_at, _, is_over) = stands(vec![Event::Retried { at: at(7) }]);
    assert_eq!((state, due_at, is_over), (DeliveryState::Queued, Some(at(7)), false));
}

#[test]
fn deliveries_are_found_by_channel_state_and_id() {
    let mut rows = Rows::<DeliveryView>::new();
    rows.feed::<Delivery>(id(1).uuid(), [queued("phone")]);
    rows.feed::<Delivery>(id(2).uuid(), [queued("mail"), Event::Begun {}, failed(false)]);
    let mut found = |filter: DeliveryFilter| {
        rows.read(|rows| {
            let page = deliveries(rows, &filter, &PageRequest::front(9).counted())?;
            assert_eq!(page.total, Some(page.rows.len() as u64));
            Ok(page.rows.into_iter().map(|(_, row)| row.id).collect::<Vec<_>>())
        })
    };
    assert_eq!(found(DeliveryFilter::default()), [id(2), id(1)]);
    let failed = Some(DeliveryState::Failed);
    assert_eq!(found(DeliveryFilter { state: failed, ..DeliveryFilter::default() }), [id(2)]);
    let phone = Some("phone".to_owned());
    assert_eq!(found(DeliveryFilter { channel: phone, ..DeliveryFilter::default() }), [id(1)]);
    assert_indexed(&mut rows, |rows| deliveries_by_id(rows, &[id(1), id(2)]));
}
