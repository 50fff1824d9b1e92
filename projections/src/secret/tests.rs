use mediary_events::secret::{Event, Secret};
use mediary_schema::{DataKeyId, MasterKeyId, SealedId, SecretId};
use uuid::Uuid;

use super::{SecretField, SecretRow, SecretView, secret, secrets, secrets_by_id};
use crate::{
    listing::OrderField as _,
    page::PageRequest,
    tests::support::{Rows, assert_indexed},
};

fn id(number: u128) -> SecretId {
    SecretId::from_uuid(Uuid::from_u128(number))
}

fn set(name: &str, number: u128) -> Event {
    let uuid = Uuid::from_u128(number);
    let (data_key_id, sealed_id) = (DataKeyId::from_uuid(uuid), SealedId::from_uuid(uuid));
    Event::Set { name: name.to_owned(), data_key_id, sealed_id }
}

fn deleted() -> Event {
    Event::Deleted { data_key_id: DataKeyId::from_uuid(Uuid::from_u128(1)) }
}

fn names(rows: &mut Rows<SecretView>) -> Vec<String> {
    rows.read(|rows| {
        let page = secrets(rows, SecretField::DEFAULT, &PageRequest::front(9).counted())?;
        assert_eq!(page.total, Some(page.rows.len() as u64));
        Ok(page.rows.into_iter().map(|(_, row): (_, SecretRow)| row.name).collect())
    })
}

#[test]
fn a_secret_shows_its_name_and_when_it_was_set() {
    let mut rows = Rows::<SecretView>::new();
    rows.feed::<Secret>(id(1).uuid(), [set("tube", 1)]);
    rows.feed::<Secret>(id(2).uuid(), [set("plex", 2)]);
    assert_eq!(names(&mut rows), ["plex", "tube"]);
    let first = rows.read(|rows| secret(rows, id(1))).unwrap();
    rows.feed::<Secret>(id(1).uuid(), [set("tube", 3)]);
    let again = rows.read(|rows| secret(rows, id(1))).unwrap();
    assert_eq!(SecretRow { set_at: first.set_at, ..again }, first);
    assert_eq!(names(&mut rows), ["plex", "tube"], "it is the same one");
    let master_key_id = MasterKeyId::from_uuid(Uuid::from_u128(1));
    rows.feed::<Secret>(SecretId::VAULT.uuid(), [Event::Rotated { master_key_id }]);
    assert_eq!(names(&mut rows), ["plex", "tube"]);
}

#[test]
fn what_was_deleted_is_not_there_until_it_is_set_again() {
    let mut rows = Rows::<SecretView>::new();
    rows.feed::<Secret>(id(1).uuid(), [set("tube", 1), deleted()]);
    rows.feed::<Secret>(id(2).uuid(), [set("plex", 2)]);
    assert_eq!(names(&mut rows), ["plex"]);
    assert_eq!(rows.read(|rows| secret(rows, id(1))), None);
    rows.feed::<Secret>(id(1).uuid(), [set("tube", 3)]);
    assert_eq!(names(&mut rows), ["plex", "tube"]);
}

#[test]
fn secrets_are_found_by_their_ids() {
    let mut rows = Rows::<SecretView>::new();
    rows.feed::<Secret>(id(1).uuid(), [set("tube", 1)]);
    rows.feed::<Secret>(id(2).uuid(), [set("plex", 2), deleted()]);
    let found = rows.read(|rows| secrets_by_id(rows, &[id(2), id(1), id(4)]));
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [id(1)]);
    assert_indexed(&mut rows, |rows| secrets_by_id(rows, &[id(1), id(2)]));
}
