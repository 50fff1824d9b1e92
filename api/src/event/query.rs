use std::{collections::HashMap, mem, slice};

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use mediary_log::{Direction, Filter, LogReader, Read, Recorded, StreamId, Subject, access, work::REGISTRY};
use mediary_schema::account::Permission;

use super::{
    change::Known,
    excerpt::{Excerpt, ExcerptInput, excerpt},
    filter::filter,
    kind::{EventKind, kinds},
    news::news,
    object::Event,
    outcome::{Outcome, outcome},
    verification::{LogVerification, hex, verification},
    why::{Why, why},
};
use crate::{
    as_of::moment,
    connection,
    error::{fault, log_fault, parse_id},
    scalar::{DateTime, Long, Position},
    schema::{platform, reader},
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct EventQuery;

/// Events of a page.
pub(super) const PAGE_MAX: u32 = 500;
/// Events of a thing whose changes are told.
const CHANGES_MAX: usize = 10_000;
/// Bytes of a page.
pub(super) const PAGE_BYTES_MAX: usize = 4 << 20;
/// Bytes of a thing whose changes are told.
const CHANGES_BYTES_MAX: usize = 64 << 20;

/// A part of the log.
#[derive(Debug, SimpleObject)]
pub(crate) struct EventPage {
    /// The events, in the order of reading.
    pub(super) events: Vec<Event>,
    /// Behind which position to go on; none if the log ends here.
    pub(super) next_after: Option<Position>,
}

/// The end of the log.
#[derive(Debug, SimpleObject)]
pub(crate) struct Head {
    /// The position of the last event.
    position: Position,
    /// The hash of the chain there, in 64 hex digits: keep it elsewhere to prove later that nothing was changed.
    hash: String,
    /// The id of the log.
    log_id: ID,
    /// How often the log was opened.
    epoch: Position,
    /// The size of the log's file in bytes; none of the past.
    size_bytes: Option<Long>,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl EventQuery {
    /// The log itself, from a position on, for whoever may audit it.
    #[graphql(complexity = "connection::cost(first, None, child_complexity)")]
    async fn events(
        &self,
        context: &Context<'_>,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "Behind which position to begin; backwards: in front of which, 0 for the end."
        )]
        after: Option<Position>,
        #[graphql(default_with = "Some(50)")] first: Option<u32>,
        #[graphql(desc = "Full names such as `playlist.refresh_completed`, or a concern's name.")]
        types: Option<Vec<String>>,
        #[graphql(desc = "Streams such as `playlist-<uuid>`, or what they begin with.")] streams: Option<
            Vec<String>,
        >,
        #[graphql(
            desc = "Things such as `item-<uuid>`: what is recorded of them or names them, in any concern."
        )]
        subjects: Option<Vec<String>>,
        #[graphql(desc = "Only what was recorded at this moment or later.")] since: Option<DateTime>,
        #[graphql(default_with = "Some(false)", desc = "From the end to the front.")] backwards: Option<bool>,
    ) -> Result<EventPage> {
        let reader = reader(context, Permission::AUDIT)?;
        let (after, first) = (after.unwrap_or_default(), first.unwrap_or(connection::PAGE_DEFAULT));
        let backwards = backwards.unwrap_or(false);
        if first > PAGE_MAX {
            return Err(fault(&format!("a page has at most {PAGE_MAX} events"), "PAGE_TOO_LARGE", false));
        }
        if !backwards {
            within_log(context, after)?;
        }
        let filter = filter(types, streams, subjects.as_deref())?;
        let before = match since {
            Some(DateTime(since)) => blocking({
                let log = platform(context).gate.log().clone();
                move || log.position_before(since)
            })
            .await?
            .map_err(|error| log_fault(&error))?,
            None => 0,
        };
        let (from, direction) = match (backwards, after.0) {
            (false, after) => (after.max(before) + 1, Direction::Forward),
            (true, 0) => (reader.head_position(), Direction::Backward),
            (true, before) => (before - 1, Direction::Backward),
        };
        let request = Read {
            direction,
            limit: first as usize,
            bytes_max: PAGE_BYTES_MAX,
            filter,
            ..Read::forward(from)
        };
        let mut page =
            blocking(move || reader.read_page(&request)).await?.map_err(|error| log_fault(&error))?;
        if backwards {
            page.events.retain(|event| event.position() > before);
            page.next_position = page.next_position.filter(|next| *next > before);
        }
        let next_after = page.next_position.map(|next| if backwards { next + 1 } else { next - 1 });
        Ok(EventPage {
            events: page.events.into_iter().map(Event::read).collect(),
            next_after: next_after.map(Position),
        })
    }

    /// What is worth knowing of what happened, the last first, for whoever may see the things that it happened to. A page
    /// may be shorter than asked for: the end is where `nextAfter` is null.
    #[graphql(complexity = "connection::cost(first, None, child_complexity)")]
    async fn news(
        &self,
        context: &Context<'_>,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "In front of which position to begin; 0 for the end."
        )]
        after: Option<Position>,
        #[graphql(default_with = "Some(50)")] first: Option<u32>,
        #[graphql(desc = "Only what was recorded at this moment or later.")] since: Option<DateTime>,
    ) -> Result<EventPage> {
        news(context, after.unwrap_or_default(), first.unwrap_or(connection::PAGE_DEFAULT), since).await
    }

    /// What can happen: every kind of event, as far as whoever asks may read of it.
    async fn event_kinds(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those of this concern: `playlist`.")] concern: Option<String>,
    ) -> Result<Vec<EventKind>> {
        kinds(context, concern.as_deref())
    }

    /// The end of the log.
    async fn head(&self, context: &Context<'_>) -> Result<Head> {
        session(context, Permission::READ)?;
        let log = platform(context).gate.log();
        let Some(moment) = moment(context) else {
            let head = log.head();
            return Ok(Head {
                position: Position(head.position),
                hash: hex(head.hash),
                log_id: ID(log.id().to_string()),
                epoch: Position(log.epoch()),
                size_bytes: Some(Long(log.size_bytes())),
            });
        };
        moment.lacks("head.sizeBytes", "how large the file was is not recorded");
        let (log, position) = (log.clone(), moment.position);
        let found = blocking(move || Ok((log.id(), log.hash_at(position)?, log.epoch_at(position)?))).await?;
        let (id, hash, epoch) = found.map_err(|error| log_fault(&error))?;
        Ok(Head {
            position: Position(position),
            hash: hash.map(hex).unwrap_or_default(),
            log_id: ID(id.to_string()),
            epoch: Position(epoch),
            size_bytes: None,
        })
    }

    /// Proves the log whole, and untouched since a head that was kept elsewhere. Reads all of it, so a
    /// request has one of these, and one runs at a time.
    #[graphql(complexity = "connection::COST_OF_ALL + child_complexity")]
    async fn log_verification(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A position whose hash was kept elsewhere.")] checkpoint_position: Option<Position>,
        #[graphql(desc = "The hash that was kept, in 64 hex digits.")] checkpoint_hash: Option<String>,
    ) -> Result<LogVerification> {
        verification(context, checkpoint_position, checkpoint_hash).await
    }

    /// Everything that happened to one thing, in its own stream and wherever else it is named, oldest first. A page
    /// may be shorter than asked for: the end is where one is empty.
    #[graphql(complexity = "connection::cost(first, None, child_complexity)")]
    async fn history(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The thing: `playlist-<uuid>`, `item-<uuid>`, `attempt-<uuid>`, …")] id: ID,
        #[graphql(desc = "Full names such as `job.failed`, or a concern's name; all if left out.")]
        types: Option<Vec<String>>,
        #[graphql(default_with = "Some(Position(0))", desc = "Behind which position to begin.")]
        after: Option<Position>,
        #[graphql(default_with = "Some(50)")] first: Option<u32>,
        #[graphql(default_with = "Some(false)", desc = "Name what each event changed.")] changes: Option<
            bool,
        >,
    ) -> Result<Vec<Event>> {
        let (after, first) = (after.unwrap_or_default(), first.unwrap_or(connection::PAGE_DEFAULT));
        let changes = changes.unwrap_or(false);
        let thing: Subject = parse_id(&id)?;
        let reader = reader(context, history_permission(&id, &thing))?;
        if first > PAGE_MAX {
            return Err(fault(&format!("a page has at most {PAGE_MAX} events"), "PAGE_TOO_LARGE", false));
        }
        within_log(context, after)?;
        let mut filter = filter(types, None, None)?;
        filter.subjects.push(thing);
        if changes {
            return with_changes(reader, filter, after, first as usize).await;
        }
        let request = Read::forward(after.0 + 1).limit(first as usize).filter(filter);
        let request = Read { bytes_max: PAGE_BYTES_MAX, ..request };
        let events = blocking(move || reader.read(&request)).await?.map_err(|error| log_fault(&error))?;
        Ok(events.into_iter().map(Event::read).collect())
    }

    /// All that one act, event or thing led to: a tree of things, each with how it stands and how long it took.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn outcome(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A command, a story, an event, or a thing.")] id: ID,
    ) -> Result<Option<Outcome>> {
        let reader = reader(context, Permission::READ)?;
        outcome(context, reader, &id).await
    }

    /// Why a thing is as it is: the chain of causes back to whoever started it.
    async fn why(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "Any id: a playlist, entry, item, download, job, attempt, file, story, command, event, worker, token."
        )]
        id: ID,
    ) -> Result<Option<Why>> {
        let reader = reader(context, Permission::READ)?;
        why(context, reader, &id).await
    }

    /// Events as one HTML file, in which a person reads what led to a thing or happened, and which proves itself: it holds the
    /// bytes of the events, and the script that checks them. None if there are no such events. An excerpt has at most 500.
    #[graphql(complexity = "connection::COST_OF_ALL + child_complexity")]
    async fn excerpt(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which events.")] of: ExcerptInput,
    ) -> Result<Option<Excerpt>> {
        excerpt(context, of).await
    }
}

