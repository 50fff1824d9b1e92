//! What reads the output of yt-dlp, as a fuzzer calls it: any bytes are taken.

use mediary_schema::job::Progress;
use tokio::sync::watch;

use super::{
    level::{Level, Step},
    progress::Meter,
};
use crate::process::{Line, Source};

/// A list, line by line: what begins with `!` is a complaint, and what with `%` tells how far a download is.
pub fn rows(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let progress = watch::Sender::new(Progress::default());
    let mut meter = Meter::new(&progress, Some(1_000), 2);
    let mut level = Level::new(1);
    let mut steps = Vec::new();
    for text in text.lines() {
        let (source, text) = match text.split_at_checked(1) {
            Some(("%", text)) => {
                meter.take(text);
                continue;
            }
            Some(("!", text)) => (Source::Stderr, text),
            _ => (Source::Stdout, text),
        };
        steps.extend(level.read(&Line { source, text: text.to_owned(), truncated: false }));
    }
    steps.extend(level.rest());
    for step in steps {
        if let Step::Row(entry, _) = step {
            entry.observed(1).ok();
        }
    }
}
