//! Rules over all events that no single frame shows: `docs/log-format.md` lists them under "Rules".
//!
//! A proof keeps what it has seen in memory rather than trusting an index: an index can be made to fit a forgery.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use mediary_events::{
    CommandTag, Concern as _,
    log::{Event, Logs},
};
use mediary_schema::Timestamp;
use uuid::{Uuid, Variant};

use super::{
    append::PAYLOAD_BYTES_MAX,
    epoch, erasure,
    frame::{Body, Frame},
    payload::{self, PayloadFault},
    sealing::SEAL_OVERHEAD_BYTES,
    verify::Erasure,
};

/// Positions, versions and epochs end here, so that every reader of JSON reads them exactly.
pub(super) const NUMBER_MAX: u64 = (1 << 53) - 1;

/// For so long of recorded time a command is remembered; later its id may be another's.
const COMMANDS_REMEMBERED: Duration = Duration::from_hours(30 * 24);

/// A rule that an event breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("a position, version or epoch is larger than 2^53 - 1")]
    Number,
    #[error("epochs count from 1")]
    NoEpoch,
    #[error("its epoch is neither that of the event in front of it nor the next")]
    Epoch,
    #[error("log.opened stands where no epoch begins, or not where one does")]
    Opening,
    #[error("its time lies before the event in front of it, in the same epoch")]
    TimeBack,
    #[error("its time lies outside of the years 1970 to 9998")]
    Time,
    #[error("it does not continue its append")]
    Append,
    #[error("the events of its append differ in what they share")]
    Shared,
    #[error("its version does not follow the one before it in its stream")]
    Version,
    #[error("its id is no UUID of version 7")]
    IdKind,
    #[error("its id is that of another event")]
    IdTwice,
    #[error("its command was recorded less than 30 days before")]
    CommandTwice,
    #[error("its cause is no earlier event outside of its append")]
    Cause,
    #[error("what the log says of itself can't be erased")]
    LogErased,
    #[error("it erases an event that does not lie before it or still has its payload")]
    NotErased,
    #[error("its payload is larger than an event may have")]
    PayloadSize,
    #[error("{0}")]
    Payload(PayloadFault),
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Whether events before the first one are not seen.
    is_stretch: bool,
    /// The position before the first event.
    behind: u64,
    /// Events without a payload that no event has accounted for yet.
    missing: BTreeSet<u64>,
    erasures: Vec<Erasure>,
    versions: HashMap<(String, Uuid), u64>,
    /// Each event's id with its position.
    ids: HashMap<Uuid, u64>,
    /// Each principal's commands with the time of the newest append.
    commands: HashMap<(Uuid, Uuid), Timestamp>,
    before: Option<Before>,
}

/// What the next event is held against.
#[derive(Debug)]
struct Before {
    append: Shared,
    /// How many events of the append are still to come.
    left: u32,
}

/// What is the same in all events of one append.
#[derive(Debug, PartialEq, Eq)]
struct Shared {
    first_position: u64,
    len: u32,
    at: Timestamp,
    epoch: u64,
    origin: u8,
    uuids: [Uuid; 5],
    cause: Option<Uuid>,
    command: Option<CommandTag>,
}

impl Rules {
    /// The rules for events behind a position.
    pub(super) fn after(position: u64) -> Self {
        Self { is_stretch: position > 0, behind: position, ..Self::default() }
    }

    /// The epoch of the last event; 0 if none was seen.
    pub(super) fn epoch(&self) -> u64 {
        self.before.as_ref().map_or(0, |before| before.append.epoch)
    }

    /// How many events of the last append are still to come.
    pub(super) fn append_left(&self) -> u32 {
        self.before.as_ref().map_or(0, |before| before.left)
    }

    /// The rule that the next event breaks, if it does.
    pub(super) fn broken_by(&mut self, frame: &Frame<'_>) -> Option<Broken> {
        self.take(frame).err()
    }

    fn take(&mut self, frame: &Frame<'_>) -> Result<(), Broken> {
        check_numbers(frame)?;
        let cause = frame.causation_id();
        let append = Shared::of(frame, cause);
        let first_position = append.first_position;
        // All of it is taken in whatever is broken: the first broken rule is told, and later events are held
        // against what stands there.
        let in_order = self.in_order(frame, append);
        let in_stream = self.in_stream(frame);
        let (id, position) = (frame.id().uuid(), frame.position());
        let caused = cause.is_none_or(|cause| self.is_cause(cause, id, first_position));
        let is_new = self.ids.insert(id, position).is_none();
        let command = (frame.principal().uuid(), frame.command_id().uuid());
        let is_new_command = frame.append_index() > 0 || {
            let before = self.commands.insert(command, frame.at());
            before.is_none_or(|before| frame.at().since(before) >= COMMANDS_REMEMBERED)
        };
        in_order?;
        in_stream?;
        require(id.get_version_num() == 7 && id.get_variant() == Variant::RFC4122, Broken::IdKind)?;
        require(is_new, Broken::IdTwice)?;
        require(is_new_command, Broken::CommandTwice)?;
        require(caused, Broken::Cause)?;
        check_payload(frame)?;
        self.account(frame)
    }

