//! What a reader passed without understanding all of it.
//!
//! A view or a snapshot outlives the program that made it. What an older program passed over is missing in it for
//! ever, unless it remembers that: then a program that knows more makes it anew (core A4).

use std::{collections::BTreeMap, fmt, str::FromStr};

use crate::{Envelope, Schema};

/// The newest form of each kind of event that was passed with more to say than the reader knew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Passed {
    kinds: BTreeMap<String, Gap>,
}

/// What was passed of one kind, and what was known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap {
    highest: Schema,
    known: Option<Schema>,
}

impl Passed {
    /// Takes notice of an event; `known` is the newest form of its kind that the reader knows.
    pub fn take(&mut self, envelope: &Envelope, known: Option<Schema>) {
        let schema = envelope.schema;
        if known.is_none_or(|known| schema > known) {
            self.note(envelope.kind(), schema, known);
        }
    }

    fn note(&mut self, kind: String, schema: Schema, known: Option<Schema>) {
        let gap = self.kinds.entry(kind).or_insert(Gap { highest: schema, known });
        gap.highest = gap.highest.max(schema);
        // The least that any reader knew: what that one missed is missing, however much another one knew.
        gap.known = gap.known.min(known);
    }

    /// Whether a reader that knows these forms would have understood more.
    pub fn is_overtaken(&self, knows: impl Fn(&str, &str) -> Option<Schema>) -> bool {
        self.kinds.iter().any(|(kind, gap)| {
            let (category, name) = kind.split_once('.').unwrap_or((kind, ""));
            knows(category, name) > gap.known
        })
    }

    /// Whether nothing was passed.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

impl fmt::Display for Passed {
    /// A line for each kind: what was passed, and what was known, `-` for nothing.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, Gap { highest, known }) in &self.kinds {
            match known {
                Some(known) => writeln!(formatter, "{kind} {highest} {known}")?,
                None => writeln!(formatter, "{kind} {highest} -")?,
            }
        }
        Ok(())
    }
}

/// The answer to a text that is not what a reader has passed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} does not say what was passed")]
pub struct ParsePassedError(String);

impl FromStr for Passed {
    type Err = ParsePassedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let gap = |line: &str| {
            let mut words = line.split(' ');
            let (kind, highest, known) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
            let known = if known == "-" { None } else { Some(known.parse().ok()?) };
            words.next().is_none().then(|| (kind.to_owned(), Gap { highest, known }))
        };
        let kinds = text.lines().map(|line| gap(line).ok_or_else(|| ParsePassedError(line.to_owned())));
        Ok(Self { kinds: kinds.collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A program of 1.1 passes a 1.2, one of 1.0 passes some 1.1, and the first one comes back.
    #[test]
    fn what_the_least_knowing_reader_missed_is_remembered() {
        let (oldest, middle, newest) = (Schema::new(1, 0), Schema::new(1, 1), Schema::new(1, 2));
        let knows = |known| move |_: &str, _: &str| Some(known);
        let mut passed = Passed::default();
        passed.note("job.queued".to_owned(), newest, Some(middle));
        assert!(!passed.is_overtaken(knows(middle)) && passed.is_overtaken(knows(newest)));
        passed.note("job.queued".to_owned(), middle, Some(oldest));
        assert!(!passed.is_overtaken(knows(oldest)) && passed.is_overtaken(knows(middle)));
        assert_eq!(passed.to_string().parse(), Ok(passed));
    }
}
