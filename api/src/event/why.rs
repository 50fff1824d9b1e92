use async_graphql::{ID, Result, SimpleObject};
use mediary_log::{Direction, Log, Recorded, StreamId};
use mediary_projections::{job, playlist};
use mediary_schema::{AttemptId, DownloadId, EntryId, EventId, ItemId, PrincipalId};

use super::{
    object::{Event, OriginName},
    query::blocking,
};
use crate::{
    error::{fault, log_fault},
    schema::{Platform, read},
};

/// Links of a chain of causes; more are no longer an explanation.
const LINKS_MAX: usize = 64;

/// Why a thing is as it is.
#[derive(Debug, SimpleObject)]
pub(crate) struct Why {
    /// The thing.
    id: ID,
    /// The events that led to it: the last first, each caused by the next.
    chain: Vec<Event>,
    /// Who started it.
    started_by: ID,
    /// Who that is in words: `owner`, `platform`, or the id.
    started_by_name: String,
    /// From where.
    started_from: OriginName,
    /// The chain as sentences, the first cause first.
    sentences: Vec<String>,
}

pub(super) async fn why(platform: &Platform, id: &ID) -> Result<Option<Why>> {
    let Some(last) = last_event(platform, id).await? else { return Ok(None) };
    let log = platform.gate.log().clone();
    let chain = blocking(move || causes(&log, last)).await?.map_err(|error| log_fault(&error))?;
    let Some(root) = chain.last() else { return Ok(None) };
    let principal = root.envelope.principal;
    let mut sentences: Vec<String> = chain.iter().rev().map(sentence).collect();
    let name = name_of(principal);
    let origin: OriginName = root.envelope.origin.kind.into();
    sentences.insert(0, format!("{name} asked for it ({})", word(origin)));
    Ok(Some(Why {
        id: id.clone(),
        chain: chain.iter().map(Event::from).collect(),
        started_by: ID(principal.to_string()),
        started_by_name: name,
        started_from: origin,
        sentences,
    }))
}

/// The event and its causes, back to the first.
fn causes(log: &Log, last: Recorded) -> std::result::Result<Vec<Recorded>, mediary_log::ReadError> {
    let mut chain = vec![last];
    while chain.len() < LINKS_MAX
        && let Some(cause) = chain.last().and_then(|event| event.envelope.causation_id)
        && let Some(event) = log.event(cause)?
    {
        chain.push(event);
    }
    Ok(chain)
}

/// The event that made the thing what it is now.
async fn last_event(platform: &Platform, id: &ID) -> Result<Option<Recorded>> {
    let log = platform.gate.log().clone();
    let text = id.to_string();
    if let Ok(entry_id) = text.parse::<EntryId>()
        && text.starts_with(EntryId::KIND)
    {
        let rows = &platform.views.playlist;
        let Some(row) = read(rows, None, move |rows| playlist::entry(rows, entry_id)).await? else {
            return Ok(None);
        };
        return at(log, row.changed_at).await;
    }
    if text.starts_with(EventId::KIND)
        && let Ok(event_id) = text.parse::<EventId>()
    {
        return blocking(move || log.event(event_id)).await?.map_err(|error| log_fault(&error));
    }
    if text.starts_with(AttemptId::KIND)
        && let Ok(attempt_id) = text.parse::<AttemptId>()
    {
        let filter = job::JobFilter::default();
        let front = mediary_projections::page::PageRequest::front(mediary_projections::page::PAGE_MAX);
        let page = read(&platform.views.job, None, move |rows| job::jobs(rows, filter, front)).await?;
        let row = page.rows.into_iter().find(|(_, row)| row.attempt_id == Some(attempt_id));
        return match row {
            Some((_, row)) => at(log, row.changed_at).await,
            None => Ok(None),
        };
    }
    let stream = match text.parse::<ItemId>() {
        // The keeping of an item is its download.
        Ok(item_id) if text.starts_with(ItemId::KIND) => {
            StreamId::new("download", DownloadId::from_item(item_id).uuid())
        }
        _ => text
            .parse()
            .map_err(|error: mediary_log::ParseStreamError| fault(&error.to_string(), "BAD_ID", false))?,
    };
    let read = move || log.read_stream(&stream, u64::MAX, Direction::Backward, 1);
    let events = blocking(read).await?.map_err(|error| log_fault(&error))?;
    Ok(events.into_iter().next())
}

async fn at(log: Log, position: u64) -> Result<Option<Recorded>> {
    let request = mediary_log::Read::forward(position).limit(1);
    let events = blocking(move || log.read(&request)).await?.map_err(|error| log_fault(&error))?;
    Ok(events.into_iter().next())
}

fn name_of(principal: PrincipalId) -> String {
    match principal {
        PrincipalId::OWNER => "the owner".to_owned(),
        PrincipalId::PLATFORM => "the platform itself".to_owned(),
        other => other.to_string(),
    }
}

const fn word(origin: OriginName) -> &'static str {
    match origin {
        OriginName::Page => "on the page",
        OriginName::Cli => "on the command line",
        OriginName::Nats => "over NATS",
        OriginName::Bot => "through the bot",
        OriginName::Schedule => "by a schedule",
        OriginName::Reaction => "by a reaction",
        OriginName::Actor => "as part of its own work",
        OriginName::Webhook => "by a call from outside",
        OriginName::Worker => "on a remote worker",
        OriginName::Rule => "by a rule",
        OriginName::Import => "by an import",
        OriginName::Plan => "by a plan",
        OriginName::Other => "in a way that this version has no word for",
    }
}

fn sentence(recorded: &Recorded) -> String {
    let envelope = &recorded.envelope;
    let happened = envelope.name.replace('_', " ");
    format!("{}: {} {} (position {})", envelope.at, envelope.stream, happened, envelope.position)
}
