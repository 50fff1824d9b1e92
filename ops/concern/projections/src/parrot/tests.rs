use mediary_events::{
    parrot::{Event, Parrot},
    testing::samples,
};
use mediary_schema::parrot::ParrotId;
use uuid::Uuid;

use super::{ParrotRow, ParrotView, parrots};
use crate::{listing::Order, page::PageRequest, tests::support::Rows};

#[test]
fn a_parrot_shows_what_it_repeated() {
    let mut rows = Rows::<ParrotView>::new();
    let id = ParrotId::from_uuid(Uuid::from_u128(1));
    let told = Event::Told { job_id: samples::JOB, text: "hello".to_owned() };
    rows.feed::<Parrot>(id.uuid(), [told, Event::Repeated { letters: 5 }]);
    let page = rows.read(|rows| parrots(rows, Order::default(), &PageRequest::front(9).counted()));
    let shown: Vec<ParrotRow> = page.rows.into_iter().map(|(_, row)| row).collect();
    assert_eq!(shown, [ParrotRow { id, text: "hello".to_owned(), letters: Some(5) }]);
    assert_eq!(page.total, Some(1));
}
