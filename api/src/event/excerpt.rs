//! Events as one HTML file that proves itself: what a person reads, and the bytes by which he need not believe it (ADR 0057).
//!
//! Guarantees: it holds what whoever asks may see, and of the rest hashes or, for whoever may have the whole record, envelopes;
//! what an address in a payload opens is not in it, nor what is sealed. The script that checks it is that of `docs/verify.html`.

use async_graphql::{Context, ID, InputObject, OneofObject, Result, SimpleObject};
use mediary_log::{Filter, LogReader, Read, Recorded, Subject, Withheld};
use mediary_schema::{Timestamp, account::Permission};
use serde::Serialize;
use uuid::Uuid;

use super::{
    explain::{Finder, Found},
    object::payload,
    query::{PAGE_BYTES_MAX, blocking, bytes, history_permission, within_log},
    why::{self, lost_fault, said},
};
use crate::{
    error::{fault, parse_id},
    scalar::{Long, Position},
    schema::{platform, reader},
    session::require,
};

/// Events of an excerpt, which is for people to read.
const EVENTS_MAX: usize = 500;
/// The page, in which two marks stand for what is put in.
const PAGE: &str = include_str!("excerpt/page.html");
/// The page whose script proves bundles and excerpts.
const VERIFIER: &str = include_str!("../../../docs/verify.html");

/// Which events are wanted.
#[derive(Debug, OneofObject)]
pub(super) enum ExcerptInput {
    /// Those that led to a thing, as `why` names them.
    Why(ID),
    /// Those that happened to a thing, as `history` does; of many, the last.
    History(ID),
    /// Those of a stretch of the log.
    Log(StretchInput),
}

/// A stretch of the log.
#[derive(Debug, InputObject)]
pub(super) struct StretchInput {
    /// The first position.
    from: Position,
    /// The last position; the end of the log if it is left out.
    to: Option<Position>,
}

/// Events as one HTML file that proves itself.
#[derive(Debug, SimpleObject)]
pub(crate) struct Excerpt {
    /// What the file may be called.
    name: String,
    /// The file.
    html: String,
    /// How many events it tells of.
    event_count: Long,
    /// The first of them.
    first_position: Position,
    /// The last of them.
    last_position: Position,
    /// Whether the chain of hashes joins all of them. For whoever may have the whole record it does, unless they lie far
    /// apart; otherwise each run of neighbours holds together by itself.
    joined: bool,
    /// Those of which it is proved that they happened, and not what they say.
    without_payload: Vec<Position>,
}

/// What the file holds as data.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    of: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    program: &'static str,
    saved_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    is_hidden: bool,
    is_cut: bool,
    events: Vec<Told>,
    bundles: Vec<String>,
}

/// What is told of an event besides what is proved.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    position: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    says: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<&'static str>,
    /// The payload without what opens something, where its bytes are withheld for that.
    #[serde(rename = "told", skip_serializing_if = "Option::is_none")]
    payload: Option<serde_json::Value>,
}

/// Where the events of an excerpt are found.
enum Source {
    Why { kind: String, uuid: Uuid },
    History(Subject),
    Log { from: u64, to: u64 },
}

/// Events, in the order in which they are told, and what is said of all of them.
#[derive(Default)]
struct Chosen {
    events: Vec<Recorded>,
    answer: Option<String>,
    is_hidden: bool,
    is_cut: bool,
}

pub(super) async fn excerpt(context: &Context<'_>, wanted: ExcerptInput) -> Result<Option<Excerpt>> {
    let saved_at = platform(context).gate.clock().now();
    let (source, reader) = Source::of(context, wanted)?;
    let finder = Finder::of(context, reader);
    let made = blocking(move || -> Found<Result<Option<Excerpt>>> {
        let chosen = source.choose(&finder)?;
        if bytes(&chosen.events) > PAGE_BYTES_MAX {
            let message = format!("an excerpt has at most {PAGE_BYTES_MAX} bytes of what events say");
            return Ok(Err(fault(&message, "PAGE_TOO_LARGE", false)));
        }
        if chosen.events.is_empty() {
            return Ok(Ok(None));
        }
        written(&finder, &source, chosen, saved_at).map(|excerpt| Ok(Some(excerpt)))
    });
    made.await?.map_err(|lost| lost_fault(&lost))?
}

