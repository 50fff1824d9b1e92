use async_graphql::{Context, ID, Result, SimpleObject};
use mediary_log::{Filter, LogReader, Origin, OriginKind, Read, ReadError, Recorded, StreamId, access};
use mediary_schema::{
    CommandId, CorrelationId, EntryId, EventId, PrincipalId, Timestamp, TokenId, account::Permission,
};
use uuid::Uuid;

use super::{
    explain::{self, Explains, Finder, Found, Lost},
    object::{Event, OriginName},
    query::blocking,
};
use crate::{
    account::{known_token, user},
    error::{fault, log_fault, view_fault},
    schema::reader,
    session::require,
};

/// Links of a chain of causes; more are no longer an explanation.
const LINKS_MAX: usize = 64;
/// Ids that the log itself explains.
const KINDS: [&str; 3] = [EventId::KIND, CorrelationId::KIND, CommandId::KIND];

/// Why a thing is as it is.
#[derive(Debug, SimpleObject)]
pub(crate) struct Why {
    /// The thing.
    id: ID,
    /// The answer in one sentence: who asked for what, when, with which token and from where.
    answer: String,
    /// The answer, and what followed from it up to the thing, a sentence each.
    sentences: Vec<String>,
    /// The events that led to it: the last first, each caused by the next.
    chain: Vec<Event>,
    /// Whether the chain ends before its begin, since what led to it is not for the token to see.
    hidden: bool,
    /// Who started it.
    started_by: ID,
    /// Who that is in words: `the owner`, `the platform itself`, `the user 'anna'`, `a program`.
    started_by_name: String,
    /// From where.
    started_from: OriginName,
}

pub(super) async fn why(context: &Context<'_>, reader: LogReader, id: &ID) -> Result<Option<Why>> {
    let (kind, uuid) = parse(id)?;
    require(reader.scope(), permission(&kind))?;
    let finder = Finder::of(context, reader);
    let told = blocking(move || tell(&finder, &kind, uuid)).await?;
    let Some(told) = told.map_err(|lost| lost_fault(&lost))? else { return Ok(None) };
    let Some(root) = told.chain.last() else { return Ok(None) };
    let (principal, origin) = (root.envelope.principal, root.envelope.origin.kind);
    Ok(Some(Why {
        id: id.clone(),
        answer: told.sentences.first().cloned().unwrap_or_default(),
        sentences: told.sentences,
        chain: told.chain.into_iter().map(Event::read).collect(),
        hidden: told.hidden,
        started_by: ID(principal.to_string()),
        started_by_name: told.started_by_name,
        started_from: origin.into(),
    }))
}

/// The kind and the UUID of an id.
pub(super) fn parse(id: &str) -> Result<(String, Uuid)> {
    let parsed = id.split_once('-').and_then(|(kind, uuid)| Some((kind, Uuid::parse_str(uuid).ok()?)));
    let known = |kind: &str| KINDS.contains(&kind) || explain::of_kind(kind).is_some();
    match parsed {
        Some((kind, uuid)) if known(kind) || mediary_events::is_word(kind) => Ok((kind.to_owned(), uuid)),
        _ => {
            let kinds: Vec<&str> = KINDS.into_iter().chain(explain::kinds()).collect();
            let message =
                format!("{id:?} is not an id; an id is `<kind>-<uuid>`, and kinds are {}", kinds.join(", "));
            Err(fault(&message, "BAD_ID", false))
        }
    }
}

/// What whoever asks about things of a kind must be allowed.
pub(super) fn permission(kind: &str) -> Permission {
    match explain::of_kind(kind) {
        Some(words) => access::read(words.concern()),
        None if KINDS.contains(&kind) => Permission::READ,
        None => access::read(kind),
    }
}

/// The fault of something that could not be looked up.
pub(super) fn lost_fault(lost: &Lost) -> async_graphql::Error {
    match lost {
        Lost::Log(error) => log_fault(error),
        Lost::View(error) => view_fault(error),
    }
}

