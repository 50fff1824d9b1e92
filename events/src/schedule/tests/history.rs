use mediary_schema::{
    PrincipalId,
    schedule::{NotDone, Rhythm, Timing},
};

use super::{
    super::{Event, Schedule},
    TOKEN, added, at, name, refresh, resumed,
};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let timing = Timing::Cron { expression: "30 2 * * *".to_owned(), zone: "Europe/Berlin".to_owned() };
    let not_done =
        NotDone { code: "PLAYLIST_NOT_FOUND".to_owned(), message: "there is no such playlist".to_owned() };
    vec![
        added(),
        Event::Added {
            name: name(),
            rhythm: Rhythm { timing, jitter_seconds: 600 },
            command: refresh(),
            principal: PrincipalId::OWNER,
            token_id: TOKEN,
            since: at(0),
        },
        Event::Paused {},
        resumed(TOKEN, 500),
        Event::Fired { moment: Some(at(180)), missed_since: Some(at(60)), not_done: None },
        Event::Fired { moment: None, missed_since: None, not_done: Some(not_done) },
        Event::Removed {},
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Schedule>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/schedule/history"), &samples());
}