/// What whoever asks what happened to a thing must be allowed.
pub(super) fn history_permission(id: &str, thing: &Subject) -> Permission {
    // What is no concern, such as an item, is read by whoever reads; one that is not known at all, by the owner.
    let is_part = REGISTRY.entry(&thing.kind).is_none() && REGISTRY.thing(id).is_some();
    if is_part { Permission::READ } else { access::read(&thing.kind) }
}

/// A page of a thing's history, with what each event changed.
async fn with_changes(
    reader: LogReader,
    mut filter: Filter,
    after: Position,
    first: usize,
) -> Result<Vec<Event>> {
    // What changed is known from what was so before, of whatever kind.
    let wanted = Filter::kinds(mem::take(&mut filter.kinds));
    let request = Read::forward(1).limit(CHANGES_MAX + 1).filter(filter);
    let request = Read { bytes_max: CHANGES_BYTES_MAX, ..request };
    let events = blocking(move || reader.read(&request)).await?.map_err(|error| log_fault(&error))?;
    if events.len() > CHANGES_MAX || bytes(&events) >= CHANGES_BYTES_MAX {
        let message = format!(
            "changes are told of things with at most {CHANGES_MAX} events of {CHANGES_BYTES_MAX} bytes in all"
        );
        return Err(fault(&message, "PAGE_TOO_LARGE", false));
    }
    let mut known: HashMap<&StreamId, Known> = HashMap::new();
    let (mut page, mut page_bytes) = (Vec::new(), 0);
    for recorded in &events {
        let told = known.entry(&recorded.envelope.stream).or_default().take(recorded);
        if recorded.position() <= after.0 || !wanted.matches(recorded) {
            continue;
        }
        if page.len() >= first || page_bytes >= PAGE_BYTES_MAX {
            break;
        }
        page_bytes += bytes(slice::from_ref(recorded));
        page.push(Event::with_changes(recorded.clone(), told));
    }
    Ok(page)
}

/// The bytes of what they say.
pub(super) fn bytes(events: &[Recorded]) -> usize {
    events.iter().filter_map(|event| event.payload.as_deref()).map(<[u8]>::len).sum()
}

/// Refuses a place that the log does not have: it is of another log, or of one that lost its end.
pub(crate) fn within_log(context: &Context<'_>, after: Position) -> Result<()> {
    let head = platform(context).gate.log().head().position;
    let head = moment(context).map_or(head, |moment| moment.position);
    if after.0 <= head {
        return Ok(());
    }
    let message = format!("the log ends at {head}, before {}: this place is of another log", after.0);
    Err(fault(&message, "POSITION_BEYOND_HEAD", false))
}

pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    crate::server::spawn_blocking(work).await.map_err(|_| fault("the server is stopping", "STOPPING", true))
}
