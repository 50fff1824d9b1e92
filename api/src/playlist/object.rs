mod account;
mod diff;
mod entry;

use std::{collections::HashMap, sync::Arc};

use account::{Gone, HereName, PlaylistAccount, StandingName, gone};
use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use entry::{EntriesOfList, EntryFilterInput, OrderName};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    listing::{By, OrderField as _},
    playlist::{self as view, EntryField, PlaylistRow, PlaylistView, RefreshOutcome},
};
use mediary_schema::{
    JobId, PlaylistId,
    cookies::CookieMode,
    playlist::{Keep, PlaylistKind, RefreshCounts, UnreadableRow as UnreadableValue},
};

use crate::{
    connection::{self, Nodes, Of, Part},
    error::internal,
    job::{Failure, Job, JobById},
    loader::{LookUp, look_up},
    scalar::{DateTime, Long, Position},
    schema::read,
    setting::Layout,
    sorting::{OrderBy, order},
};

pub(crate) use entry::{Entry, EntryById};

const VIEW: Of = Views::of::<PlaylistView>;

/// What an address turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PlaylistKind", name = "PlaylistKind")]
pub(crate) enum Kind {
    /// A list of entries.
    List,
    /// A single item; its entry is in the list "Unlisted".
    Single,
}

/// Which entries of a followed list are kept without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Keep", name = "PlaylistKeep")]
pub(crate) enum KeepName {
    /// Those that a refresh finds from now on.
    New,
    /// All that are there, too.
    All,
    /// None: whatever is wanted is asked for.
    Nothing,
}

/// When the cookies of a list are sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "CookieMode", name = "CookieMode")]
pub(crate) enum CookieModeName {
    /// Never.
    Off,
    /// Once the site has refused without them: it wants a sign-in, a member, an age, a proof of a human.
    WhenNeeded,
    /// Always.
    Always,
}

/// How the last refresh of a playlist went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "RefreshOutcome", name = "RefreshOutcome")]
pub(crate) enum Outcome {
    /// Something changed.
    Changed,
    /// Checked, nothing new.
    Unchanged,
    /// Not all of it was seen: it broke off in the middle and changed nothing, or rows of it could not be read. What
    /// could be read is recorded then, and nothing counts as removed.
    Partial,
    /// It saw nothing.
    Failed,
}

/// How many entries a refresh changed, by kind of change.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(name = "RefreshCounts")]
pub(crate) struct Counts {
    /// New entries.
    added: u32,
    /// Entries that a first full refresh lacks.
    not_seen: u32,
    /// Entries that a second full refresh lacks, too.
    removed: u32,
    /// Entries that stand elsewhere.
    moved: u32,
    /// Entries with another title.
    renamed: u32,
    /// Entries with another length, live state or address.
    described: u32,
    /// Entries that became private, deleted or otherwise unavailable.
    unavailable: u32,
    /// Entries that can be had again.
    available: u32,
    /// Entries that are in the list again.
    returned: u32,
}

impl From<RefreshCounts> for Counts {
    fn from(counts: RefreshCounts) -> Self {
        let RefreshCounts {
            added,
            not_seen,
            removed,
            moved,
            renamed,
            described,
            unavailable,
            available,
            returned,
        } = counts;
        Self { added, not_seen, removed, moved, renamed, described, unavailable, available, returned }
    }
}

/// An entry that could not be read.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct UnreadableRow {
    /// Its place in the list, from 1, if that could be read.
    index: Option<u32>,
    /// Why not, in one sentence.
    reason: String,
}

impl From<UnreadableValue> for UnreadableRow {
    fn from(row: UnreadableValue) -> Self {
        Self { index: row.index, reason: row.reason }
    }
}

