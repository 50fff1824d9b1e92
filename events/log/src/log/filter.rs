//! Which events a reader wants: as he says it, and as it is asked of each event.

use std::{borrow::Cow, ops::RangeInclusive};

use mediary_events::{Category, Recorded, StreamId, Subject, Subjects};
use mediary_schema::{CorrelationId, PrincipalId, ProjectId, scope::Scope};
use uuid::Uuid;

use super::frame::Frame;
use crate::access;

/// Which events a reader wants; the default is all. Each list is "any of these", an empty one is "any".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Prefixes of the text form of streams: `playlist`, `playlist-`, `playlist-0189…`.
    pub streams: Vec<String>,
    /// Stored names: `playlist.refresh_completed`, or `playlist.*` or `playlist` for all of a concern.
    pub kinds: Vec<String>,
    /// Things that an event is about: it is of their own stream, or names them as a subject.
    pub subjects: Vec<Subject>,
    /// Only what belongs to this project.
    pub project: Option<ProjectId>,
    /// Only this story.
    pub correlation_id: Option<CorrelationId>,
    /// Only what is seen in this scope; a [`LogReader`](super::LogReader) sets it.
    pub(super) scope: Option<Scope>,
}

impl Filter {
    /// Every event.
    pub fn all() -> Self {
        Self::default()
    }

    /// Events of these concerns.
    pub fn categories<C: Into<Category>>(categories: impl IntoIterator<Item = C>) -> Self {
        let kinds = categories.into_iter().map(|category| format!("{}.*", category.into())).collect();
        Self { kinds, ..Self::default() }
    }

    /// Events of these stored names (`playlist.refresh_completed`, `playlist.*`).
    pub fn kinds<K: Into<String>>(kinds: impl IntoIterator<Item = K>) -> Self {
        Self { kinds: kinds.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Events of one stream.
    pub fn stream(stream: &StreamId) -> Self {
        Self { streams: vec![stream.to_string()], ..Self::default() }
    }

    /// All that happened to a thing, in whichever concern.
    pub fn about(thing: impl Into<Subject>) -> Self {
        Self { subjects: vec![thing.into()], ..Self::default() }
    }

    /// Only these of them, by stored name or concern.
    #[must_use]
    pub fn of_kinds<K: Into<String>>(self, kinds: impl IntoIterator<Item = K>) -> Self {
        Self { kinds: kinds.into_iter().map(Into::into).collect(), ..self }
    }

    /// Only what a scope may see.
    #[must_use]
    pub(crate) fn seen_in(self, scope: Scope) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Whether the filter lets this event pass. Whoever asks for many takes it apart once.
    pub fn matches(&self, event: &Recorded) -> bool {
        self.conditions().allow(event)
    }

    /// The filter, ready for many events.
    pub(super) fn conditions(&self) -> Conditions {
        Conditions {
            streams: self.streams.iter().map(|prefix| StreamCondition::of(prefix)).collect(),
            kinds: self.kinds.iter().map(|kind| KindCondition::of(kind)).collect(),
            subjects: self.subjects.clone(),
            project: self.project,
            correlation_id: self.correlation_id,
            scope: self.scope,
        }
    }

    /// The categories that an event must have one of, if the filter names them.
    pub(super) fn categories_wanted(&self) -> Option<Vec<&str>> {
        let of_kinds = || {
            self.kinds.iter().map(|kind| kind.split_once('.').map_or(kind.as_str(), |(category, _)| category))
        };
        let of_streams = || self.streams.iter().map(|prefix| prefix.split_once('-'));
        let mut wanted: Vec<&str> = if !self.kinds.is_empty() {
            of_kinds().collect()
        } else if !self.streams.is_empty() {
            // A prefix without a hyphen may be the begin of several categories.
            of_streams().map(|prefix| prefix.map(|(category, _)| category)).collect::<Option<_>>()?
        } else {
            return None;
        };
        wanted.sort_unstable();
        wanted.dedup();
        Some(wanted)
    }
}

/// A filter whose texts are taken apart: what is asked of every event must not split and format anything.
#[derive(Debug, Clone)]
pub(super) struct Conditions {
    streams: Vec<StreamCondition>,
    kinds: Vec<KindCondition>,
    subjects: Vec<Subject>,
    project: Option<ProjectId>,
    correlation_id: Option<CorrelationId>,
    scope: Option<Scope>,
}

/// The beginning of the text of a stream.
#[derive(Debug, Clone)]
enum StreamCondition {
    /// Not even the name of a concern in full.
    Categories(String),
    /// Streams of a concern whose ids, as numbers, are among these.
    Ids(String, RangeInclusive<u128>),
    /// No stream begins so.
    None,
}

/// A concern, and the name of its event if it isn't any of them.
#[derive(Debug, Clone)]
struct KindCondition {
    category: String,
    name: Option<String>,
}

/// What a filter looks at.
#[derive(Debug, Clone, Copy)]
struct Facts<'a> {
    category: &'a str,
    stream: Uuid,
    name: &'a str,
    project: ProjectId,
    principal: PrincipalId,
    correlation_id: CorrelationId,
}

impl Conditions {
    pub(super) fn allow(&self, event: &Recorded) -> bool {
        let envelope = &event.envelope;
        self.hold(&Facts {
            category: &envelope.stream.category,
            stream: envelope.stream.uuid,
            name: &envelope.name,
            project: envelope.project,
            principal: envelope.principal,
            correlation_id: envelope.correlation_id,
        }) && self.are_about(&envelope.stream.category, envelope.stream.uuid, || {
            Cow::Borrowed(&envelope.extensions.subjects)
        })
    }