/// What is told of a thing.
pub(super) struct Told {
    started_by_name: String,
    pub(super) chain: Vec<Recorded>,
    pub(super) hidden: bool,
    pub(super) sentences: Vec<String>,
}

pub(super) fn tell(finder: &Finder, kind: &str, uuid: Uuid) -> Found<Option<Told>> {
    let Some(last) = last_event(finder, kind, uuid)? else { return Ok(None) };
    let (chain, hidden) = causes(&finder.reader, last)?;
    let Some(root) = chain.last() else { return Ok(None) };
    let mut sentences = vec![if hidden {
        "What led to this is not for you to see.".to_owned()
    } else {
        answer(finder, root, entry_of(&chain))?
    }];
    for event in chain.iter().rev() {
        // The root is told by the answer already.
        if hidden || event.position() != root.position() {
            sentences.push(format!("Then {} {}.", subject(finder, event)?, deed(finder, event)?));
        }
    }
    let started_by_name = name_of(finder, root)?;
    Ok(Some(Told { started_by_name, chain, hidden, sentences }))
}

/// The event and its causes, back to the first; also whether it ends at a cause that may not be seen.
fn causes(reader: &LogReader, last: Recorded) -> Found<(Vec<Recorded>, bool)> {
    let mut chain = vec![last];
    while chain.len() < LINKS_MAX
        && let Some(cause) = chain.last().and_then(|event| event.envelope.causation_id)
    {
        match reader.event(cause)? {
            Some(event) => chain.push(event),
            None => return Ok((chain, true)),
        }
    }
    Ok((chain, false))
}

/// The event that made the thing what it is now.
pub(super) fn last_event(finder: &Finder, kind: &str, uuid: Uuid) -> Found<Option<Recorded>> {
    match kind {
        EventId::KIND => Ok(finder.reader.event(EventId::from_uuid(uuid))?),
        CorrelationId::KIND => begin_of(finder, CorrelationId::from_uuid(uuid)),
        CommandId::KIND => match finder.reader.command(CommandId::from_uuid(uuid))? {
            Some(event) => Ok(Some(event)),
            // A command that needed no event has one of its own.
            None => finder.last_of(&StreamId::new(CommandId::KIND, uuid)),
        },
        _ => match explain::of_kind(kind) {
            Some(words) => words.last_event(finder, kind, uuid),
            None => finder.last_of(&StreamId::new(kind.to_owned(), uuid)),
        },
    }
}

/// Whether anything that the session of a request may see belongs to a story.
pub(crate) async fn is_known(context: &Context<'_>, story: CorrelationId) -> Result<bool> {
    let reader = reader(context, Permission::READ)?;
    // Whoever asks has just begun it, as a rule.
    let found = blocking(move || one_of(&reader, story, Read::backward(u64::MAX))).await?;
    Ok(found.map_err(|error| log_fault(&error))?.is_some())
}

/// The event of a story that a reader comes upon first.
fn one_of(
    reader: &LogReader,
    story: CorrelationId,
    request: Read,
) -> std::result::Result<Option<Recorded>, ReadError> {
    let mut filter = Filter::all();
    filter.correlation_id = Some(story);
    let mut request = request.limit(1).filter(filter);
    loop {
        let page = reader.read_page(&request)?;
        match (page.events.into_iter().next(), page.next_position) {
            (Some(event), _) => return Ok(Some(event)),
            (None, Some(next)) => request.from = next,
            (None, None) => return Ok(None),
        }
    }
}

/// The event that began a story.
fn begin_of(finder: &Finder, story: CorrelationId) -> Found<Option<Recorded>> {
    if let Some(early) = explain::first_of(|words| words.early_in(finder, story))? {
        let (mut chain, _) = causes(&finder.reader, early)?;
        return Ok(chain.pop());
    }
    // Nothing was worked on: the log itself is looked through.
    Ok(one_of(&finder.reader, story, Read::forward(1))?)
}

