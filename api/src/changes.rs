//! Rows that change, told to whoever watches them: first all that changed after a position, then each change.
//!
//! Guarantees: what a view shows anew is read once for all who watch the same rows as the same person in the same project, however many they
//! are, and by nobody where none of these rows is among those that the view tells of; only whoever is behind reads for
//! himself. Nothing is buffered for a client: what it takes next is the latest state.
//! Who may see what is decided by the scope of the reading, which those who share it have in common.
//!
//! To add one: a [`Watched`] in the concern's `subscription`.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use async_graphql::{Context, ID, Result};
use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use mediary_projections::{Changed, QueryError, Snapshot, SqlResult, ViewHandle, ViewStatus};
use mediary_schema::{PrincipalId, ProjectId, scope::Scope};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    connection::Of,
    error::{fault, parse_id, view_fault},
    event::within_log,
    scalar::Position,
    schema::{platform, scope},
};

/// Rows of one item, but for those that one event touched: these come together.
const ROWS_MAX: usize = 200;
/// Readings that are kept for those who come a moment later.
const READINGS_MAX: usize = 32;
/// Things that one subscriber may name.
const NAMED_MAX: usize = 500;

/// What can be watched: the rows of a view, or those of them that belong to one thing.
pub(crate) struct Watched<Row> {
    /// Where they are.
    pub(crate) view: Of,
    /// The table that has them.
    pub(crate) table: &'static str,
    /// The thing that they belong to, if not all are watched.
    pub(crate) of: Option<Uuid>,
    /// Those that were touched after a position, in that order, at most so many.
    pub(crate) changed: Read<Row>,
    /// The position of the last event that touched one.
    pub(crate) at: fn(&Row) -> u64,
    /// Its id.
    pub(crate) id: fn(&Row) -> Uuid,
}

impl<Row> Watched<Row> {
    /// Whether it may be one of these.
    fn has(&self, row: &Changed) -> bool {
        row.table == self.table && self.of.is_none_or(|of| row.of == Some(of))
    }
}

type Read<Row> = Box<dyn Fn(&Snapshot<'_>, u64, u32) -> SqlResult<Vec<Row>> + Send + Sync>;

/// The things that a subscriber names; none stands for all.
pub(crate) type Named = Option<HashSet<Uuid>>;

/// Which things a subscriber names.
pub(crate) fn named<T>(ids: Option<Vec<ID>>, uuid: fn(T) -> Uuid) -> Result<Named>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let Some(ids) = ids else { return Ok(None) };
    if ids.is_empty() || ids.len() > NAMED_MAX {
        let message = format!("name from 1 to {NAMED_MAX} things, or leave `ids` out to have all");
        return Err(fault(&message, "BAD_LIST", false));
    }
    ids.iter().map(|id| parse_id(id).map(uuid)).collect::<Result<_>>().map(Some)
}

/// Tells whoever asks of the rows that he names and wants: each item has a position, which is what to ask for after a break.
pub(crate) fn changes<Row, Item>(
    context: &Context<'_>,
    watched: Watched<Row>,
    after: Option<Position>,
    named: Named,
    wants: impl Fn(&Row) -> bool + Send + Sync + 'static,
    item: impl Fn(Position, Vec<Row>) -> Item + Send + 'static,
) -> Result<BoxStream<'static, Result<Item>>>
where
    Row: Clone + Send + Sync + 'static,
    Item: 'static,
{
    let scope = scope(context)?;
    let after = after.unwrap_or_default();
    within_log(context, after)?;
    let id = watched.id;
    let wants = move |row: &Row| named.as_ref().is_none_or(|named| named.contains(&id(row))) && wants(row);
    let view = (watched.view)(&platform(context).views).clone();
    let feed = context.data_unchecked::<Feeds>().of(&scope, watched);
    let steps = view.watch();
    let watching = Watching { view, scope, feed, steps, after: after.0, is_first: true, has_ended: false };
    let told = stream::unfold((watching, wants, item), |(mut watching, wants, item)| async move {
        let next = watching.next(&wants).await?;
        let answer = next.map(|(position, rows)| item(Position(position), rows));
        Some((answer.map_err(|error| view_fault(&error)), (watching, wants, item)))
    });
    Ok(told.boxed())
}

