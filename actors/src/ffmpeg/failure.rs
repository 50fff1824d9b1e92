//! Texts of ffmpeg and ffprobe to classes of failure: the one place that knows them.

use mediary_schema::{FailureClass, job::Failure};

use crate::process::Ended;

/// Parts of texts, in lower case, and what they mean; the first that meets any line decides.
const RULES: &[(FailureClass, &[&str])] = &[
    (FailureClass::DiskFull, &["no space left on device"]),
    (
        FailureClass::Storage,
        &["permission denied", "no such file or directory", "is a directory", "input/output error"],
    ),
    (FailureClass::Unknown, &["cannot allocate memory"]),
];

/// What is said of damage, also where the exit code is 0.
const DAMAGE: &[&str] = &[
    "moov atom not found",
    "invalid data found",
    "invalid nal unit size",
    "file ended prematurely",
    "corrupt input packet",
    "partial file",
    "error while decoding",
    "truncating packet",
    "not on whitelist",
];

/// Whether a line says that the file is damaged.
pub(super) fn is_damage(line: &str) -> bool {
    let line = line.to_lowercase();
    DAMAGE.iter().any(|part| line.contains(part))
}

/// The failure of a run that ended like this and complained so.
///
/// A text that is in no rule means damage: the tools only read a file that is there.
pub(super) fn failure(tool: &str, complaints: &[String], ended: &Ended) -> Failure {
    if let Some(forced) = ended.forced(tool) {
        return forced;
    }
    let meets = |parts: &[&str]| {
        let met = |line: &&String| parts.iter().any(|part| line.to_lowercase().contains(part));
        complaints.iter().find(met)
    };
    let ruled = RULES.iter().find_map(|(class, parts)| meets(parts).map(|line| (*class, line)));
    let damage = || complaints.iter().find(|line| is_damage(line)).or_else(|| complaints.first());
    let (class, line) = match ruled {
        Some((class, line)) => (class, Some(line)),
        None => (FailureClass::Damaged, damage()),
    };
    let words = line.map_or("no reason given", |line| bare(line));
    ended.failure(class, format!("{tool} can't read the file: {words}"))
}

/// `[mov,mp4 @ 0x55e8fda05780] moov atom not found` and `file:/x.mp4: Permission denied` without what
/// differs from run to run.
fn bare(line: &str) -> &str {
    match (line.split_once("] "), line.rsplit_once(": ")) {
        (Some((component, words)), _) if component.starts_with('[') && component.contains(" @ 0x") => words,
        (_, Some((place, words))) if place.starts_with("file:") => words,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mediary_schema::job::ResourceUse;

    use super::*;
    use crate::process::{EndedBy, Status};

    #[test]
    fn every_observed_text_has_its_class() {
        let ended = Ended {
            status: Status::Exited(1),
            by: EndedBy::Itself,
            resources: ResourceUse::default(),
            elapsed: Duration::ZERO,
            output_tail: Vec::new(),
        };
        for (class, line, words) in [
            (
                FailureClass::Damaged,
                "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55e8fda05780] moov atom not found",
                "moov atom not found",
            ),
            (
                FailureClass::Damaged,
                "[NULL @ 0x560fc18e0540] Invalid NAL unit size (1806 > 997).",
                "Invalid NAL unit size (1806 > 997).",
            ),
            (
                FailureClass::Damaged,
                "[matroska,webm @ 0x5629567df180] File ended prematurely",
                "File ended prematurely",
            ),
            (
                FailureClass::Damaged,
                "file:/gap.ts: corrupt input packet in stream 0",
                "corrupt input packet in stream 0",
            ),
            (
                FailureClass::Damaged,
                "[http @ 0x55cdf32d8900] Protocol 'http' not on whitelist 'file'!",
                "Protocol 'http' not on whitelist 'file'!",
            ),
            (FailureClass::Damaged, "[flac @ 0x562e509d0300] invalid residual", "invalid residual"),
            (FailureClass::Storage, "file:/x.mp4: No such file or directory", "No such file or directory"),
            (FailureClass::Storage, "file:/x.mp4: Permission denied", "Permission denied"),
            (
                FailureClass::DiskFull,
                "av_interleaved_write_frame(): No space left on device",
                "av_interleaved_write_frame(): No space left on device",
            ),
        ] {
            let failure = failure("ffmpeg", &[line.to_owned()], &ended);
            assert_eq!((failure.class, failure.exit_code), (class, Some(1)), "{line}");
            assert_eq!(failure.message, format!("ffmpeg can't read the file: {words}"));
        }
    }
}