impl Source {
    /// Where they are found, and the log as whoever asks may read it for this.
    fn of(context: &Context<'_>, wanted: ExcerptInput) -> Result<(Self, LogReader)> {
        Ok(match wanted {
            ExcerptInput::Why(id) => {
                let (kind, uuid) = why::parse(&id)?;
                let reader = reader(context, Permission::READ)?;
                require(reader.scope(), why::permission(&kind))?;
                (Self::Why { kind, uuid }, reader)
            }
            ExcerptInput::History(id) => {
                let thing: Subject = parse_id(&id)?;
                let permission = history_permission(&id, &thing);
                (Self::History(thing), reader(context, permission)?)
            }
            ExcerptInput::Log(StretchInput { from, to }) => {
                let reader = reader(context, Permission::AUDIT)?;
                let to = to.unwrap_or_else(|| Position(reader.head_position()));
                within_log(context, from)?;
                within_log(context, to)?;
                (Self::stretch(from.0, to.0)?, reader)
            }
        })
    }

    fn stretch(from: u64, to: u64) -> Result<Self> {
        if from == 0 || to < from {
            let message = "a stretch begins at 1 or later, and ends where it begins or later";
            return Err(fault(message, "BAD_ARGUMENT", false));
        }
        if to - from >= EVENTS_MAX as u64 {
            let message = format!(
                "an excerpt has at most {EVENTS_MAX} events, and {from} to {to} are {}; a bundle has no limit",
                to - from + 1
            );
            return Err(fault(&message, "PAGE_TOO_LARGE", false));
        }
        Ok(Self::Log { from, to })
    }

    fn choose(&self, finder: &Finder) -> Found<Chosen> {
        match self {
            Self::Why { kind, uuid } => Ok(match why::tell(finder, kind, *uuid)? {
                None => Chosen::default(),
                Some(why::Told { mut chain, hidden, sentences, .. }) => {
                    chain.reverse();
                    // It may be about any of them.
                    let is_open = !chain.iter().any(is_sealed);
                    let answer = sentences.into_iter().next().filter(|_| is_open);
                    Chosen { events: chain, answer, is_hidden: hidden, is_cut: false }
                }
            }),
            Self::History(thing) => {
                let request =
                    Read::backward(u64::MAX).limit(EVENTS_MAX + 1).filter(Filter::about(thing.clone()));
                let request = Read { bytes_max: PAGE_BYTES_MAX, ..request };
                let mut events = finder.reader.read(&request)?;
                let is_cut = events.len() > EVENTS_MAX || bytes(&events) >= PAGE_BYTES_MAX;
                events.truncate(EVENTS_MAX);
                // The one that passed the limit is not told.
                while bytes(&events) > PAGE_BYTES_MAX && events.pop().is_some() {}
                events.reverse();
                Ok(Chosen { events, is_cut, ..Chosen::default() })
            }
            Self::Log { from, to } => {
                let request = Read::forward(*from).limit(EVENTS_MAX).up_to(*to);
                Ok(Chosen { events: finder.reader.read(&request)?, ..Chosen::default() })
            }
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Why { .. } => "why",
            Self::History(_) => "history",
            Self::Log { .. } => "log",
        }
    }

    fn id(&self) -> Option<String> {
        match self {
            Self::Why { kind, uuid } => Some(format!("{kind}-{uuid}")),
            Self::History(thing) => Some(thing.to_string()),
            Self::Log { .. } => None,
        }
    }

    /// What the file may be called.
    fn file_name(&self) -> String {
        let of = match self {
            Self::Log { from, to } => format!("{from}-{to}"),
            Self::Why { .. } | Self::History(_) => self.id().unwrap_or_default(),
        };
        format!("mediary-{}-{of}.html", self.word())
    }
}