/// A remote list that is followed.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Playlist {
    /// `playlist-<uuid>`, derived from the address.
    id: ID,
    /// Its canonical address; empty for the built-in list "Unlisted".
    url: String,
    /// Its title, once a refresh told one.
    title: Option<String>,
    /// What it turned out to be, once a refresh came to its end.
    kind: Option<Kind>,
    /// The extractor's key in lower case.
    extractor: Option<String>,
    /// Whether it is followed.
    followed: bool,
    /// When it was followed first.
    followed_at: DateTime,
    /// Which entries are kept without being asked for.
    keep: KeepName,
    /// What of each is kept then: `best`, `1080p`, `720p` or `audio`; none if nothing is.
    keep_quality: Option<String>,
    /// The rules that each of these keeps to; without any, all are kept.
    keep_filter: Vec<String>,
    /// When cookies are sent along to its site.
    cookie_mode: CookieModeName,
    /// The secret that has them.
    cookie_secret_id: Option<ID>,
    /// How files of its entries are named that are kept from now on; none if as for the library.
    layout: Option<Layout>,
    /// By which profile a file is made of each of its files that is kept from now on, beside it; none if nothing is made.
    transcode_profile: Option<String>,
    /// When it was refreshed last.
    refreshed_at: Option<DateTime>,
    /// How that went.
    refresh_outcome: Option<Outcome>,
    /// The job that refreshed it last.
    refresh_job_id: Option<ID>,
    /// What the last refresh changed.
    refresh_counts: Option<Counts>,
    /// Why the last refresh failed, if it did.
    refresh_failure: Option<Failure>,
    /// How many entries the last refresh could not read.
    refresh_unreadable: u32,
    /// The first 20 of these.
    refresh_unreadable_rows: Vec<UnreadableRow>,
    /// How many entries are there: with `notSeenCount` as many as `entries` shows.
    entry_count: Long,
    /// How many entries the last full refresh lacked: they are shown until the next one lacks them, too.
    not_seen_count: Long,
    /// The position of the last event that touched it.
    changed_at: Position,
    #[graphql(skip)]
    key: PlaylistId,
    #[graphql(skip)]
    refresh_job_key: Option<JobId>,
}

impl From<PlaylistRow> for Playlist {
    fn from(row: PlaylistRow) -> Self {
        let keep = Keep::of(row.keeping.as_ref());
        let filter = row.keeping.iter().flat_map(|keeping| keeping.filter.rules());
        let keep_filter = filter.map(ToString::to_string).collect();
        let keep_quality = row.keeping.map(|keeping| keeping.quality.name);
        Self {
            keep: keep.into(),
            keep_quality,
            keep_filter,
            cookie_mode: CookieMode::of(row.cookies.as_ref()).into(),
            layout: row.layout.as_ref().map(Layout::from),
            transcode_profile: row.transcoding,
            cookie_secret_id: row.cookies.map(|cookies| ID(cookies.secret_id.to_string())),
            id: ID(row.id.to_string()),
            url: row.url,
            title: row.title,
            kind: row.kind.map(|kind: PlaylistKind| kind.into()),
            extractor: row.extractor,
            followed: row.followed,
            followed_at: DateTime(row.followed_at),
            refreshed_at: row.refreshed_at.map(DateTime),
            refresh_outcome: row.refresh_outcome.map(|outcome: RefreshOutcome| outcome.into()),
            refresh_job_id: row.refresh_job_id.map(|id| ID(id.to_string())),
            refresh_counts: row.refresh_counts.map(Counts::from),
            refresh_failure: row.refresh_failure.map(Failure::from),
            refresh_unreadable: row.refresh_unreadable,
            refresh_unreadable_rows: row
                .refresh_unreadable_rows
                .into_iter()
                .map(UnreadableRow::from)
                .collect(),
            entry_count: Long(row.entry_count),
            not_seen_count: Long(row.not_seen_count),
            changed_at: Position(row.changed_at),
            key: row.id,
            refresh_job_key: row.refresh_job_id,
        }
    }
}

/// A playlist by its id.
pub(crate) struct PlaylistById;

impl LookUp for PlaylistById {
    type Key = PlaylistId;
    type Row = PlaylistRow;

