//! What is otherwise in a list at a later moment (LI-04).

use async_graphql::{
    Context, Enum, ID, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};
use mediary_events::{
    Concern as _,
    playlist::{Comparison, Difference, DifferenceKind, Playlist as Concern, Row, compare},
};
use mediary_log::{Direction, Filter, LogReader, Read};
use mediary_projections::page::{Page, PageRequest};
use mediary_schema::{EventId, JobId, PlaylistId, Timestamp, account::Permission};

use super::{
    Counts,
    entry::{AvailabilityName, LiveStatusName},
};
use crate::{
    connection::{Place, edges},
    error::{fault, log_fault, read_fault},
    scalar::{Long, Position},
    schema::{platform, reader},
    server::spawn_blocking,
};

/// In what a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DifferenceKind", name = "EntryChangeKind")]
pub(crate) enum Kind {
    /// It is new.
    Added,
    /// The last full refresh lacked it.
    NotSeen,
    /// It is gone from the list.
    Removed,
    /// It stands elsewhere.
    Moved,
    /// It has another title.
    Renamed,
    /// Its item has another length, live state or address.
    Described,
    /// Its item can't be had any more, or for another reason.
    Unavailable,
    /// Its item can be had again.
    Available,
    /// It is in the list again.
    Returned,
}

/// One difference of one row.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct EntryChange {
    /// What kind of difference.
    kind: Kind,
    /// The row.
    entry_id: ID,
    /// Its item.
    item_id: ID,
    /// What was known of it before; none if nothing was.
    before: Option<EntryFacts>,
    /// What is known of it after.
    after: EntryFacts,
}

/// What was known of a row at a moment.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct EntryFacts {
    /// The last title that was told and no placeholder.
    title: Option<String>,
    /// The address to fetch it from.
    url: String,
    /// The promised duration in milliseconds.
    duration_ms: Option<Long>,
    /// Who may see it.
    availability: AvailabilityName,
    /// Whether it is a broadcast.
    live_status: LiveStatusName,
}

impl From<&Row> for EntryFacts {
    fn from(row: &Row) -> Self {
        Self {
            title: row.title.clone(),
            url: row.source.url.clone(),
            duration_ms: row.duration_ms.map(Long),
            availability: row.availability.into(),
            live_status: row.live_status.into(),
        }
    }
}

impl From<Difference> for EntryChange {
    fn from(difference: Difference) -> Self {
        let Difference { kind, before, after } = difference;
        Self {
            kind: kind.into(),
            entry_id: ID(after.entry_id.to_string()),
            item_id: ID(after.item_id.to_string()),
            before: before.as_ref().map(EntryFacts::from),
            after: EntryFacts::from(&after),
        }
    }
}

/// What a comparison says of the whole.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct DiffTotal {
    /// How many differences there are in all: the sum of `counts`.
    total_count: Long,
    /// How many there are of each kind.
    counts: Counts,
    /// The position up to which the first state was recorded.
    from_position: Position,
    /// The position up to which the second was.
    to_position: Position,
}

pub(super) type Changes = Connection<Place, EntryChange, DiffTotal, EmptyFields>;

/// Compares a list at two moments, and answers a page of what differs.
pub(super) async fn diff(
    context: &Context<'_>,
    id: PlaylistId,
    from: Option<String>,
    to: Option<String>,
    request: PageRequest,
) -> Result<Changes> {
    let (gate, reader) = (platform(context).gate.clone(), reader(context, Permission::READ)?);
    let compared = spawn_blocking(move || {
        let moments = Moments { reader: &reader, id };
        let (from, to) = moments.both(from.as_deref(), to.as_deref())?;
        let state =
            |position| gate.state_at::<Concern>(id.uuid(), position).map_err(|refusal| read_fault(&refusal));
        let (before, after) = (state(from)?, state(to)?);
        Ok::<_, async_graphql::Error>((compare(&before, &after), from, to))
    });
    let (comparison, from, to) =
        compared.await.map_err(|_| fault("the server is stopping", "STOPPING", true))??;
    Ok(page(comparison, (from, to), &request))
}

fn page(comparison: Comparison, (from, to): (u64, u64), request: &PageRequest) -> Changes {
    let Comparison { differences, counts } = comparison;
    let total = DiffTotal {
        total_count: Long(differences.len() as u64),
        counts: counts.into(),
        from_position: Position(from),
        to_position: Position(to),
    };
    edges(Page::of_all(differences, request), total, |difference| (difference.into(), EmptyFields))
}

/// Reads what people call a moment of a list.
struct Moments<'a> {
    reader: &'a LogReader,
    id: PlaylistId,
}

impl Moments<'_> {
    /// The positions of both; unless they are said, the last refresh against the one before.
    fn both(&self, from: Option<&str>, to: Option<&str>) -> Result<(u64, u64)> {
        let to = match to {
            Some(text) => self.position(text)?,
            None => self.reader.head_position(),
        };
        let from = match from {
            Some(text) => self.position(text)?,
            None => self.refreshes(to, 2)?.get(1).copied().unwrap_or(0),
        };
        if from > to {
            let message = format!("position {from} is behind {to}: the first moment comes first");
            return Err(fault(&message, "BAD_RANGE", false));
        }
        Ok((from, to))
    }

    /// The ends of the last refreshes up to a position, the newest first.
    fn refreshes(&self, to: u64, limit: usize) -> Result<Vec<u64>> {
        let filter = Filter::stream(&Concern::stream(self.id.uuid())).of_kinds(COMPLETED);
        self.positions(to, limit, filter)
    }

    fn positions(&self, to: u64, limit: usize, filter: Filter) -> Result<Vec<u64>> {
        let read = Read { direction: Direction::Backward, limit, filter, ..Read::forward(to) };
        let found = self.reader.read(&read).map_err(|error| log_fault(&error))?;
        Ok(found.iter().map(mediary_log::Recorded::position).collect())
    }

    fn position(&self, text: &str) -> Result<u64> {
        let text = text.trim();
        if let Ok(position) = text.parse::<u64>() {
            let head = self.reader.head_position();
            if position > head {
                let message = format!("position {position} is beyond the head of the log, which is {head}");
                return Err(fault(&message, "POSITION_BEYOND_HEAD", false));
            }
            return Ok(position);
        }
        if let Ok(moment) = text.parse::<Timestamp>() {
            return self.reader.position_at(moment).map_err(|error| log_fault(&error));
        }
        if let Ok(job_id) = text.parse::<JobId>() {
            let filter = Filter::about(job_id).of_kinds(COMPLETED);
            let ends = self.positions(self.reader.head_position(), 1, filter)?;
            return ends.first().copied().ok_or_else(|| {
                fault(&format!("{job_id} is no refresh that came to its end"), "REFRESH_NOT_FOUND", false)
            });
        }
        if let Ok(event_id) = text.parse::<EventId>() {
            let event = self.reader.event(event_id).map_err(|error| log_fault(&error))?;
            return event
                .map(|event| event.position())
                .ok_or_else(|| fault(&format!("there is no {event_id}"), "EVENT_NOT_FOUND", false));
        }
        let message = format!(
            "{text:?} is no moment: say a position, 2026-11-21T08:00:00Z, the job of a refresh, or an event"
        );
        Err(fault(&message, "BAD_MOMENT", false))
    }
}

/// What a refresh ends with.
const COMPLETED: [&str; 1] = ["playlist.refresh_completed"];
