use mediary_schema::bot;

use super::{
    super::{Bot, Event},
    settings, was_set,
};
use crate::testing::history;

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    let server = Some("https://bots.example".to_owned());
    let samples = [
        was_set(settings(&[7, 12_345_678_901])),
        was_set(bot::Bot { server, ..settings(&[7]) }),
        Event::Removed {},
    ];
    history::<Bot>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bot/history"), &samples);
}
