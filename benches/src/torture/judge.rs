//! What of a file is not in what was made of it.

use std::collections::BTreeSet;

use super::{Kind, Light, Seen, Stream};

/// By how much a stream may begin or end otherwise, in seconds: a packet of sound is up to a tenth.
const APART: f64 = 0.15;
/// By how much sound may lie otherwise beside the pictures.
const OUT_OF_STEP: f64 = 0.08;
/// By how much of its width a picture may have another shape: codecs want even numbers of lines, and these are small.
const MISSHAPEN: f64 = 0.03;
/// So much of the pictures has to be there; some rates are not the container's.
const PICTURES_LEFT: f64 = 0.9;

/// What of a file is not in what was made of it and lies beside that, in words. What is said to be left out is not missed; without
/// pictures, sound alone was wanted.
pub fn lost(
    source: &Seen,
    made: &Seen,
    beside: Option<&Seen>,
    said: &BTreeSet<u32>,
    with_pictures: bool,
) -> Vec<String> {
    let wanted =
        |kind: Kind| source.of_kind(kind).filter(|stream| !said.contains(&stream.index)).collect::<Vec<_>>();
    let mut lost = Vec::new();
    if with_pictures {
        pair(
            &wanted(Kind::Pictures),
            &made.of_kind(Kind::Pictures).collect::<Vec<_>>(),
            "pictures",
            &mut lost,
            pictures,
        );
    }
    pair(&wanted(Kind::Sound), &made.of_kind(Kind::Sound).collect::<Vec<_>>(), "sound", &mut lost, sound);
    if let (true, Some(before), Some(now)) = (with_pictures, step(source), step(made))
        && (before - now).abs() > OUT_OF_STEP
    {
        lost.push(format!("sound is {now:.2} s behind the pictures, and was {before:.2}"));
    }
    let there = |kind| {
        made.of_kind(kind)
            .chain(beside.into_iter().flat_map(move |beside| beside.of_kind(kind)))
            .collect::<Vec<_>>()
    };
    if with_pictures {
        for words in wanted(Kind::Words) {
            let has_them = |stream: &&Stream| is_language(words, stream);
            let (before, now) = (
                wanted(Kind::Words).into_iter().filter(has_them).count(),
                there(Kind::Words).into_iter().filter(has_them).count(),
            );
            if now < before {
                lost.push(format!("subtitles {} are gone ({:?})", words.index, words.language));
            }
        }
        for (kind, what) in [(Kind::Attached, "attached files"), (Kind::Cover, "covers")] {
            // Matroska attaches a cover, and others show it as a picture.
            let now = there(kind).len() + if kind == Kind::Cover { there(Kind::Attached).len() } else { 0 };
            if now < wanted(kind).len() {
                lost.push(format!("{now} of {} {what} are there", wanted(kind).len()));
            }
        }
    }
    if made.chapters < source.chapters {
        lost.push(format!("{} of {} chapters are there", made.chapters, source.chapters));
    }
    lost
}

/// Compares streams of a kind one by one.
fn pair(
    before: &[&Stream],
    now: &[&Stream],
    what: &str,
    lost: &mut Vec<String>,
    compare: fn(&Stream, &Stream) -> Vec<String>,
) {
    for (place, one) in before.iter().enumerate() {
        match now.get(place) {
            Some(other) => {
                let told =
                    compare(one, other).into_iter().map(|told| format!("{what} {}: {told}", one.index));
                lost.extend(told);
            }
            None => lost.push(format!("{what} {} is gone ({:?})", one.index, one.language)),
        }
    }
}

fn pictures(before: &Stream, now: &Stream) -> Vec<String> {
    let mut told = lasts(before, now);
    if (now.shape / before.shape - 1.0).abs() > MISSHAPEN {
        told.push(format!("{:.2} wide by high, and was {:.2}", now.shape, before.shape));
    }
    if now.lines > before.lines + 3.0 {
        told.push(format!("{} lines, and had {}", now.lines, before.lines));
    }
    let is_kept = match (before.light, now.light) {
        (Light::Usual, light) => light == Light::Usual,
        (Light::Pq(was_mastered), Light::Pq(is_mastered)) => is_mastered || !was_mastered,
        // It is shown as every screen can, and said to be so.
        (_, Light::Usual) => true,
        (before, now) => before == now,
    };
    if !is_kept {
        told.push(format!("{:?}, and was {:?}", now.light, before.light));
    }
    // Half a picture may be a packet of its own.
    let before_packets = before.packets as f64 / if before.is_half { 2.0 } else { 1.0 };
    if (now.packets as f64) < PICTURES_LEFT * before_packets - 1.0 {
        told.push(format!("{} of {} pictures", now.packets, before.packets));
    }
    told
}