    fn view(views: &Views) -> &ViewHandle {
        VIEW(views)
    }

    fn find(rows: &Snapshot<'_>, keys: &[PlaylistId]) -> SqlResult<HashMap<PlaylistId, PlaylistRow>> {
        Ok(view::playlists_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}

#[ComplexObject]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl Playlist {
    /// The job of the last refresh.
    async fn refresh_job(&self, context: &Context<'_>) -> Result<Option<Job>> {
        let Some(id) = self.refresh_job_key else { return Ok(None) };
        Ok(look_up::<JobById>(context, id).await?.map(Job::from))
    }

    /// Its entries, in the list's order unless said otherwise.
    #[graphql(
        complexity = "connection::cost(first, last, child_complexity) + connection::cost_of_search(filter.as_ref().and_then(|filter| filter.search.as_ref()))"
    )]
    async fn entries(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<EntryFilterInput>,
    ) -> Result<Nodes<Entry>> {
        let filter = filter.unwrap_or_default().parse(order(order_by))?;
        let request = Part { first, last, after, before }.request(context, filter.order.field.by())?;
        // Lists whose entries are asked for beside each other are read at once.
        let page = look_up::<EntriesOfList>(context, Arc::new((self.key, filter, request))).await?;
        Ok(connection::connection(page.ok_or_else(|| internal("INTERNAL"))?))
    }

    /// What became of every row that is in it, in numbers that add up.
    #[graphql(complexity = "OF_EVERY_ROW + child_complexity")]
    async fn account(&self, context: &Context<'_>) -> Result<PlaylistAccount> {
        let id = self.key;
        let cells = read(context, VIEW, None, move |rows| view::account(rows, id)).await?;
        Ok(cells.into())
    }

    /// The rows behind a number of `account`, in the list's order.
    #[graphql(complexity = "OF_EVERY_ROW + connection::cost(first, last, child_complexity)")]
    async fn account_entries(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        #[graphql(desc = "What became of them.")] standing: StandingName,
        #[graphql(desc = "Only those with this reason.")] reason: Option<String>,
    ) -> Result<Nodes<Entry>> {
        let (id, standing) = (self.key, standing.into());
        let part = (Part { first, last, after, before }, EntryField::Place.by());
        let query = move |rows: &Snapshot<'_>, request: &_| {
            view::account_entries(rows, id, standing, reason.as_deref(), request)
        };
        connection::page(context, VIEW, part, None, query).await
    }

    /// Rows that can't be had at the source any more: out of the list, private, deleted or otherwise unavailable, unless
    /// another row of the list still has the item.
    #[graphql(complexity = "OF_EVERY_ROW + connection::cost(first, last, child_complexity)")]
    async fn gone(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        #[graphql(desc = "Only those that are here, are lost, or were never saved.")] here: Option<HereName>,
    ) -> Result<Gone> {
        let (id, here) = (self.key, here.map(Into::into));
        let request = Part { first, last, after, before }.request(context, EntryField::Place.by())?;
        let query = move |rows: &Snapshot<'_>| view::gone(rows, id, here, &request);
        Ok(gone(read(context, VIEW, None, query).await?))
    }

    /// What is otherwise in it at a later moment; what came and went in between is not told. A moment is a position, a
    /// time (`2026-11-21T08:00:00Z`), the job of a refresh, or an event. The built-in list "Unlisted" has no history.
    #[graphql(complexity = "connection::COST_OF_ALL + connection::cost(first, last, child_complexity)")]
    async fn diff(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        #[graphql(desc = "The first moment; the last refresh but one if left out.")] from: Option<String>,
        #[graphql(desc = "The second moment; now if left out.")] to: Option<String>,
    ) -> Result<diff::Changes> {
        let request = Part { first, last, after, before }.request(context, By::NUMBER)?;
        diff::diff(context, self.key, from, to, request).await
    }
}

/// What a field costs that looks at every row of a list: a few of them fit into a request.
const OF_EVERY_ROW: usize = 500;
