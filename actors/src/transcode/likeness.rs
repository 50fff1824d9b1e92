//! Whether what was made looks and sounds like what it was made of: a stream is traced, coarsely and often, and two traces are
//! compared at the same moments.
//!
//! A picture is traced as 16 by 16 shades of grey, ten times a second; a sound as how loud it is, a hundred times a second.
//! So little says nothing of quality; it says that this is the same film, that it moves, and that it is not late.

use std::io::{self, Read};

/// What is traced of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trace {
    /// How it looks.
    Picture,
    /// How loud it is.
    Sound,
}

/// In what a stream is not like the one that it was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unlike {
    /// It looks otherwise.
    #[error("looks otherwise at {at_s} s")]
    Picture {
        /// From when on, in seconds.
        at_s: u64,
    },
    /// Its picture stands still where the other moves.
    #[error("stands still at {at_s} s, where what it was made of moves")]
    Frozen {
        /// From when on, in seconds.
        at_s: u64,
    },
    /// It sounds otherwise.
    #[error("sounds otherwise at {at_s} s")]
    Sound {
        /// From when on, in seconds.
        at_s: u64,
    },
    /// It is silent where the other sounds.
    #[error("is silent at {at_s} s, where what it was made of is not")]
    Silent {
        /// From when on, in seconds.
        at_s: u64,
    },
    /// Nothing of it is to be seen or heard any more, or of the other.
    #[error("can be decoded until {at_s} s and no further, or what it was made of can't")]
    Ends {
        /// Until when, in seconds.
        at_s: u64,
    },
    /// It shows or sounds the same, at another moment.
    #[error("is late by {by_ms} ms, though its times are right")]
    Late {
        /// By how much; early if it is below zero.
        by_ms: i64,
    },
}

/// Pictures a second, and how many shades across and down.
const PICTURES_PER_S: usize = 10;
const SHADES: usize = 16;
const PICTURE_BYTES: usize = SHADES * SHADES;
/// How often a sound is looked at in a second.
const LOUDNESS_PER_S: usize = 100;
/// What is compared at once, in seconds.
const WINDOW_S: usize = 10;
/// How far apart two traces are looked for, in seconds: what is later than that looks otherwise.
const APART_MAX_S: f64 = 0.5;
/// By how much one trace may be longer than the other, in seconds: their packets are compared more closely.
const LONGER_MAX_S: usize = 3;

/// How alike pictures and loudness are at least, as a correlation: of two that have nothing to do with each other it is about 0.
const ALIKE_MIN: f64 = 0.6;
/// How much more alike they have to be at another moment for that to be theirs.
const CLEARER: f64 = 1.2;
/// How far apart sounds may be, as picture and sound may: below that nobody hears it.
const SOUND_APART_MAX: i64 = 6;
/// Shades that a picture has, as a standard deviation of 256: with less there is nothing to be seen in it.
const SHADES_MIN: f64 = 3.0;
/// How much more than nothing is something, in pictures and in sounds.
const NOTHING_TIMES: f64 = 4.0;
/// How much a picture has to change for it to move.
const MOVES_MIN: f64 = 3.0;
/// How much of that one shows at least that does not stand still.
const MOVES_PART: f64 = 0.1;
/// How long a picture stands still before anybody says so, and how late it may show what the other shows, in pictures.
const STILL: usize = 10;
const STILL_LATE: usize = 3;
/// A picture that moves between two moments, and how often it has to in a window for that to say how late it is.
const STEP_MIN: f64 = 0.5;
const STEPS_MIN: usize = 5;
/// How loud a sound is that is heard, of 1; and how much less is silence.
const HEARD_MIN: f64 = 0.003;
const SILENT_PART: f64 = 0.1;
/// How much a sound has to rise and fall for its loudness to say anything, for how loud it is: noise and a tone do not.
const RISES_MIN: f64 = 0.15;

impl Trace {
    /// The arguments of ffmpeg by which a stream is traced, up to the one that names the trace.
    pub(super) fn arguments(self, index: usize) -> Vec<String> {
        let map = format!("0:{index}");
        match self {
            Self::Picture => {
                let filter = format!("fps={PICTURES_PER_S},scale={SHADES}:{SHADES}:flags=area,format=gray");
                ["-map", &map, "-vf", &filter, "-fps_mode", "passthrough", "-f", "rawvideo"]
                    .map(str::to_owned)
                    .into()
            }
            Self::Sound => {
                // All channels first: `aeval` hears the first of them alone.
                let filter = format!(
                    "aformat=channel_layouts=mono,aresample=8000,aeval=abs(val(0)):c=same,aresample={LOUDNESS_PER_S}"
                );
                ["-map", &map, "-af", &filter, "-f", "f32le"].map(str::to_owned).into()
            }
        }
    }