fn sound(before: &Stream, now: &Stream) -> Vec<String> {
    let mut told = lasts(before, now);
    if !is_language(before, now) {
        told.push(format!("language {:?}, and was {:?}", now.language, before.language));
    }
    if before.title.is_some() && now.title != before.title {
        told.push(format!("called {:?}, and was {:?}", now.title, before.title));
    }
    // Fewer may be wanted, but not one of several.
    if now.channels < before.channels.min(2) {
        told.push(format!("{} channels, and had {}", now.channels, before.channels));
    }
    told
}

fn lasts(before: &Stream, now: &Stream) -> Vec<String> {
    let length = |stream: &Stream| stream.span.map(|(begins, ends)| ends - begins);
    match (length(before), length(now)) {
        (Some(before), Some(now)) if (before - now).abs() <= APART.max(before / 1_000.0) => vec![],
        (None, _) => vec![],
        (before, now) => vec![format!("lasts {now:?} s, and did {before:?}")],
    }
}

/// By how much the first sound begins after the first pictures.
fn step(seen: &Seen) -> Option<f64> {
    let begins = |kind| seen.of_kind(kind).next()?.span.map(|(begins, _)| begins);
    Some(begins(Kind::Sound)? - begins(Kind::Pictures)?)
}

/// Whether both are in one language, be it said in two letters or in three; one that says none is in any.
fn is_language(before: &Stream, now: &Stream) -> bool {
    match (&before.language, &now.language) {
        (None, _) => true,
        (Some(before), Some(now)) => before == now,
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(index: u32, kind: Kind) -> Stream {
        Stream {
            index,
            kind,
            language: None,
            title: None,
            channels: if kind == Kind::Sound { 2 } else { 0 },
            shape: 1.78,
            lines: 90.0,
            light: Light::Usual,
            is_half: false,
            span: Some((0.0, 2.0)),
            packets: 48,
        }
    }

    fn german(stream: Stream) -> Stream {
        Stream { language: Some("ger".to_owned()), ..stream }
    }

    /// What is lost of a film with two sounds, words and a font, if it becomes this.
    fn of(made: Vec<Stream>, chapters: usize) -> Vec<String> {
        let sounds = [stream(1, Kind::Sound), german(stream(2, Kind::Sound))];
        let rest = [german(stream(3, Kind::Words)), stream(4, Kind::Attached)];
        let streams = [stream(0, Kind::Pictures)].into_iter().chain(sounds).chain(rest).collect();
        let source = Seen { streams, chapters: 1 };
        lost(&source, &Seen { streams: made, chapters }, None, &BTreeSet::new(), true)
    }

    fn all() -> Vec<Stream> {
        vec![
            stream(0, Kind::Pictures),
            stream(1, Kind::Sound),
            german(stream(2, Kind::Sound)),
            german(stream(3, Kind::Words)),
            stream(4, Kind::Attached),
        ]
    }

    #[test]
    fn nothing_is_missed_of_what_is_there_and_each_thing_is_that_is_not() {
        assert_eq!(of(all(), 1), Vec::<String>::new());
        assert_eq!(of(all(), 0).len(), 1, "a chapter");
        for gone in 0..all().len() {
            let mut made = all();
            made.remove(gone);
            assert!(!of(made, 1).is_empty(), "stream {gone}");
        }
        let otherwise = |change: fn(&mut Vec<Stream>)| {
            let mut made = all();
            change(&mut made);
            of(made, 1)
        };
        assert_eq!(otherwise(|made| made[0].light = Light::Pq(false)).len(), 1, "another light");
        assert_eq!(otherwise(|made| made[0].shape = 1.33).len(), 1, "distorted");
        assert_eq!(otherwise(|made| made[0].lines = 180.0).len(), 1, "larger");
        assert_eq!(otherwise(|made| made[0].packets = 24).len(), 1, "every other picture");
        assert_eq!(otherwise(|made| made[1].span = Some((0.0, 1.5))).len(), 1, "shorter");
        assert_eq!(otherwise(|made| made[1].span = Some((0.1, 2.1))).len(), 1, "out of step");
        assert_eq!(otherwise(|made| made[2].language = None).len(), 1, "no language");
        assert_eq!(otherwise(|made| made[2].channels = 1).len(), 1, "one channel");
        assert_eq!(otherwise(|made| made.swap(1, 2)).len(), 1, "another order");
    }
}
