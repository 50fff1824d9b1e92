//! What ffmpeg complains of, to classes of failure and to what is only odd: the one place that knows its texts.

use mediary_schema::{FailureClass, job::Failure};

use super::{
    packets::{Kind, Packets},
    structure::Structure,
    talk::{Complaint, Talk},
};
use crate::process::Ended;

/// Parts of texts, in lower case, and what they mean; the first that meets any complaint decides.
const RULES: &[(FailureClass, &[&str])] = &[
    (FailureClass::DiskFull, &["no space left on device"]),
    (
        FailureClass::Storage,
        &["permission denied", "no such file or directory", "is a directory", "input/output error"],
    ),
    (FailureClass::Unknown, &["cannot allocate memory"]),
];

/// What readers of containers say when bytes are missing or wrong. What else they say is about their rules: a
/// tag in a wrong encoding, a field that should be another.
const LOSSES: &[&str] = &[
    "moov atom not found",
    "invalid data found",
    "file ended prematurely",
    "partial file",
    "error reading header",
    "read error",
    "crc mismatch",
    "crc error",
    "truncat",
    "corrupt",
    "invalid as first byte of an ebml number",
    "exceeds containing master element",
    "not on whitelist",
];

/// What decoders of pictures say until the first whole one.
const BEFORE_FIRST_PICTURE: &[&str] = &[
    "non-existing pps",
    "non-existing sps",
    "pps id out of range",
    "sps id out of range",
    "decode_slice_header error",
    "no frame!",
    "invalid frame dimensions 0x0",
    "mmco: unref short failure",
    "reference picture missing",
    "missing reference picture",
    "could not find ref with poc",
    "error parsing nal unit",
    "keyframe missing",
];

/// What decoders say of pictures that refer to others against the rules, also of whole films of some encoders: what
/// is lost shows in a picture that is called corrupt, or in the times of packets.
const REFERENCES: &[&str] = &[
    "mmco: unref short failure",
    "number of reference frames",
    "co located pocs unavailable",
    "reference picture missing",
    "missing reference picture",
];

/// What is said around another complaint.
const WRAPPINGS: &[&str] =
    &["error while decoding stream", "error submitting packet to decoder", "decoding error"];

/// Whose complaints are about texts.
const TAGS: &str = "id3v2";

/// Complaints for each picture before the first whole one: three of the decoder, and as many while probing.
const PER_PICTURE_MAX: u64 = 8;

/// Codecs of covers.
const COVERS: &[&str] = &["png", "mjpeg", "bmp", "gif", "webp", "tiff"];

/// What complaints come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Weight<'a> {
    /// Nothing was complained of that concerns the media.
    Nothing,
    /// Its container or its codec breaks a rule, and nothing is lost.
    AgainstRules,
    /// Its first pictures can't be shown, since it begins between two whole ones.
    StartsAmid,
    /// Something is broken.
    Damage(&'a str),
}

impl Weight<'_> {
    fn or_against_rules(self) -> Self {
        if self == Self::Nothing { Self::AgainstRules } else { self }
    }
}

/// Weighs the complaints of a run that ended well.
pub(super) fn weigh<'a>(talk: &'a Talk, packets: &Packets, structure: &Structure) -> Weight<'a> {
    let before_key = packets.of(Kind::Picture).map(|stream| stream.before_key).max().unwrap_or(0);
    let mut expected = before_key * PER_PICTURE_MAX;
    let mut weight = Weight::Nothing;
    let mut stumbles = 0;
    for complaint in &talk.complaints {
        let said = complaint.text.to_lowercase();
        let says = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
        match speaker(complaint, talk, packets) {
            Speaker::Cover => {}
            Speaker::Container if says(LOSSES) && complaint.part.as_deref() != Some(TAGS) => {
                return Weight::Damage(&complaint.text);
            }
            Speaker::Container => weight = weight.or_against_rules(),
            Speaker::Decoder if expected > 0 && (says(BEFORE_FIRST_PICTURE) || says(WRAPPINGS)) => {
                expected -= 1;
                weight = Weight::StartsAmid;
            }
            Speaker::Decoder if says(REFERENCES) => weight = weight.or_against_rules(),
            Speaker::Decoder if says(WRAPPINGS) && stumbles < structure.seams => stumbles += 1,
            Speaker::Decoder if structure.seams > 0 && !says(WRAPPINGS) => {}
            Speaker::Decoder => return Weight::Damage(&complaint.text),
        }
    }
    weight
}

enum Speaker {
    Container,
    Decoder,
    Cover,
}

fn speaker(complaint: &Complaint, talk: &Talk, packets: &Packets) -> Speaker {
    let Some(part) = complaint.part.as_deref() else { return Speaker::Decoder };
    let is_container = part.starts_with("in#") || talk.container.as_deref() == Some(part) || part == TAGS;
    let is_shown = || packets.of(Kind::Picture).any(|stream| stream.codec.as_deref() == Some(part));
    if is_container {
        Speaker::Container
    } else if COVERS.contains(&part) && !is_shown() {
        Speaker::Cover
    } else {
        Speaker::Decoder
    }
}