    /// Compares two traces, or says in what they are not alike. Where one is longer by a moment, that is not looked at.
    pub(super) fn compare(self, source: impl Read, result: impl Read) -> io::Result<Result<(), Unlike>> {
        let (bytes_per_s, apart_max) = match self {
            Self::Picture => (PICTURES_PER_S * PICTURE_BYTES, (APART_MAX_S * PICTURES_PER_S as f64) as usize),
            Self::Sound => {
                (LOUDNESS_PER_S * size_of::<f32>(), (APART_MAX_S * LOUDNESS_PER_S as f64) as usize)
            }
        };
        let (mut source, mut result) = (source, result);
        let mut moments = Moments::default();
        for window in 0.. {
            let at_s = (window * WINDOW_S) as u64;
            let (of_source, of_result) =
                (take(&mut source, WINDOW_S * bytes_per_s)?, take(&mut result, WINDOW_S * bytes_per_s)?);
            let common = of_source.len().min(of_result.len());
            if of_source.len().abs_diff(of_result.len()) > LONGER_MAX_S * bytes_per_s {
                return Ok(Err(Unlike::Ends { at_s: at_s + (common / bytes_per_s) as u64 }));
            }
            if common == 0 {
                break;
            }
            let (of_source, of_result) = (&of_source[..common], &of_result[..common]);
            let found = match self {
                Self::Picture => pictures(of_source, of_result, at_s, apart_max),
                Self::Sound => loudness(of_source, of_result, at_s, apart_max),
            };
            match found {
                Ok(Some(apart)) => moments.vote(apart),
                Ok(None) => {}
                Err(unlike) => return Ok(Err(unlike)),
            }
        }
        let unit_ms = 1_000
            / match self {
                Self::Picture => PICTURES_PER_S as i64,
                Self::Sound => LOUDNESS_PER_S as i64,
            };
        Ok(moments.apart(self).map_or(Ok(()), |apart| Err(Unlike::Late { by_ms: apart * unit_ms })))
    }
}

/// By how much windows are late, one vote each.
#[derive(Debug, Default)]
struct Moments {
    votes: Vec<i64>,
}

impl Moments {
    fn vote(&mut self, apart: i64) {
        self.votes.push(apart);
    }

    /// By how much most of them are late, if that is more than it may be.
    fn apart(mut self, of: Trace) -> Option<i64> {
        self.votes.sort_unstable();
        let middle = *self.votes.get(self.votes.len() / 2)?;
        let may_be = match of {
            Trace::Picture => 0,
            Trace::Sound => SOUND_APART_MAX,
        };
        (middle.abs() > may_be).then_some(middle)
    }
}

/// So many bytes, or as many as there are.
fn take(from: &mut impl Read, bytes: usize) -> io::Result<Vec<u8>> {
    let mut taken = Vec::with_capacity(bytes);
    from.take(bytes as u64).read_to_end(&mut taken)?;
    Ok(taken)
}

/// By how many pictures the one is later than the other, if that can be seen.
fn pictures(source: &[u8], result: &[u8], at_s: u64, apart_max: usize) -> Result<Option<i64>, Unlike> {
    let shades = |bytes: &[u8]| -> Vec<Vec<f64>> {
        bytes
            .chunks_exact(PICTURE_BYTES)
            .map(|picture| picture.iter().map(|shade| f64::from(*shade)).collect())
            .collect()
    };
    let (source, result) = (shades(source), shades(result));
    let second = |picture: usize| at_s + (picture / PICTURES_PER_S) as u64;

    let steps = |pictures: &[Vec<f64>]| -> Vec<Vec<f64>> {
        let step = |pair: &[Vec<f64>]| pair[1].iter().zip(&pair[0]).map(|(next, this)| next - this).collect();
        pictures.windows(2).map(step).collect()
    };
    let (of_source, of_result) = (steps(&source), steps(&result));
    for end in STILL..result.len() {
        let is_still = of_result[end - STILL..end].iter().all(|step| step.iter().all(|shade| *shade == 0.0));
        let moved = distance(&source[end - STILL], &source[end - STILL_LATE]);
        let shown = distance(&result[end - STILL], &result[end - STILL_LATE]);
        if is_still && moved >= MOVES_MIN && shown < moved * MOVES_PART {
            return Err(Unlike::Frozen { at_s: second(end - STILL) });
        }
    }

    // Who is late looks like the other one at another moment, and is told so.
    let margin = if source.len() > 4 * apart_max { apart_max } else { 0 };
    let alike_at = |shift: usize| {
        let there = &result[shift..];
        let seen = source[margin..source.len() - margin].iter().zip(there);
        // Where there is nothing to be seen in the one, there is to be nothing in the other.
        let alike: Vec<f64> = seen
            .filter(|(source, result)| {
                deviation(source) >= SHADES_MIN || deviation(result) >= SHADES_MIN * NOTHING_TIMES
            })
            .map(|(source, result)| correlation(source, result))
            .collect();
        if alike.is_empty() { 1.0 } else { mean(&alike) }
    };
    if alike_at(margin) < ALIKE_MIN && (0..=2 * margin).all(|shift| alike_at(shift) < ALIKE_MIN) {
        return Err(Unlike::Picture { at_s });
    }

    let moving = of_source.iter().filter(|step| mean_of(step.iter().map(|shade| shade.abs())) >= STEP_MIN);
    if moving.count() < STEPS_MIN {
        return Ok(None);
    }
    Ok(clearest(of_source.len(), apart_max, |place, other| {
        of_source[place].iter().zip(&of_result[other]).map(|(one, other)| one * other).sum()
    }))
}

