use mediary_schema::{Priority, template::Settings};

use super::{
    super::{Event, Template},
    label,
};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let settings = Settings {
        priority: Some(Priority::LOWEST),
        batch: Some(label("night")),
        tags: vec![label("films"), label("slow")],
    };
    vec![
        Event::Saved { name: label("night run"), version: 1, settings },
        Event::Saved { name: label("night run"), version: 2, settings: Settings::default() },
        Event::Removed { name: label("night run") },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Template>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/template/history"), &samples());
}
