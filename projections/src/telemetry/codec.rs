//! How a block is written: differences of moments, and of numbers what differs from the number before in their bits.
//!
//! A moment is the difference to the one before, in its unit, as a signed number of few bytes. A number is compared by
//! exclusive or with the one before: equal ones take a byte, those of the same size a byte and what differs, without the bytes
//! of zeros on either side. So a sample each minute that says the same takes 4 bytes, and one that never does about 12.

use super::bucket::{Bucket, Resolution};

/// The bytes are no block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes of a block are not those of one")]
pub(super) struct Malformed;

/// Samples with their moments, in order, as a block that begins at `start`.
pub(super) fn samples_to_bytes(start: i64, samples: &[(i64, f64)]) -> Vec<u8> {
    let mut out = Writer { bytes: Vec::with_capacity(samples.len() * 8) };
    let (mut at, mut value) = (start, 0.0);
    for (next_at, next) in samples {
        out.signed(next_at - at);
        out.number(value, *next);
        (at, value) = (*next_at, *next);
    }
    out.bytes
}

/// The same, read.
pub(super) fn samples_of_bytes(start: i64, bytes: &[u8]) -> Result<Vec<(i64, f64)>, Malformed> {
    let mut rest = Reader { rest: bytes };
    let (mut at, mut value) = (start, 0.0);
    let mut samples = Vec::new();
    while !rest.rest.is_empty() {
        at = at.checked_add(rest.signed()?).ok_or(Malformed)?;
        value = rest.number(value)?;
        samples.push((at, value));
    }
    Ok(samples)
}

/// Buckets with their beginnings, in order, as a block that begins at `start`.
pub(super) fn buckets_to_bytes(resolution: Resolution, start: i64, buckets: &[(i64, Bucket)]) -> Vec<u8> {
    let length = resolution.bucket_ms();
    let mut out = Writer { bytes: Vec::with_capacity(buckets.len() * 16) };
    let (mut at, mut before) = (start, Bucket { count: 0, ..Bucket::of(0, 0.0) });
    for (next_at, bucket) in buckets {
        out.signed((next_at - at) / length);
        out.unsigned(bucket.count);
        out.number(before.last, bucket.last);
        out.signed(bucket.last_at - next_at);
        // One sample is the least, the greatest and all of them together.
        if bucket.count > 1 {
            out.number(before.min, bucket.min);
            out.number(before.max, bucket.max);
            out.number(before.sum, bucket.sum);
        }
        (at, before) = (*next_at, *bucket);
    }
    out.bytes
}

/// The same, read.
pub(super) fn buckets_of_bytes(
    resolution: Resolution,
    start: i64,
    bytes: &[u8],
) -> Result<Vec<(i64, Bucket)>, Malformed> {
    let length = resolution.bucket_ms();
    let mut rest = Reader { rest: bytes };
    let (mut at, mut before) = (start, Bucket { count: 0, ..Bucket::of(0, 0.0) });
    let mut buckets = Vec::new();
    while !rest.rest.is_empty() {
        let steps = rest.signed()?;
        at = steps.checked_mul(length).and_then(|ms| at.checked_add(ms)).ok_or(Malformed)?;
        let count = rest.unsigned()?;
        let last = rest.number(before.last)?;
        let last_at = at.checked_add(rest.signed()?).ok_or(Malformed)?;
        let bucket = if count > 1 {
            let (min, max) = (rest.number(before.min)?, rest.number(before.max)?);
            Bucket { count, min, max, sum: rest.number(before.sum)?, last, last_at }
        } else {
            Bucket::of(last_at, last)
        };
        before = bucket;
        buckets.push((at, bucket));
    }
    Ok(buckets)
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    fn unsigned(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// The sign in the lowest bit, so that a small difference is short whichever way it goes.
    fn signed(&mut self, number: i64) {
        self.unsigned(((number << 1) ^ (number >> 63)) as u64);
    }

    /// How many bytes of zeros stand in front and how many bytes follow, in one byte, and these.
    fn number(&mut self, before: f64, number: f64) {
        let differing = before.to_bits() ^ number.to_bits();
        if differing == 0 {
            self.bytes.push(0);
            return;
        }
        let front = differing.leading_zeros() as usize / 8;
        let behind = differing.trailing_zeros() as usize / 8;
        let between = front..8 - behind;
        self.bytes.push((front as u8) << 4 | between.len() as u8);
        self.bytes.extend_from_slice(&differing.to_be_bytes()[between]);
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*first)
    }

    fn unsigned(&mut self) -> Result<u64, Malformed> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    fn signed(&mut self) -> Result<i64, Malformed> {
        let number = self.unsigned()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn number(&mut self, before: f64) -> Result<f64, Malformed> {
        let shape = self.byte()?;
        let (front, count) = (usize::from(shape >> 4), usize::from(shape & 0x0f));
        let mut bytes = [0; 8];
        let place = bytes.get_mut(front..front + count).ok_or(Malformed)?;
        let (these, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        place.copy_from_slice(these);
        self.rest = rest;
        Ok(f64::from_bits(before.to_bits() ^ u64::from_be_bytes(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moments() -> impl Strategy<Value = Vec<(i64, f64)>> {
        let value =
            prop_oneof![Just(0.0), Just(37.5), any::<f64>().prop_filter("a number", |v| v.is_finite())];
        prop::collection::vec((0_i64..3_600_000, value), 0..200).prop_map(|mut samples| {
            samples.sort_by_key(|(at, _)| *at);
            samples
        })
    }

    proptest! {
        #[test]
        fn samples_come_back_bit_by_bit(samples in moments(), start in -1_000_i64..1_000) {
            let bytes = samples_to_bytes(start, &samples);
            prop_assert_eq!(samples_of_bytes(start, &bytes), Ok(samples));
        }

        #[test]
        fn buckets_come_back_bit_by_bit(samples in moments()) {
            let mut buckets = Vec::new();
            let each = samples.into_iter().map(|(at, value)| (at, Bucket::of(at, value)));
            super::super::bucket::roll_up(&mut buckets, Resolution::Minute.bucket_ms(), each);
            let bytes = buckets_to_bytes(Resolution::Minute, 0, &buckets);
            prop_assert_eq!(buckets_of_bytes(Resolution::Minute, 0, &bytes), Ok(buckets));
        }

        // A disk may say anything.
        #[test]
        fn whatever_the_bytes_are_they_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            drop(samples_of_bytes(i64::MAX, &bytes));
            drop(buckets_of_bytes(Resolution::Day, i64::MIN, &bytes));
        }
    }

    #[test]
    fn what_is_cut_in_the_middle_is_no_block() {
        let bytes = samples_to_bytes(0, &[(60_000, 1.25)]);
        assert_eq!(samples_of_bytes(0, &bytes[..bytes.len() - 1]), Err(Malformed));
        assert_eq!(samples_of_bytes(0, &[0xff; 11]), Err(Malformed));
        assert_eq!(samples_of_bytes(0, &[2, 0x88]), Err(Malformed));
    }

    #[test]
    fn what_says_the_same_each_minute_takes_four_bytes() {
        let samples: Vec<_> = (0..60).map(|minute| (minute * 60_000, 1.0)).collect();
        let size = samples_to_bytes(0, &samples).len();
        assert!(size <= 60 * 4 + 4, "{size}");
    }
}
