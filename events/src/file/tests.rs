mod history;

use mediary_schema::file::{Check, MediaFacts, Verified};

use super::{Command, Event, File, Rejection};
use crate::testing::given;

fn verified(size_bytes: u64) -> Verified {
    Verified {
        size_bytes,
        blake3: "00".repeat(32),
        media: MediaFacts { container: "mp4".to_owned(), duration_ms: 1_000, ..MediaFacts::default() },
        check: Check::Demuxed,
    }
}

fn record(size_bytes: u64) -> Command {
    Command::Record { path: "a/b.mp4".to_owned(), verified: verified(size_bytes), made: None }
}

fn recorded() -> Event {
    Event::Recorded { path: "a/b.mp4".to_owned(), verified: verified(7), made: None }
}

#[test]
fn a_file_is_recorded_once() {
    given::<File>([]).when(record(7)).then([recorded()]);
    given::<File>([recorded()]).when(record(7)).then([]);
    given::<File>([recorded()]).when(record(8)).rejected(&Rejection::Recorded);
}
