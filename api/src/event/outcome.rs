use std::collections::{HashMap, HashSet};

use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use mediary_log::{LogReader, Read, Recorded, StreamId};
use mediary_schema::EventId;

use super::{
    explain::{self, Finder, Found},
    query::blocking,
    why::{self, deed, last_event},
};
use crate::{
    scalar::{DateTime, Long},
    session::require,
};

/// Events behind the begin that are looked at: an act of yesterday on a busy server.
const EVENTS_MAX: usize = 200_000;
/// Branches that are told.
const BRANCHES_MAX: usize = 1_000;

/// All that one act, event or thing led to.
#[derive(Debug, SimpleObject)]
pub(crate) struct Outcome {
    /// What was asked about.
    id: ID,
    /// How it stands: open if any branch is, else failed if any did, else done.
    state: BranchState,
    /// Its branches, each behind the one that it grew from.
    branches: Vec<Branch>,
    /// Whether these are all; none are left out of the first thousand.
    complete: bool,
}

/// What came to one thing.
#[derive(Debug, SimpleObject)]
pub(crate) struct Branch {
    /// The thing.
    id: ID,
    /// The thing that it grew from; none for those that the act itself touched.
    parent_id: Option<ID>,
    /// What was done to it first, in words.
    began: String,
    /// What was done to it last, in words.
    now: String,
    /// How it stands.
    state: BranchState,
    /// When it began.
    started_at: DateTime,
    /// When it was done, failed or was cancelled.
    ended_at: Option<DateTime>,
    /// From its begin to its end in milliseconds, or until the last that happened to it.
    duration_ms: Long,
}

/// How a branch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum BranchState {
    /// More will come.
    Open,
    /// It waits for somebody to resume it.
    Held,
    /// It came to its end.
    Done,
    /// It was given up.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

impl BranchState {
    /// What the last event of a thing says of it, as its concern knows.
    fn of(event: &Recorded) -> Self {
        match explain::of_concern(&event.envelope.stream.category) {
            Some(words) => words.state(event),
            None => Self::usual(event),
        }
    }

    /// What the name of an event says of its thing, in whichever concern.
    pub(crate) fn usual(event: &Recorded) -> Self {
        match &*event.envelope.name {
            "cancelled" => Self::Cancelled,
            "failed" => Self::Failed,
            _ => Self::Done,
        }
    }

    const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

pub(super) async fn outcome(context: &Context<'_>, reader: LogReader, id: &ID) -> Result<Option<Outcome>> {
    let (kind, uuid) = why::parse(id)?;
    require(reader.scope(), why::permission(&kind))?;
    let finder = Finder::of(context, reader);
    let grown = blocking(move || -> Found<Option<(Vec<Branch>, bool)>> {
        let Some(last) = last_event(&finder, &kind, uuid)? else { return Ok(None) };
        let seeds = seeds(&finder, &kind, &last)?;
        let (tree, complete) = grow(&finder, seeds)?;
        Ok(Some((tree.branches(&finder)?, complete)))
    });
    let grown = grown.await?.map_err(|lost| why::lost_fault(&lost))?;
    Ok(grown.map(|(branches, complete)| Outcome {
        id: id.clone(),
        state: overall(&branches),
        complete: complete && branches.len() < BRANCHES_MAX,
        branches,
    }))
}

fn overall(branches: &[Branch]) -> BranchState {
    let order = [BranchState::Open, BranchState::Held, BranchState::Failed, BranchState::Cancelled];
    let worst = order.into_iter().find(|state| branches.iter().any(|branch| branch.state == *state));
    worst.unwrap_or(BranchState::Done)
}

/// What the tree grows from: all that a thing's stream has, or all that was recorded with an event.
fn seeds(finder: &Finder, kind: &str, last: &Recorded) -> Found<Vec<Recorded>> {
    let is_thing = explain::of_kind(kind).is_some_and(|words| words.concern() == kind);
    if is_thing {
        let forward = mediary_log::Direction::Forward;
        return Ok(finder.reader.read_stream(&last.envelope.stream, 1, forward, BRANCHES_MAX)?);
    }
    let first = last.envelope.position - u64::from(last.envelope.append_index);
    let mut seeds = Vec::new();
    for position in first..first + u64::from(last.envelope.append_len) {
        seeds.extend(finder.reader.at(position)?);
    }
    Ok(seeds)
}

/// The events of each thing, in the order in which things came in.
#[derive(Default)]
struct Tree {
    known: HashSet<EventId>,
    /// The thing of each event.
    things: HashMap<EventId, StreamId>,
    order: Vec<StreamId>,
    events: HashMap<StreamId, (Option<StreamId>, Recorded, Recorded)>,
}

impl Tree {
    fn add(&mut self, event: Recorded) {
        let envelope = &event.envelope;
        self.known.insert(envelope.id);
        self.things.insert(envelope.id, envelope.stream.clone());
        let stream = envelope.stream.clone();
        if let Some((_, _, last)) = self.events.get_mut(&stream) {
            *last = event;
            return;
        }
        let parent = envelope.causation_id.and_then(|cause| self.things.get(&cause).cloned());
        let parent = parent.filter(|parent| *parent != stream);
        self.order.push(stream.clone());
        self.events.insert(stream, (parent, event.clone(), event));
    }

    fn branches(&self, finder: &Finder) -> Found<Vec<Branch>> {
        // Claims and the places of reactions are how work is done once, not what came of anything.
        let is_told =
            |stream: &&StreamId| explain::of_concern(&stream.category).is_none_or(|words| !words.is_beside());
        let told = self.order.iter().filter(is_told).take(BRANCHES_MAX);
        let mut branches = Vec::new();
        for (parent, first, last) in told.filter_map(|stream| self.events.get(stream)) {
            let state = BranchState::of(last);
            let (from, to) = (first.envelope.at, last.envelope.at);
            branches.push(Branch {
                id: ID(first.envelope.stream.to_string()),
                parent_id: parent.as_ref().map(|parent| ID(parent.to_string())),
                began: deed(finder, first)?,
                now: deed(finder, last)?,
                state,
                started_at: DateTime(from),
                ended_at: state.has_ended().then_some(DateTime(to)),
                duration_ms: Long(to.as_micros().saturating_sub(from.as_micros()).unsigned_abs() / 1_000),
            });
        }
        Ok(branches)
    }
}

/// The tree, and whether the log was looked through to its end: a cause always stands before what it causes.
fn grow(finder: &Finder, seeds: Vec<Recorded>) -> Found<(Tree, bool)> {
    let mut tree = Tree::default();
    let Some(from) = seeds.first().map(|event| event.position() + 1) else { return Ok((tree, true)) };
    for seed in seeds {
        tree.add(seed);
    }
    let mut request = Read::forward(from);
    let mut seen = 0;
    loop {
        let page = finder.reader.read_page(&request)?;
        seen += page.events.len();
        for event in page.events {
            let is_caused = event.envelope.causation_id.is_some_and(|cause| tree.known.contains(&cause));
            if is_caused && !tree.known.contains(&event.envelope.id) {
                tree.add(event);
            }
        }
        match page.next_position {
            Some(next) if seen < EVENTS_MAX => request.from = next,
            Some(_) => return Ok((tree, false)),
            None => return Ok((tree, true)),
        }
    }
}
