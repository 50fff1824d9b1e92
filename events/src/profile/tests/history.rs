use super::{
    super::{Event, Profiles},
    name, rules,
};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let mut full = rules(24);
    (full.keep_audio, full.keep_subtitles) = (vec!["original".to_owned()], vec!["de".to_owned()]);
    (full.drop_commentary, full.may_grow) = (true, true);
    full.audio.channels_max = Some(2);
    let video = full.video.as_mut().unwrap();
    (video.lines_max, video.copies_what_fits, video.vmaf_min) = (Some(1_080), true, Some(94));
    let mut sound = rules(24);
    sound.video = None;
    vec![
        Event::Saved { name: name("small"), version: 1, rules: full },
        Event::Saved { name: name("small"), version: 2, rules: sound },
        Event::Removed { name: name("small") },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Profiles>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/profile/history"), &samples());
}
