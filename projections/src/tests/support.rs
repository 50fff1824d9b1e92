//! Rows folded from events, and values as they come in real life.

use std::{collections::HashSet, marker::PhantomData, sync::mpsc};

use mediary_events::{Concern, codec, testing::NOW};
use mediary_log::{Codec, Envelope, Extensions, Origin, OriginKind, Recorded};
use mediary_schema::{
    CommandId, CorrelationId, EventId, FailureClass, ItemId, PrincipalId, ProjectId, Timestamp,
    file::{Check, MediaFacts, Verified},
    item::ItemSource,
    job::{Failure, ResourceUse},
};
use rusqlite::{
    Connection, StatementStatus, Transaction,
    trace::{TraceEvent, TraceEventCodes},
    types::Value,
};
use uuid::Uuid;

use crate::{
    changed::Changed,
    page::{Page, PageRequest},
    scoped,
    search::{self, Texts},
    view::{ApplyError, View},
};

pub(crate) const USED: ResourceUse = ResourceUse { cpu_ms: 1_200, memory_peak_bytes: 64 << 20 };

/// When the event at a position is recorded: one a second.
pub(crate) fn at(position: u64) -> Timestamp {
    Timestamp::from_micros(NOW.as_micros() + 1_000_000 * position as i64)
}

/// The event as it is read from a log; the position stands for its other numbers, too.
pub(crate) fn recorded<C: Concern>(position: u64, uuid: Uuid, event: &C::Event) -> Recorded {
    let encoded = codec::encode::<C>(event);
    let number = Uuid::from_u128(u128::from(position));
    let envelope = Envelope {
        position,
        stream: C::stream(uuid),
        version: position,
        id: EventId::from_uuid(number),
        name: encoded.kind.name.into(),
        schema: encoded.kind.schema,
        at: at(position),
        epoch: 1,
        project: ProjectId::HOME,
        principal: PrincipalId::OWNER,
        origin: Origin { kind: OriginKind::Cli, id: Uuid::nil() },
        command_id: CommandId::from_uuid(number),
        correlation_id: CorrelationId::from_uuid(number),
        causation_id: None,
        append_index: 0,
        append_len: 1,
        codec: Codec::MessagePack,
        extensions: Extensions::default(),
        digest: [0; 32],
    };
    Recorded { envelope, payload: Some(encoded.payload.into()), replacement: None }
}

/// The tables of one view, in memory.
pub(crate) struct Rows<V> {
    connection: Connection,
    position: u64,
    /// What is indexed by now.
    texts: &'static [Texts],
    view: PhantomData<V>,
}

impl<V: View> Rows<V> {
    pub(crate) fn new() -> Self {
        let mut rows = Self::unindexed();
        rows.complete();
        rows
    }