/// The row of a list that the chain is for.
fn entry_of(chain: &[Recorded]) -> Option<EntryId> {
    chain.iter().find_map(|event| explain::of_concern(&event.envelope.stream.category)?.entry(event))
}

/// Who did what, when, with which token and from where; and which row of a list this is.
fn answer(finder: &Finder, root: &Recorded, entry: Option<EntryId>) -> Found<String> {
    let envelope = &root.envelope;
    let first = first_told(finder, root)?;
    let mut text = format!(
        "{} {} on {}",
        capital(&subject(finder, root)?),
        deed(finder, first.as_ref().unwrap_or(root))?,
        day(envelope.at),
    );
    if explain::is_by_hand(root) && envelope.principal != PrincipalId::PLATFORM {
        let issuer = match envelope.origin.kind {
            OriginKind::Nats => PrincipalId::OWNER,
            _ => envelope.principal,
        };
        if let Some(token) = known_token(finder, issuer, TokenId::from_uuid(envelope.origin.id))? {
            text.extend([", with ", &token]);
        }
        text.extend([", ", &from(finder, envelope.origin)?]);
    }
    if let Some(id) = entry
        && let Some(place) = explain::first_of(|words| words.place(finder, id))?
    {
        text.extend(["; this is ", &place]);
    }
    text.push('.');
    Ok(text)
}

/// What was recorded at once is told by what stands first in it, and is not only beside it.
fn first_told(finder: &Finder, root: &Recorded) -> Found<Option<Recorded>> {
    let position = root.envelope.position;
    for before in position - u64::from(root.envelope.append_index)..position {
        let event = finder.reader.at(before)?;
        let is_beside = |event: &Recorded| {
            explain::of_concern(&event.envelope.stream.category).is_some_and(Explains::is_beside)
        };
        if let Some(event) = event.filter(|event| !is_beside(event)) {
            return Ok(Some(event));
        }
    }
    Ok(None)
}

/// What was done by an event, in words.
pub(super) fn deed(finder: &Finder, event: &Recorded) -> Found<String> {
    let said = match explain::of_concern(&event.envelope.stream.category) {
        Some(words) => words.deed(finder, event)?,
        None => None,
    };
    Ok(said.unwrap_or_else(|| {
        let happened = event.envelope.name.replace('_', " ");
        format!("recorded \"{happened}\" of {}", event.envelope.stream)
    }))
}

/// Who did what by an event, as a sentence without its full stop.
pub(super) fn said(finder: &Finder, event: &Recorded) -> Found<String> {
    Ok(format!("{} {}", capital(&subject(finder, event)?), deed(finder, event)?))
}

/// Who did it, within a sentence.
fn subject(finder: &Finder, event: &Recorded) -> Found<String> {
    let principal = event.envelope.principal;
    if !explain::is_by_hand(event) || principal == PrincipalId::PLATFORM {
        Ok("Mediary".to_owned())
    } else if principal == finder.scope().principal() {
        Ok("you".to_owned())
    } else {
        name_of(finder, event)
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A day as people say it: `20 Nov 2026`.
fn day(at: Timestamp) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.to_string();
    let date = || {
        let mut parts = text.split_once('T')?.0.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{} {month} {year}", day.trim_start_matches('0')))
    };
    date().unwrap_or_else(|| text.clone())
}

/// Who did what is recorded, in words.
fn name_of(finder: &Finder, event: &Recorded) -> Found<String> {
    match event.envelope.principal {
        PrincipalId::OWNER => Ok("the owner".to_owned()),
        PrincipalId::PLATFORM => Ok("the platform itself".to_owned()),
        // It speaks as its token, which is nobody who signs in.
        _ if event.envelope.origin.kind == OriginKind::Nats => Ok("a program".to_owned()),
        other => user(finder, other),
    }
}

/// From where a command came, in words: of a schedule, by which.
fn from(finder: &Finder, origin: Origin) -> Found<String> {
    let said = explain::first_of(|words| words.origin(finder, origin))?;
    Ok(said.unwrap_or_else(|| word(origin.kind.into()).to_owned()))
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
