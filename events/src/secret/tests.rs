mod history;

use mediary_schema::{DataKeyId, MasterKeyId, SealedId};
use uuid::Uuid;

use super::{Command, Event, Rejection, Secret};
use crate::{Concern as _, testing::given};

fn key(number: u128) -> DataKeyId {
    DataKeyId::from_uuid(Uuid::from_u128(number))
}

fn sealed(number: u128) -> SealedId {
    SealedId::from_uuid(Uuid::from_u128(number))
}

fn master(number: u128) -> MasterKeyId {
    MasterKeyId::from_uuid(Uuid::from_u128(number))
}

fn set_command(name: &str, number: u128) -> Command {
    Command::Set { name: name.to_owned(), data_key_id: key(number), sealed_id: sealed(number) }
}

fn set(key_number: u128, number: u128) -> Event {
    Event::Set { name: "tube".to_owned(), data_key_id: key(key_number), sealed_id: sealed(number) }
}

#[test]
fn a_secret_keeps_its_key_until_it_is_deleted() {
    given::<Secret>([]).when(set_command("tube", 1)).then([set(1, 1)]);
    given::<Secret>([set(1, 1)]).when(set_command("tube", 2)).then([set(1, 2)]);
    given::<Secret>([set(1, 1)]).when(set_command("tube", 1)).then([]);
    given::<Secret>([set(1, 2)]).when(Command::Delete).then([Event::Deleted { data_key_id: key(1) }]);
    // Whoever sets it anew gets another key: nothing of before can be read by it.
    let deleted = Event::Deleted { data_key_id: key(1) };
    given::<Secret>([set(1, 1), deleted.clone()]).when(set_command("tube", 3)).then([set(3, 3)]);
    given::<Secret>([set(1, 1), deleted]).when(Command::Delete).rejected(&Rejection::NotFound);
    given::<Secret>([]).when(Command::Delete).rejected(&Rejection::NotFound);
}

#[test]
fn the_vault_turns_to_a_key_once() {
    let rotated = Event::Rotated { master_key_id: master(1) };
    given::<Secret>([]).when(Command::Rotate { master_key_id: master(1) }).then([rotated.clone()]);
    given::<Secret>([rotated]).when(Command::Rotate { master_key_id: master(1) }).then([]);
}

#[test]
fn a_name_is_none_that_could_be_an_id() {
    for name in ["", " x", "@last", "secret-0189", "a\nb"] {
        given::<Secret>([]).when(set_command(name, 1)).rejected(&Rejection::BadName);
    }
}

#[test]
fn what_is_erased_keeps_what_the_vault_goes_by() {
    let nameless = Event::Set { name: String::new(), data_key_id: key(1), sealed_id: sealed(2) };
    assert_eq!(Secret::redact(&set(1, 2)), Some(nameless));
    let deleted = Event::Deleted { data_key_id: key(1) };
    assert_eq!(Secret::redact(&deleted), Some(deleted));
}