/// The file of events, with what is said of them.
fn written(finder: &Finder, source: &Source, chosen: Chosen, saved_at: Timestamp) -> Found<Excerpt> {
    let Chosen { events, answer, is_hidden, is_cut } = chosen;
    let proof = finder.reader.excerpt(events.iter().map(Recorded::position))?;
    let mut told = Vec::new();
    for event in &events {
        if let Some(withheld) = proof.events.get(&event.position()) {
            told.push(tell(finder, event, *withheld)?);
        }
    }
    let withheld = proof.events.iter().filter(|(_, withheld)| withheld.is_some());
    let without_payload = withheld.map(|(position, _)| Position(*position)).collect();
    let place = |position: Option<u64>| Position(position.unwrap_or_default());
    let content = Content {
        of: source.word(),
        id: source.id(),
        program: env!("CARGO_PKG_VERSION"),
        saved_at,
        answer,
        is_hidden,
        is_cut,
        events: told,
        bundles: proof.bundles,
    };
    Ok(Excerpt {
        name: source.file_name(),
        event_count: Long(content.events.len() as u64),
        first_position: place(proof.events.keys().next().copied()),
        last_position: place(proof.events.keys().last().copied()),
        joined: proof.is_joined,
        without_payload,
        html: html(&content),
    })
}

/// What is told of an event; nothing that is sealed, since the file outlives the key.
fn tell(finder: &Finder, event: &Recorded, withheld: Option<Withheld>) -> Found<Told> {
    let says = if is_sealed(event) { None } else { Some(said(finder, event)?) };
    let payload = (withheld == Some(Withheld::Opens)).then(|| payload(event)).flatten();
    let withheld = withheld.map(|reason| match reason {
        Withheld::Erased => "ERASED",
        Withheld::Opens => "OPENS",
    });
    Ok(Told { position: event.position(), says, withheld, payload })
}

const fn is_sealed(event: &Recorded) -> bool {
    event.envelope.extensions.seal.is_some()
}

fn html(content: &Content) -> String {
    // No text of the data ends the element in which they stand.
    let data = serde_json::to_string(content).expect("texts and numbers are written as JSON");
    let data = data.replace('<', "\\u003c");
    let (head, rest) = PAGE.split_once("{{data}}").expect("the page has a place for data");
    let (between, rest) = rest.split_once("{{verify}}").expect("the page has a place for what verifies");
    [head, &data, between, verifier(), rest].concat()
}

/// What the other page verifies by.
fn verifier() -> &'static str {
    let script = VERIFIER.split_once("<script>").map(|(_, script)| script);
    let verifying = script.and_then(|script| script.split_once("// --- the page ---"));
    verifying.expect("docs/verify.html says where its script deals with the page").0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_told_leaves_the_place_of_the_data() {
        let says = Some("</script><script>alert(1)</script> {{verify}} <!--".to_owned());
        let events = vec![Told { position: 1, says, withheld: None, payload: None }];
        let saved_at = Timestamp::from_micros(0);
        let (id, answer) = (None, None);
        let (program, bundles) = ("0", Vec::new());
        let content = Content {
            of: "log",
            id,
            program,
            saved_at,
            answer,
            is_hidden: false,
            is_cut: false,
            events,
            bundles,
        };
        let page = html(&content);
        assert_eq!(
            page.matches("<script").count(),
            html(&Content { events: Vec::new(), ..content }).matches("<script").count()
        );
        assert!(!page.contains("alert(1)</script>"), "{page}");
    }

    #[test]
    fn the_script_that_verifies_is_there_and_opens_no_page() {
        let script = verifier();
        assert!(script.contains("async function verifyExcerpt(") && script.contains("function compress("));
        assert!(!script.contains("getElementById"), "it knows nothing of the page that it is cut out of");
        assert!(!script.contains("{{"));
    }
}