/// What is watched by anybody now.
#[derive(Default)]
pub(crate) struct Feeds(Mutex<HashMap<Key, Weak<dyn Any + Send + Sync>>>);

/// Whose rows of which kind, and of what.
type Key = (Option<ProjectId>, PrincipalId, TypeId, Option<Uuid>);

impl Feeds {
    fn of<Row: Send + Sync + 'static>(&self, scope: &Scope, watched: Watched<Row>) -> Arc<Feed<Row>> {
        let key = (scope.project(), scope.principal(), TypeId::of::<Row>(), watched.of);
        let mut feeds = lock(&self.0);
        if let Some(feed) = feeds.get(&key).and_then(Weak::upgrade) {
            return feed.downcast().expect("a feed is found by what it has");
        }
        feeds.retain(|_, feed| feed.strong_count() > 0);
        let feed =
            Arc::new(Feed { watched, readings: Mutex::default(), turn: tokio::sync::Mutex::default() });
        let any: Arc<dyn Any + Send + Sync> = Arc::<Feed<Row>>::clone(&feed);
        feeds.insert(key, Arc::downgrade(&any));
        feed
    }
}

/// The newest readings of what is watched.
struct Feed<Row> {
    watched: Watched<Row>,
    readings: Mutex<VecDeque<Reading<Row>>>,
    /// Whoever has it reads what nobody has read yet.
    turn: tokio::sync::Mutex<()>,
}

/// Every row that was touched behind `from` and up to `to`, as it was when it was read.
struct Reading<Row> {
    from: u64,
    to: u64,
    rows: Arc<[Row]>,
    /// How often the view was begun anew before it was read: what is erased from the view is told by no reading of before.
    generation: u64,
}

impl<Row> Clone for Reading<Row> {
    fn clone(&self) -> Self {
        Self { rows: Arc::clone(&self.rows), ..*self }
    }
}

impl<Row: Clone + Send + Sync + 'static> Feed<Row> {
    /// What was read behind a position by anybody, the oldest reading first; none if the first of it is not kept.
    fn kept(&self, after: u64, generation: u64) -> Vec<Reading<Row>> {
        let mut readings = lock(&self.readings);
        readings.retain(|reading| reading.generation == generation);
        let first = readings.iter().rposition(|reading| reading.from <= after && after < reading.to);
        let Some(first) = first else { return Vec::new() };
        let mut follow: Vec<Reading<Row>> = Vec::new();
        for reading in readings.range(first..) {
            if follow.last().is_none_or(|last| reading.from <= last.to) {
                follow.push(reading.clone());
            }
        }
        follow
    }

    /// Where the first reading of what is kept begins that begins behind a position.
    fn begun_behind(&self, after: u64) -> Option<u64> {
        lock(&self.readings).iter().map(|reading| reading.from).find(|from| *from > after)
    }

    /// Whether nobody has read behind a position.
    fn is_newest(&self, after: u64) -> bool {
        lock(&self.readings).back().is_none_or(|newest| newest.to <= after)
    }

    fn keep(&self, reading: &Reading<Row>) {
        let mut readings = lock(&self.readings);
        let is_news = reading.from < reading.to;
        if is_news && readings.back().is_none_or(|newest| newest.to < reading.to) {
            readings.push_back(reading.clone());
            if readings.len() > READINGS_MAX {
                readings.pop_front();
            }
        }
    }
}

/// A subscriber and his place.
struct Watching<Row> {
    view: ViewHandle,
    scope: Scope,
    feed: Arc<Feed<Row>>,
    steps: watch::Receiver<ViewStatus>,
    after: u64,
    is_first: bool,
    has_ended: bool,
}

