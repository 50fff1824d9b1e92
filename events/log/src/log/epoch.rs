//! Epochs: stretches of the log in which time never goes back (L-4). Each begins with the event `log.opened`.
//!
//! A process that opens the log begins one, and so does a clock that was set back by more than a second: what was
//! recorded under a wrong time must not keep everything after it at that time. Forward steps are taken as they are.

use std::time::Duration;

use mediary_events::{
    Concern as _, Origin, OriginKind, codec,
    log::{Event, Logs},
};
use mediary_schema::{CorrelationId, HostId, PrincipalId, ProjectId, Timestamp, log::OpenReason};
use redb::{ReadableTable, WriteTransaction};
use uuid::Uuid;

use super::{
    append::{Append, AppendHeader, NewEvent, Urgency},
    error::{Damage, ReadError},
    frame::Frame,
    handle::Log,
    read::{Direction, Read},
    store::{Store, stored_u64},
    tables::{FORMAT, KEY_EPOCH, KEY_RESTORED, META},
};

/// A clock that goes back by more was set; by less it is corrected now and then.
const STEP_BACK_MAX: Duration = Duration::from_secs(1);
/// The stored name of the event that begins an epoch.
const OPENED: &str = "opened";
/// Openings that one look for a moment reads at once.
const OPENINGS_PAGE: usize = 256;

/// Why a new epoch has to begin before anything is recorded at this time.
pub(super) fn due(now: Timestamp, newest: Timestamp) -> Option<OpenReason> {
    (now.after(STEP_BACK_MAX) < newest).then_some(OpenReason::ClockStep)
}

/// What an epoch begins with.
pub(super) fn opened(store: &Store, host: Option<HostId>, epoch: u64, reason: OpenReason) -> Append {
    let log_id = store.log_id();
    let command = store.identities().opening(log_id, epoch);
    let program = env!("CARGO_PKG_VERSION").to_owned();
    let encoded = codec::encode::<Logs>(&Event::Opened { program, format: FORMAT, host, reason });
    let header = AppendHeader {
        project: ProjectId::HOME,
        principal: PrincipalId::PLATFORM,
        origin: Origin { kind: OriginKind::Actor, id: Uuid::nil() },
        command_id: command,
        command: None,
        correlation_id: CorrelationId::from_uuid(command.uuid()),
        causation_id: None,
    };
    let event =
        NewEvent::new(Logs::stream(log_id), encoded.kind.name, encoded.kind.schema, encoded.payload.into());
    Append {
        header,
        urgency: Urgency::Essential,
        expected: Vec::new(),
        only_if: Vec::new(),
        events: vec![event],
    }
}

/// Counts one more epoch, in the transaction that records its beginning: two runs never share one.
pub(super) fn raise(transaction: &WriteTransaction, newest: u64) -> Result<u64, ReadError> {
    let mut meta = transaction.open_table(META)?;
    check(&meta, newest)?;
    let epoch = newest.checked_add(1).ok_or_else(|| miscounted(newest, newest))?;
    meta.insert(KEY_EPOCH, epoch.to_be_bytes().as_slice())?;
    // It is said by the event that is recorded with this.
    meta.remove(KEY_RESTORED)?;
    Ok(epoch)
}

/// Why the log is opened: because of what whoever opens it says, unless it came from a backup since it was opened last.
pub(super) fn reason(store: &Store, said: OpenReason) -> Result<OpenReason, ReadError> {
    store.read(|transaction| {
        let is_restored = transaction.open_table(META)?.get(KEY_RESTORED)?.is_some();
        Ok(if is_restored { OpenReason::Restore } else { said })
    })
}

/// Each epoch begins with an event, so as many are counted as the newest event says.
pub(super) fn check(
    meta: &impl ReadableTable<&'static str, &'static [u8]>,
    newest: u64,
) -> Result<(), ReadError> {
    let stored = stored_u64(meta, KEY_EPOCH)?;
    if stored == newest { Ok(()) } else { Err(miscounted(stored, newest).into()) }
}

fn miscounted(stored: u64, newest: u64) -> Damage {
    let detail = format!("it counts {stored} epochs, and its newest event is of epoch {newest}");
    Damage::Structure { detail }
}

/// Whether an event begins an epoch.
pub(super) fn opens(frame: &Frame<'_>) -> bool {
    frame.category() == Logs::NAME && frame.name() == OPENED
}

impl Log {
    /// The last position before a moment, by the same rule; 0 if there is none.
    pub fn position_before(&self, moment: Timestamp) -> Result<u64, ReadError> {
        self.position_at(Timestamp::from_micros(moment.as_micros() - 1))
    }

    /// The epoch of the event at a position; 0 where there is none.
    pub fn epoch_at(&self, position: u64) -> Result<u64, ReadError> {
        let found = if position == 0 { None } else { self.read(&Read::forward(position).limit(1))?.pop() };
        Ok(found.map_or(0, |event| event.envelope.epoch))
    }

    /// The last position that is not after a moment; 0 if there is none.
    ///
    /// The clock may have been set back, and then a moment was there twice: it is looked for in the newest epoch that
    /// began before it.
    pub fn position_at(&self, moment: Timestamp) -> Result<u64, ReadError> {
        self.position_until(moment, self.head().position)
    }

    /// The same of a log that ends at a position.
    pub(super) fn position_until(&self, moment: Timestamp, mut end: u64) -> Result<u64, ReadError> {
        let (stream, mut version) = (Logs::stream(self.id()), u64::MAX);
        loop {
            let openings = self.read_stream(&stream, version, Direction::Backward, OPENINGS_PAGE)?;
            for event in openings.iter().filter(|event| event.envelope.name == OPENED) {
                let begin = event.position();
                if event.envelope.at <= moment && begin <= end {
                    return self.last_until(moment, begin, end);
                }
                end = end.min(begin.saturating_sub(1));
            }
            match openings.last() {
                Some(event) if event.envelope.version > 1 => version = event.envelope.version - 1,
                Some(_) | None => return Ok(0),
            }
        }
    }

    /// The last event of an epoch that is not after a moment; its first event isn't.
    fn last_until(&self, moment: Timestamp, begin: u64, end: u64) -> Result<u64, ReadError> {
        let (mut older, mut younger) = (begin, end + 1);
        while younger - older > 1 {
            let middle = older + (younger - older) / 2;
            let found = self.read(&Read::forward(middle).limit(1))?;
            if found.first().is_some_and(|event| event.envelope.at <= moment) {
                older = middle;
            } else {
                younger = middle;
            }
        }
        Ok(older)
    }
}
