//! What a report on a file means: pure, so that every rule of it can be read and tested by itself.

use std::collections::BTreeSet;

use mediary_schema::{
    FailureClass,
    file::{MediaFacts, Oddity},
    job::Failure,
};

use super::{
    failure::{Weight, failure, weigh},
    packets::{Holes, Kind},
    structure::Structure,
    tool::Report,
    verify::Expectation,
};

/// How much two durations may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// In any case.
    pub base_ms: u64,
    /// And this many thousandths of the duration.
    pub per_mille: u64,
}

impl Tolerance {
    /// How much it is for this duration.
    pub const fn around(self, duration_ms: u64) -> u64 {
        self.base_ms + duration_ms / 1000 * self.per_mille
    }
}

/// Between what a container says and what is in it: encoders pad sound, and streams end apart.
pub const CONTAINER_TOLERANCE: Tolerance = Tolerance { base_ms: 1000, per_mille: 5 };

/// Between what a source promised and what arrived: sources round to seconds and count intros differently.
pub const PROMISE_TOLERANCE: Tolerance = Tolerance { base_ms: 2000, per_mille: 20 };

/// Whether this is no film and no sound: a still picture, a text.
pub(super) fn no_media(report: &Report) -> bool {
    let Some(container) = report.talk.container.as_deref() else { return false };
    let is_still = container.ends_with("_pipe") || matches!(container, "image2" | "tty");
    is_still || !(report.talk.has_picture || report.talk.has_sound)
}

/// What the file is and what is odd about it, or why it is not kept.
pub(super) fn judge(
    report: &Report,
    structure: &Structure,
    expectation: Expectation,
) -> Result<(MediaFacts, BTreeSet<Oddity>), Failure> {
    let Report { talk, packets, ended, .. } = report;
    if !ended.is_clean() {
        return Err(failure(&talk.complaints, ended));
    }
    let damaged = |what: &str| ended.failure(FailureClass::Damaged, format!("the file is damaged: {what}"));
    let mut oddities = structure.oddities.clone();
    if let Some(what) = &structure.damage {
        return Err(damaged(what));
    }
    if expectation.is_joined && structure.has_torn_seam {
        return Err(damaged("it is put together of parts that don't fit each other"));
    }
    match weigh(talk, packets, structure) {
        Weight::Damage(words) => return Err(damaged(words)),
        Weight::StartsAmid => {
            oddities.insert(Oddity::StartsAmid);
        }
        Weight::AgainstRules => {
            oddities.insert(Oddity::AgainstRules);
        }
        Weight::Nothing => {}
    }
    if packets.count() == 0 {
        return Err(damaged("it has no packets"));
    }
    let media = facts(report, structure, &mut oddities).map_err(|what| damaged(&what))?;
    if talk.has_doubtful_packets {
        doubtful(&media, &mut oddities).map_err(damaged)?;
    }
    if talk.has_restart {
        oddities.insert(Oddity::ClockRestart);
    }
    if let (Some(picture), Some(sound)) = (packets.end_ms(Kind::Picture), packets.end_ms(Kind::Sound))
        && picture.abs_diff(sound) > CONTAINER_TOLERANCE.around(media.duration_ms)
    {
        oddities.insert(Oddity::StreamsEndApart);
    }
    let holes = packets.holes();
    expectation.holes(holes, media.duration_ms, &mut oddities).map_err(|what| damaged(&what))?;
    expectation.check(&media, holes, &mut oddities).map_err(|(class, what)| ended.failure(class, what))?;
    Ok((media, oddities))
}