/// The failure of a run that did not end well and complained so; a text that is in no rule means damage, since
/// ffmpeg only reads a file that is there.
pub(super) fn failure(complaints: &[Complaint], ended: &Ended) -> Failure {
    if let Some(forced) = ended.forced("ffmpeg") {
        return forced;
    }
    let meets = |parts: &[&str]| {
        let met = |complaint: &&Complaint| {
            let said = complaint.text.to_lowercase();
            parts.iter().any(|part| said.contains(part))
        };
        complaints.iter().find(met)
    };
    let ruled = RULES.iter().find_map(|(class, parts)| meets(parts).map(|complaint| (*class, complaint)));
    let (class, complaint) = match ruled {
        Some((class, complaint)) => (class, Some(complaint)),
        None => (FailureClass::Damaged, meets(LOSSES).or_else(|| complaints.first())),
    };
    let words = complaint.map_or("no reason given", |complaint| bare(&complaint.text));
    ended.failure(class, format!("ffmpeg can't read the file: {words}"))
}

/// `file:/x.mp4: Permission denied` without the place, which differs from run to run.
fn bare(text: &str) -> &str {
    match text.rsplit_once(": ") {
        Some((place, words)) if place.starts_with("file:") => words,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mediary_schema::job::ResourceUse;

    use super::*;
    use crate::process::{EndedBy, Status};

    fn talk(lines: &[&str]) -> Talk {
        let mut talk = Talk::default();
        talk.take("[info] Input #0, mov,mp4, from 'file:/x.mp4':");
        for line in lines {
            talk.take(line);
        }
        talk
    }

    #[test]
    fn every_observed_text_of_a_failed_run_has_its_class() {
        let ended = Ended {
            status: Status::Exited(1),
            by: EndedBy::Itself,
            resources: ResourceUse::default(),
            elapsed: Duration::ZERO,
            output_tail: Vec::new(),
        };
        for (class, line, words) in [
            (FailureClass::Damaged, "[mov,mp4 @ 0x55e8] [error] moov atom not found", "moov atom not found"),
            (
                FailureClass::Damaged,
                "[http @ 0x55cd] [error] Protocol 'http' not on whitelist 'file'!",
                "Protocol 'http' not on whitelist 'file'!",
            ),
            (
                FailureClass::Storage,
                "[error] file:/x.mp4: No such file or directory",
                "No such file or directory",
            ),
            (FailureClass::Storage, "[error] file:/x.mp4: Permission denied", "Permission denied"),
            (
                FailureClass::DiskFull,
                "[error] av_interleaved_write_frame(): No space left on device",
                "av_interleaved_write_frame(): No space left on device",
            ),
        ] {
            let failure = failure(&talk(&[line]).complaints, &ended);
            assert_eq!((failure.class, failure.exit_code), (class, Some(1)), "{line}");
            assert_eq!(failure.message, format!("ffmpeg can't read the file: {words}"));
        }
    }

    #[test]
    fn what_is_lost_is_told_from_what_is_against_the_rules() {
        let packets = Packets::default();
        let whole = Structure::default();
        for (line, weight) in [
            ("[mov,mp4 @ 0x1] [error] stream 0, offset 0x1f: partial file", "damage"),
            ("[in#0/mov,mp4 @ 0x1] [error] stream 0, offset 0x1f: partial file", "damage"),
            ("[h264 @ 0x1] [error] error while decoding MB 5 3, bytestream -7", "damage"),
            ("[NULL @ 0x1] [error] Invalid NAL unit size (1806 > 997).", "damage"),
            ("[warning] file:/x.ts: corrupt decoded frame in stream 0", "damage"),
            ("[error] Error while decoding stream #0:1: Invalid data found when processing input", "damage"),
            ("[h264 @ 0x1] [error] non-existing PPS 0 referenced", "damage"),
            ("[mov,mp4 @ 0x1] [error] Incorrect BOM value", "odd"),
            ("[h264 @ 0x1] [error] mmco: unref short failure", "odd"),
            ("[png @ 0x1] [error] chunk too big", "nothing"),
        ] {
            let talk = talk(&[line]);
            let found = match weigh(&talk, &packets, &whole) {
                Weight::Damage(_) => "damage",
                Weight::AgainstRules => "odd",
                Weight::StartsAmid => "amid",
                Weight::Nothing => "nothing",
            };
            assert_eq!(found, weight, "{line}");
        }
    }

    #[test]
    fn a_decoder_may_stumble_at_seams_and_before_the_first_whole_picture() {
        let stumble =
            ["[mp3float @ 0x1] [error] Header missing", "[error] Error while decoding stream #0:0: Invalid"];
        let seam = Structure { seams: 1, ..Structure::default() };
        assert_eq!(weigh(&talk(&stumble), &Packets::default(), &seam), Weight::Nothing);
        let twice = [stumble, stumble].concat();
        assert!(matches!(weigh(&talk(&twice), &Packets::default(), &seam), Weight::Damage(_)));

        let mut packets = Packets::default();
        for line in ["#tb 0: 1/10", "#media_type 0: video", "0, 0, 0, 1, 9, 0x0, F=0x0", "0, 1, 1, 1, 9, 0x0"]
        {
            packets.take(line);
        }
        let amid =
            talk(&["[h264 @ 0x1] [error] non-existing PPS 0 referenced", "[h264 @ 0x1] [error] no frame!"]);
        assert_eq!(weigh(&amid, &packets, &Structure::default()), Weight::StartsAmid);
        let broken = talk(&["[h264 @ 0x1] [error] error while decoding MB 5 3, bytestream -7"]);
        assert!(matches!(weigh(&broken, &packets, &Structure::default()), Weight::Damage(_)));
    }
}