    /// A payload may only be missing if a later event says that it was erased.
    fn account(&mut self, frame: &Frame<'_>) -> Result<(), Broken> {
        let Body::Inline { payload, .. } = frame.body() else {
            require(frame.category() != Logs::NAME, Broken::LogErased)?;
            self.missing.insert(frame.position());
            return Ok(());
        };
        let event = erasure::of(frame.category(), frame.name(), frame.schema(), payload);
        let Some(Event::Erased { positions, reason, .. }) = event else { return Ok(()) };
        for position in &positions {
            let is_gone = self.missing.remove(position) || (1..=self.behind).contains(position);
            require(is_gone, Broken::NotErased)?;
        }
        let (position, at, principal) = (frame.position(), frame.at(), frame.principal());
        self.erasures.push(Erasure { position, at, principal, reason, positions });
        Ok(())
    }

    /// The events without a payload that no event accounts for.
    pub(super) const fn missing(&self) -> &BTreeSet<u64> {
        &self.missing
    }

    /// What was erased, by whom and on which ground.
    pub(super) fn into_erasures(self) -> Vec<Erasure> {
        self.erasures
    }

    fn in_order(&mut self, frame: &Frame<'_>, append: Shared) -> Result<(), Broken> {
        let left = frame.append_len() - frame.append_index() - 1;
        let opens = epoch::opens(frame);
        require(!opens || frame.append_len() == 1, Broken::Opening)?;
        let Some(before) = self.before.replace(Before { append, left }) else {
            require(self.is_stretch || frame.epoch() == 1, Broken::Epoch)?;
            require(self.is_stretch || opens, Broken::Opening)?;
            // Only what begins behind the log's beginning may begin in the middle of an append.
            let begins_well = frame.append_index() == 0 || self.is_stretch;
            return require(begins_well, Broken::Append);
        };
        let (epoch, last) = (frame.epoch(), before.append.epoch);
        require(epoch == last || epoch == last + 1, Broken::Epoch)?;
        require(opens == (epoch > last), Broken::Opening)?;
        require(epoch > last || frame.at() >= before.append.at, Broken::TimeBack)?;
        let starts = frame.append_index() == 0;
        if before.left == 0 {
            return require(starts, Broken::Append);
        }
        require(!starts && left == before.left - 1, Broken::Append)?;
        let same = self.before.as_ref().is_some_and(|now| now.append == before.append);
        require(same, Broken::Shared)
    }

    fn in_stream(&mut self, frame: &Frame<'_>) -> Result<(), Broken> {
        let stream = (frame.category().to_owned(), frame.stream_uuid());
        let before = self.versions.insert(stream, frame.version());
        let follows = match before {
            Some(before) => frame.version() == before + 1,
            None => frame.version() == 1 || (self.is_stretch && frame.version() > 1),
        };
        require(follows, Broken::Version)
    }

    fn is_cause(&self, cause: Uuid, id: Uuid, first_position: u64) -> bool {
        match self.ids.get(&cause) {
            Some(position) => *position < first_position,
            None => self.is_stretch && cause != id,
        }
    }
}

impl Shared {
    fn of(frame: &Frame<'_>, cause: Option<Uuid>) -> Self {
        Self {
            first_position: frame.position().saturating_sub(frame.append_index().into()),
            len: frame.append_len(),
            at: frame.at(),
            epoch: frame.epoch(),
            origin: frame.origin().kind.byte(),
            uuids: [
                frame.project().uuid(),
                frame.principal().uuid(),
                frame.origin().id,
                frame.command_id().uuid(),
                frame.correlation_id().uuid(),
            ],
            cause,
            command: frame.extensions().command,
        }
    }
}

fn check_numbers(frame: &Frame<'_>) -> Result<(), Broken> {
    let largest = frame.position().max(frame.version()).max(frame.epoch());
    require(largest <= NUMBER_MAX, Broken::Number)?;
    require(frame.epoch() > 0, Broken::NoEpoch)?;
    let times = 0..=Timestamp::MAX.as_micros();
    require(times.contains(&frame.at_micros()), Broken::Time)?;
    // The log has as many events before it as its append has.
    require(u64::from(frame.append_index()) < frame.position(), Broken::Append)
}

fn check_payload(frame: &Frame<'_>) -> Result<(), Broken> {
    let Body::Inline { payload, .. } = frame.body() else { return Ok(()) };
    if frame.is_sealed() {
        // What it says only its key tells.
        return require(payload.len() <= PAYLOAD_BYTES_MAX + SEAL_OVERHEAD_BYTES, Broken::PayloadSize);
    }
    require(payload.len() <= PAYLOAD_BYTES_MAX, Broken::PayloadSize)?;
    payload::check(payload).map_err(Broken::Payload)
}

fn require(holds: bool, broken: Broken) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(broken) }
}