/// The facts, with the length as far as it can be known.
fn facts(
    report: &Report,
    structure: &Structure,
    oddities: &mut BTreeSet<Oddity>,
) -> Result<MediaFacts, String> {
    let Report { talk, packets, .. } = report;
    let container = talk.container.clone().unwrap_or_default();
    let found_ms = packets.duration_ms(talk.has_restart);
    let said_ms = talk.claimed_ms.filter(|_| !talk.is_estimated);
    let is_longer_than = |said_ms: u64| found_ms > said_ms + CONTAINER_TOLERANCE.around(said_ms);
    // ffmpeg 9 says of slides when the last one is decoded, which is before it is shown: the header knows better.
    let header_ms = structure.said_ms.filter(|header_ms| !is_longer_than(*header_ms));
    let said_ms = said_ms.map(|said_ms| header_ms.filter(|_| is_longer_than(said_ms)).unwrap_or(said_ms));
    if talk.is_estimated {
        oddities.insert(Oddity::EstimatedLength);
    }
    let duration_ms = match said_ms {
        None => found_ms,
        Some(said_ms) => {
            let tolerance_ms = CONTAINER_TOLERANCE.around(said_ms);
            // Some containers count from zero although their clock begins later.
            if found_ms.saturating_add(talk.start_ms).saturating_add(tolerance_ms) < said_ms {
                return Err(format!(
                    "it has {} but says that it has {}",
                    seconds(found_ms),
                    seconds(said_ms)
                ));
            }
            let is_longer = is_longer_than(said_ms);
            if is_longer {
                oddities.insert(Oddity::LongerThanSaid);
            }
            // An edit list leaves out what is there; elsewhere what is there is played.
            if is_longer && !is_edited(&container) { found_ms } else { said_ms }
        }
    };
    let picture = packets.of(Kind::Picture).next();
    let sound = packets.of(Kind::Sound).next();
    let dimensions = picture.and_then(|stream| stream.dimensions);
    Ok(MediaFacts {
        container,
        duration_ms,
        width: dimensions.map(|(width, _)| width),
        height: dimensions.map(|(_, height)| height),
        video_codec: picture.and_then(|stream| stream.codec.clone()),
        audio_codec: sound.and_then(|stream| stream.codec.clone()),
    })
}

/// Whether a container can say of what it has that it isn't played.
fn is_edited(container: &str) -> bool {
    container.starts_with("mov,")
}

/// What packets mean whose reader doubts them, although all of them decode.
fn doubtful(media: &MediaFacts, oddities: &mut BTreeSet<Oddity>) -> Result<(), &'static str> {
    match media.container.as_str() {
        // They are numbered, and a second recording begins to count anew.
        "mpegts" => {
            oddities.insert(Oddity::LostPackets);
            Ok(())
        }
        // The last one is shorter than the others; how much there should be was looked at.
        "wav" | "w64" => Ok(()),
        _ => Err("a packet is cut"),
    }
}

impl Expectation {
    /// What is missing in between. In one unbroken answer it is missing at the source; what was joined here may lack a
    /// part, unless it is without the hole as long as was promised: the clocks of parts that don't fit each other
    /// leave such holes.
    fn holes(self, holes: Holes, duration_ms: u64, oddities: &mut BTreeSet<Oddity>) -> Result<(), String> {
        let empty_ms = holes.empty_ms;
        if holes.has_pause() {
            oddities.insert(Oddity::PauseInSound);
        }
        if empty_ms == 0 {
            return Ok(());
        }
        let without_ms = duration_ms.saturating_sub(empty_ms);
        let is_complete_without = self
            .duration_ms
            .is_some_and(|promised_ms| without_ms.abs_diff(promised_ms) < duration_ms.abs_diff(promised_ms));
        if self.is_joined && !is_complete_without {
            return Err(format!("it lacks {} in between", seconds(empty_ms)));
        }
        oddities.insert(Oddity::Gap);
        Ok(())
    }

    /// Compares the facts with it.
    fn check(
        self,
        media: &MediaFacts,
        holes: Holes,
        oddities: &mut BTreeSet<Oddity>,
    ) -> Result<(), (FailureClass, String)> {
        let damaged = |message: String| Err((FailureClass::Damaged, message));
        if let Some(promised_ms) = self.duration_ms {
            let missing_ms = if self.is_joined { holes.empty_ms } else { 0 };
            let found_ms = media.duration_ms.saturating_sub(missing_ms);
            let tolerance_ms = PROMISE_TOLERANCE.around(promised_ms);
            let (is_shorter, is_longer) =
                (found_ms + tolerance_ms < promised_ms, found_ms > promised_ms + tolerance_ms);
            if is_shorter || (is_longer && self.is_joined) {
                let (found, promised) = (seconds(found_ms), seconds(promised_ms));
                return damaged(format!("the file has {found}, but {promised} were promised"));
            }
            if is_longer {
                oddities.insert(Oddity::LongerThanPromised);
            }
        }
        if self.audio_only && media.audio_codec.is_none() {
            return damaged("the file has no sound".to_owned());
        }
        let Some(height) = media.height.filter(|_| !self.audio_only) else { return Ok(()) };
        if self.height.is_some_and(|promised| height < promised) {
            oddities.insert(Oddity::BelowPromisedHeight);
        }
        match (media.lines(), self.height_max) {
            (Some(lines), Some(most)) if lines > most => {
                let message = format!("the picture has {lines} lines, and at most {most} were asked for");
                Err((FailureClass::FormatUnavailable, message))
            }
            _ => Ok(()),
        }
    }
}

/// `5.5 s`.
fn seconds(milliseconds: u64) -> String {
    format!("{:.1} s", milliseconds as f64 / 1000.0)
}