    /// The same while they are built: without the indexes that come last.
    pub(crate) fn unindexed() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        search::prepare(&connection).unwrap();
        connection.execute_batch(V::TABLES).unwrap();
        Self { connection, position: 0, texts: &[], view: PhantomData }
    }

    /// Makes the indexes.
    pub(crate) fn complete(&mut self) {
        self.connection.execute_batch(V::INDEXES).unwrap();
        search::make(&self.connection, V::TEXTS).unwrap();
        self.texts = V::TEXTS;
    }

    /// Folds the next events of one stream.
    #[track_caller]
    pub(crate) fn feed<C: Concern>(&mut self, uuid: Uuid, events: impl IntoIterator<Item = C::Event>) {
        for event in events {
            self.apply(&recorded::<C>(self.position + 1, uuid, &event)).unwrap();
        }
    }

    /// Folds an event.
    pub(crate) fn apply(&mut self, recorded: &Recorded) -> Result<(), ApplyError> {
        self.apply_all(std::slice::from_ref(recorded))
    }

    /// Folds events as one batch.
    pub(crate) fn apply_all(&mut self, events: &[Recorded]) -> Result<(), ApplyError> {
        let transaction = self.connection.transaction().unwrap();
        let mut view = V::default();
        search::keep(&transaction, self.texts, |transaction| {
            for recorded in events {
                view.apply(transaction, recorded)?;
            }
            view.write(transaction)
        })?;
        let told: Option<HashSet<_>> = view.changed().map(|rows| rows.into_iter().collect());
        transaction.commit().unwrap();
        if let Some(told) = told {
            self.assert_told(&told);
        }
        self.position = events.last().map_or(self.position, Recorded::position);
        Ok(())
    }

    /// Every row that the file says was changed since the last batch is told, with the last event that touched it.
    fn assert_told(&self, told: &HashSet<Changed>) {
        let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%changed_at%'";
        let names: Vec<String> = {
            let mut select = self.connection.prepare(tables).unwrap();
            select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        for name in names {
            let its_list = "(SELECT id FROM playlist WHERE playlist.key = entry.playlist_key)";
            let of = if name == "entry" { its_list } else { "NULL" };
            let changed = format!("SELECT id, changed_at, {of} FROM {name} WHERE changed_at > ?1");
            let mut select = self.connection.prepare(&changed).unwrap();
            let rows = select.query_map([self.position as i64], |row| {
                let (id, of) = (row.get(0)?, row.get::<_, Option<_>>(2)?);
                Ok((Uuid::from_bytes(id), row.get::<_, i64>(1)? as u64, of.map(Uuid::from_bytes)))
            });
            for (id, position, of) in rows.unwrap().map(Result::unwrap) {
                let is_it = |row: &Changed| {
                    (row.table, row.of, row.id, row.position) == (name.as_str(), of, id, position)
                };
                assert!(told.iter().any(is_it), "{name} {id} {position} of {of:?}");
            }
        }
    }

    /// Every row of every table, as the file has it.
    pub(crate) fn dump(&self) -> Vec<Vec<Value>> {
        super::bench::rows_of(&self.connection)
    }

    /// The position of the last event.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Answers a query.
    #[track_caller]
    pub(crate) fn read<T>(&mut self, query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> T {
        self.read_as(ProjectId::HOME, query)
    }

    /// Answers a query of a project.
    #[track_caller]
    pub(crate) fn read_as<T>(
        &mut self,
        project: ProjectId,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> T {
        self.read_of(project, PrincipalId::OWNER, query)
    }

    /// Answers a query of a person.
    #[track_caller]
    pub(crate) fn read_of<T>(
        &mut self,
        project: ProjectId,
        owner: PrincipalId,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> T {
        // What hides other projects goes away with the transaction.
        let transaction = self.connection.transaction().unwrap();
        scoped::hide(&transaction).unwrap();
        scoped::choose(&transaction, project, owner).unwrap();
        query(&transaction).unwrap()
    }

    /// Every row of a list, page by page from either end; checks what each page says of the whole.
    #[track_caller]
    pub(crate) fn pages<T>(
        &mut self,
        limit: u32,
        query: impl Fn(&Transaction<'_>, &PageRequest) -> rusqlite::Result<Page<T>>,
    ) -> Vec<T> {
        super::listed::pages(self, limit, query)
    }

    /// How SQLite answers each statement of a query.
    pub(crate) fn plans<T>(
        &mut self,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Vec<String> {
        let (sender, run) = mpsc::channel();
        let note = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, _) = event {
                // Nobody listens any more once the query has run.
                sender.send(statement.expanded_sql()).unwrap_or_default();
            }
        };
        self.connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
        self.read(query);
        let run: Vec<String> = run.try_iter().flatten().collect();
        let selects = run.iter().filter(|sql| is_ours(sql));
        let plans: Vec<String> = selects.flat_map(|sql| self.plan(sql)).collect();
        assert!(!plans.is_empty(), "the query ran nothing: {run:?}");
        plans
    }

    /// How many steps SQLite takes to answer a query.
    pub(crate) fn steps<T>(&mut self, query: impl Fn(&Transaction<'_>) -> rusqlite::Result<T>) -> i32 {
        let (sender, run) = mpsc::channel();
        let note = move |event: TraceEvent<'_>| {
            if let TraceEvent::Profile(statement, _) = event
                && is_ours(&statement.sql())
            {
                sender.send(statement.get_status(StatementStatus::VmStep)).unwrap_or_default();
            }
        };
        self.connection.flush_prepared_statement_cache();
        self.connection.trace_v2(TraceEventCodes::SQLITE_TRACE_PROFILE, Some(note)).unwrap();
        self.read(query);
        self.connection.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>).unwrap();
        let steps = run.try_iter().sum();
        assert!(steps > 0, "the query ran nothing");
        steps
    }

    fn plan(&mut self, sql: &str) -> Vec<String> {
        let transaction = self.connection.transaction().unwrap();
        scoped::hide(&transaction).unwrap();
        scoped::choose(&transaction, ProjectId::HOME, PrincipalId::OWNER).unwrap();
        let mut explain = transaction.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = explain.query_map([], |row| row.get("detail")).unwrap();
        steps.map(Result::unwrap).collect()
    }
}

/// Whether a statement is one of a query's own, not of what makes the scope or of an index of words.
fn is_ours(sql: &str) -> bool {
    let is_of_an_index = sql.contains(" FROM 'main'.'");
    sql.starts_with("SELECT") && !sql.contains("pragma_table_") && !is_of_an_index
}

/// Holds that a query reads what it answers and no more: no table is read from end to end, not even what a project has in
/// it, and nothing is sorted.
#[track_caller]
pub(crate) fn assert_indexed<V: View, T>(
    rows: &mut Rows<V>,
    query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) {
    let plans = rows.plans(query);
    assert!(!plans.iter().any(|step| is_slow(step)), "{plans:#?}");
}

/// Holds that a query reads the rows of a project in the order in which it answers them, from one end on.
#[track_caller]
pub(crate) fn assert_unsorted<V: View, T>(
    rows: &mut Rows<V>,
    query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) {
    let plans = rows.plans(query);
    let is_slow = |step: &String| reads_from_end_to_end(step) || step.contains("TEMP B-TREE FOR ORDER BY");
    assert!(!plans.iter().any(is_slow), "{plans:#?}");
}

/// Whether a step of a plan reads a whole table; what an index of words finds is called a scan, too.
fn reads_from_end_to_end(step: &str) -> bool {
    let is_search = step.contains("VIRTUAL TABLE INDEX") && (step.contains(":M") || step.contains(":=M"));
    step.starts_with("SCAN") && !is_search
}

/// Whether a step of a plan reads more than is asked for.
fn is_slow(step: &str) -> bool {
    // A number for each state of a kind: there are some dozens, of whatever there is.
    let is_numbers = step.contains(" main.counted USING PRIMARY KEY");
    let reads_all = reads_from_end_to_end(step) || step.ends_with(" (project=?)");
    (reads_all && !is_numbers) || step.contains("TEMP B-TREE FOR ORDER BY")
}

// Core F, PL-41: statements that count were not looked at.
#[test]
fn a_statement_that_counts_every_row_is_slow() {
    use crate::job::JobView;

    let mut rows = Rows::<JobView>::new();
    let count =
        |sql: &'static str| move |rows: &Transaction<'_>| rows.query_row(sql, [], |row| row.get::<_, i64>(0));
    for all in ["SELECT count(*) FROM job", "SELECT count(*) FROM job WHERE attempts = 1"] {
        let plans = rows.plans(count(all));
        assert!(plans.iter().any(|step| is_slow(step)), "{plans:#?}");
    }
    assert_indexed(&mut rows, count("SELECT count(*) FROM job WHERE state = 'queued'"));
}

/// The id of the item of a name.
pub(crate) fn item_id(name: &str) -> ItemId {
    mediary_events::testing::samples::identities().item(ProjectId::HOME, &source(name))
}

/// The item of a name.
pub(crate) fn source(name: &str) -> ItemSource {
    ItemSource {
        extractor: "demo".to_owned(),
        source_id: name.to_owned(),
        url: format!("http://example.org/watch/{name}"),
    }
}

pub(crate) fn failure(class: FailureClass, partial: u64) -> Failure {
    let output = vec!["ERROR: HTTP Error 503: Service Unavailable".to_owned()];
    Failure { exit_code: Some(1), output, partial, ..Failure::new(class, "the source did not answer") }
}

/// What a file of so many bytes is known by.
pub(crate) fn verified(size_bytes: u64) -> Verified {
    Verified {
        size_bytes,
        blake3: "d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24".to_owned(),
        media: MediaFacts {
            container: "mov,mp4,m4a,3gp,3g2,mj2".to_owned(),
            duration_ms: 61_013,
            width: Some(1280),
            height: Some(720),
            video_codec: Some("h264".to_owned()),
            audio_codec: None,
        },
        check: Check::Decoded,
        oddities: Vec::new(),
    }
}