/// By how many hundredths of a second the one is later than the other, if that can be heard.
fn loudness(source: &[u8], result: &[u8], at_s: u64, apart_max: usize) -> Result<Option<i64>, Unlike> {
    let heard = |bytes: &[u8]| -> Vec<f64> {
        let (samples, _) = bytes.as_chunks::<{ size_of::<f32>() }>();
        samples.iter().map(|sample| f64::from(f32::from_le_bytes(*sample))).collect()
    };
    let (source, result) = (heard(source), heard(result));
    let (loud, loud_there) = (mean(&source), mean(&result));
    if source.len() < LOUDNESS_PER_S {
        return Ok(None);
    }
    if loud < HEARD_MIN {
        // Where nothing is heard, nothing is added.
        return if loud_there < HEARD_MIN * NOTHING_TIMES { Ok(None) } else { Err(Unlike::Sound { at_s }) };
    }
    if loud_there < loud * SILENT_PART {
        return Err(Unlike::Silent { at_s });
    }
    if deviation(&source) < loud * RISES_MIN {
        return Ok(None);
    }
    let (from, to) = (apart_max.min(source.len() / 4), source.len() - apart_max.min(source.len() / 4));
    let best = (0..=2 * from).map(|shift| correlation(&source[from..to], &result[shift..shift + to - from]));
    if best.fold(f64::MIN, f64::max) < ALIKE_MIN {
        return Err(Unlike::Sound { at_s });
    }
    let (level, level_there) = (loud, loud_there);
    Ok(clearest(source.len(), from, |place, other| (source[place] - level) * (result[other] - level_there)))
}

/// At which distance two rows fit best, by the sum of the products of their places; the same moment unless another is clearer.
fn clearest(length: usize, apart_max: usize, product: impl Fn(usize, usize) -> f64) -> Option<i64> {
    if length <= 2 * apart_max {
        return None;
    }
    let sum = |apart: usize| {
        (apart_max..length - apart_max).map(|place| product(place, place + apart - apart_max)).sum()
    };
    let sums: Vec<f64> = (0..=2 * apart_max).map(sum).collect();
    let (best, most) = sums.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1))?;
    if *most <= 0.0 {
        return None;
    }
    let is_clearer = *most > sums[apart_max].max(0.0) * CLEARER;
    Some(if is_clearer { best as i64 - apart_max as i64 } else { 0 })
}

fn mean(values: &[f64]) -> f64 {
    mean_of(values.iter().copied())
}

fn mean_of(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.sum::<f64>() / count
}

fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    mean_of(values.iter().map(|value| (value - middle).powi(2))).sqrt()
}

fn distance(one: &[f64], other: &[f64]) -> f64 {
    mean_of(one.iter().zip(other).map(|(one, other)| (one - other).abs()))
}

/// Pearson's coefficient of two rows of one length; 0 if one of them is even.
fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let (middle, middle_there) = (mean(one), mean(other));
    let products = one.iter().zip(other).map(|(one, other)| (one - middle) * (other - middle_there));
    let spread = deviation(one) * deviation(other);
    if spread > 0.0 { mean_of(products) / spread } else { 0.0 }
}

#[cfg(test)]
mod tests;