    pub(super) fn allow_frame(&self, frame: &Frame<'_>) -> bool {
        self.hold(&Facts {
            category: frame.category(),
            stream: frame.stream_uuid(),
            name: frame.name(),
            project: frame.project(),
            principal: frame.principal(),
            correlation_id: frame.correlation_id(),
        }) && self
            .are_about(frame.category(), frame.stream_uuid(), || Cow::Owned(frame.extensions().subjects))
    }

    /// Whether an event of a stream with these subjects is about what is named.
    fn are_about<'s>(&self, category: &str, uuid: Uuid, named: impl FnOnce() -> Cow<'s, Subjects>) -> bool {
        if self.subjects.is_empty() {
            return true;
        }
        let is_itself = |thing: &Subject| thing.kind == category && thing.id == uuid;
        if self.subjects.iter().any(is_itself) {
            return true;
        }
        let named = named();
        self.subjects.iter().any(|thing| named.contains(thing))
    }

    fn hold(&self, facts: &Facts<'_>) -> bool {
        self.project.is_none_or(|project| project == facts.project)
            && self.correlation_id.is_none_or(|story| story == facts.correlation_id)
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.holds(facts)))
            && (self.streams.is_empty() || self.streams.iter().any(|stream| stream.holds(facts)))
            && self.scope.is_none_or(|scope| {
                scope.sees(facts.project) && scope.sees_of(facts.principal, access::read(facts.category))
            })
    }
}

impl KindCondition {
    fn of(kind: &str) -> Self {
        let (category, name) = kind.split_once('.').unwrap_or((kind, "*"));
        Self { category: category.to_owned(), name: (name != "*").then(|| name.to_owned()) }
    }

    fn holds(&self, facts: &Facts<'_>) -> bool {
        self.category == facts.category && self.name.as_ref().is_none_or(|name| name == facts.name)
    }
}

impl StreamCondition {
    fn of(prefix: &str) -> Self {
        match prefix.split_once('-') {
            None => Self::Categories(prefix.to_owned()),
            Some((category, begin)) => match (completed(begin, '0'), completed(begin, 'f')) {
                (Some(first), Some(last)) => Self::Ids(category.to_owned(), first..=last),
                _ => Self::None,
            },
        }
    }

    fn holds(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Categories(prefix) => facts.category.starts_with(prefix),
            Self::Ids(category, ids) => category == facts.category && ids.contains(&facts.stream.as_u128()),
            Self::None => false,
        }
    }
}

/// The id that begins so and goes on with one digit only; none if no id is written so.
fn completed(begin: &str, digit: char) -> Option<u128> {
    const FORM: &str = "00000000-0000-0000-0000-000000000000";
    let form = FORM.get(begin.len()..)?;
    let text = format!("{begin}{}", form.replace('0', digit.encode_utf8(&mut [0; 4])));
    let uuid = Uuid::try_parse(&text).ok()?;
    // Read back, since more spellings are parsed than are written.
    uuid.to_string().starts_with(begin).then_some(uuid.as_u128())
}