impl<Row: Clone + Send + Sync + 'static> Watching<Row> {
    async fn next(
        &mut self,
        wants: &(dyn Fn(&Row) -> bool + Send + Sync),
    ) -> Option<Result<(u64, Vec<Row>), QueryError>> {
        if self.has_ended {
            return None;
        }
        loop {
            let status = self.steps.borrow_and_update().clone();
            let rows = match self.step(status.position).await {
                Ok(rows) => rows,
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(error));
                }
            };
            let rows: Vec<Row> = rows.into_iter().filter(|row| wants(row)).collect();
            let is_there = self.after >= status.position;
            if !rows.is_empty() || (self.is_first && is_there && status.fault.is_none()) {
                self.is_first = false;
                return Some(Ok((self.after, rows)));
            }
            if !is_there {
                continue;
            }
            if let Some(fault) = status.fault {
                self.has_ended = true;
                return Some(Err(QueryError::Stopped {
                    view: status.name,
                    code: fault.code,
                    reason: fault.reason,
                }));
            }
            self.steps.changed().await.ok()?;
        }
    }

    /// What changed behind the place, at most a few hundred rows, each once; the place moves on to what they show.
    async fn step(&mut self, shown: u64) -> Result<Vec<Row>, QueryError> {
        let feed = Arc::clone(&self.feed);
        if let Some(rows) = self.take_kept() {
            return Ok(rows);
        }
        if self.after >= shown {
            return Ok(Vec::new());
        }
        if self.is_unchanged_until(shown) {
            self.after = shown;
            return Ok(Vec::new());
        }
        let turn = if feed.is_newest(self.after) { Some(feed.turn.lock().await) } else { None };
        // Somebody may have read it while this one waited for the turn.
        if let Some(rows) = self.take_kept() {
            return Ok(rows);
        }
        let reading = self.read(shown).await?;
        feed.keep(&reading);
        drop(turn);
        Ok(self.take(&[reading]))
    }

    /// What others have read behind the place. Whoever comes later than they, and missed nothing until where they began, goes
    /// on from there.
    fn take_kept(&mut self) -> Option<Vec<Row>> {
        let generation = self.view.generation();
        let mut kept = self.feed.kept(self.after, generation);
        if kept.is_empty() {
            let from = self.feed.begun_behind(self.after)?;
            if !self.is_unchanged_until(from) {
                return None;
            }
            self.after = from;
            kept = self.feed.kept(from, generation);
        }
        (!kept.is_empty()).then(|| self.take(&kept))
    }

    /// Whether it is known that none of the rows was touched behind the place and up to this position.
    fn is_unchanged_until(&self, position: u64) -> bool {
        !self.view.may_have_changed(self.after, position, |row| self.feed.watched.has(row))
    }

    /// Reads what changed behind the place. What one event touched is not torn apart.
    async fn read(&self, shown: u64) -> Result<Reading<Row>, QueryError> {
        let (feed, from, generation) = (Arc::clone(&self.feed), self.after, self.view.generation());
        let read = self.view.read(self.scope, move |snapshot| {
            let at = feed.watched.at;
            let mut limit = ROWS_MAX + 1;
            loop {
                let rows_max = u32::try_from(limit).unwrap_or(u32::MAX);
                let mut rows = (feed.watched.changed)(snapshot, from, rows_max)?;
                if rows.len() < limit {
                    // The rows may be newer than what was said to be shown; never the other way round.
                    let to = rows.last().map_or(shown, |last| at(last).max(shown)).max(from);
                    return Ok(Reading { from, to, rows: rows.into(), generation });
                }
                let beyond = rows.last().map_or(from, at);
                rows.retain(|row| at(row) < beyond);
                if let Some(last) = rows.last() {
                    let to = at(last);
                    return Ok(Reading { from, to, rows: rows.into(), generation });
                }
                limit *= 2;
            }
        });
        read.await
    }

    /// The latest of each row behind the place, in the order of the changes.
    fn take(&mut self, readings: &[Reading<Row>]) -> Vec<Row> {
        let Watched { at, id, .. } = self.feed.watched;
        let (mut taken, mut seen, mut count) = (Vec::new(), HashSet::new(), 0);
        let after = self.after;
        let fits = |reading: &&Reading<Row>| {
            let is_room = count == 0 || count + reading.rows.len() <= ROWS_MAX;
            count += reading.rows.len();
            is_room
        };
        let few: Vec<_> = readings.iter().take_while(fits).collect();
        for reading in few.iter().rev() {
            let news = reading.rows.iter().rev().filter(|row| at(row) > after);
            taken.extend(news.filter(|row| seen.insert(id(row))).cloned());
        }
        taken.reverse();
        self.after = few.last().map_or(after, |newest| newest.to);
        taken
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
