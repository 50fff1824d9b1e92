mod history;

use mediary_schema::{
    FileId,
    file::{Check, FileState, MediaFacts, Root, Verified},
};
use uuid::Uuid;

use super::{Command, Event, File, Rejection};
use crate::testing::given;

fn verified(size_bytes: u64) -> Verified {
    Verified {
        size_bytes,
        blake3: "00".repeat(32),
        media: MediaFacts { container: "mp4".to_owned(), duration_ms: 1_000, ..MediaFacts::default() },
        check: Check::Decoded,
        oddities: Vec::new(),
    }
}

fn record(size_bytes: u64) -> Command {
    Command::Record {
        root: Root::Library,
        path: "a/b.mp4".to_owned(),
        verified: Box::new(verified(size_bytes)),
        made: None,
    }
}

fn recorded() -> Event {
    Event::Recorded {
        root: Root::Library,
        path: "a/b.mp4".to_owned(),
        verified: Box::new(verified(7)),
        made: None,
    }
}

#[test]
fn a_file_is_recorded_once() {
    given::<File>([]).when(record(7)).then([recorded()]);
    given::<File>([recorded()]).when(record(7)).then([]);
    given::<File>([recorded()]).when(record(8)).rejected(&Rejection::Recorded);
}

#[test]
fn a_file_outlives_its_bytes() {
    let by = FileId::from_uuid(Uuid::from_u128(1));
    given::<File>([]).when(Command::Lose).rejected(&Rejection::NotFound);
    given::<File>([recorded()]).when(Command::Find).then([]);
    given::<File>([recorded()]).when(Command::Lose).then([Event::Lost {}]);
    given::<File>([recorded(), Event::Lost {}]).when(Command::Lose).then([]);
    given::<File>([recorded(), Event::Lost {}]).when(Command::Find).then([Event::Found {}]);
    given::<File>([recorded()])
        .when(Command::Change { size_bytes: 8 })
        .then([Event::Changed { size_bytes: 8 }]);
    given::<File>([recorded(), Event::Trashed {}]).when(Command::Lose).then([]);
    given::<File>([recorded()]).when(Command::Replace { by }).then([Event::Replaced { by }]);
    given::<File>([recorded(), Event::Replaced { by }]).when(Command::Find).rejected(&Rejection::Replaced);
}

#[test]
fn the_names_of_its_states_are_stored() {
    for state in FileState::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
    }
}
