//! The model of record and index: the same tables in one file, every event in one transaction.

use mediary_events::StreamId;
use mediary_schema::{CommandId, EventId, PrincipalId};
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition, backends::InMemoryBackend};
use uuid::Uuid;

use super::support::Bench;
use crate::log::{Direction, Filter, Log, Read, Recorded};

const EVENTS: TableDefinition<'static, u64, &str> = TableDefinition::new("events");
const IDS: TableDefinition<'static, u128, u64> = TableDefinition::new("ids");
const STREAMS: TableDefinition<'static, (&str, u64), u64> = TableDefinition::new("streams");
const CATEGORIES: TableDefinition<'static, (&str, u64), u64> = TableDefinition::new("categories");
const COMMANDS: TableDefinition<'static, (u128, u128), (u64, u64)> = TableDefinition::new("commands");

/// A log whose indices can't be behind.
pub(super) struct Twin(Database);

impl Twin {
    /// A twin of a log as it is now.
    pub(super) fn of(bench: &Bench) -> Self {
        let twin = Self(Database::builder().create_with_backend(InMemoryBackend::new()).unwrap());
        for event in bench.all() {
            twin.record(&event);
        }
        twin
    }

    fn record(&self, event: &Recorded) {
        let (position, envelope) = (event.position(), &event.envelope);
        let stream = envelope.stream.to_string();
        let transaction = self.0.begin_write().unwrap();
        {
            transaction.open_table(EVENTS).unwrap().insert(position, stream.as_str()).unwrap();
            transaction.open_table(IDS).unwrap().insert(envelope.id.uuid().as_u128(), position).unwrap();
            let mut streams = transaction.open_table(STREAMS).unwrap();
            streams.insert((stream.as_str(), envelope.version), position).unwrap();
            let category = envelope.stream.category.as_ref();
            let mut categories = transaction.open_table(CATEGORIES).unwrap();
            categories.insert((category, position), envelope.version).unwrap();
            let command = (envelope.principal.uuid().as_u128(), envelope.command_id.uuid().as_u128());
            let mut commands = transaction.open_table(COMMANDS).unwrap();
            let first = position - u64::from(envelope.append_index);
            commands.insert(command, (first, position)).unwrap();
        }
        transaction.commit().unwrap();
    }

    /// Asks the log every question that an index answers, and compares.
    pub(super) fn compare(&self, log: &Log) {
        let read = self.0.begin_read().unwrap();
        let Ok(events) = read.open_table(EVENTS) else { return };
        for row in read.open_table(IDS).unwrap().iter().unwrap() {
            let (id, position) = row.unwrap();
            let found = log.event(EventId::from_uuid(Uuid::from_u128(id.value()))).unwrap();
            assert_eq!(found.map(|event| event.position()), Some(position.value()));
        }
        for row in events.iter().unwrap() {
            let stream: StreamId = row.unwrap().1.value().parse().unwrap();
            self.compare_stream(log, &stream);
        }
        for row in read.open_table(COMMANDS).unwrap().iter().unwrap() {
            let (command, range) = row.unwrap();
            let (principal, id) = command.value();
            let found = log
                .command(
                    PrincipalId::from_uuid(Uuid::from_u128(principal)),
                    CommandId::from_uuid(Uuid::from_u128(id)),
                )
                .unwrap()
                .map(|appended| (appended.first_position, appended.last_position));
            assert_eq!(found, Some(range.value()));
        }
        for category in ["playlist", "job", "job_x", "none"] {
            self.compare_category(log, category);
        }
    }

    fn compare_stream(&self, log: &Log, stream: &StreamId) {
        let text = stream.to_string();
        let streams = self.0.begin_read().unwrap().open_table(STREAMS).unwrap();
        let rows = streams.range((text.as_str(), 0)..=(text.as_str(), u64::MAX)).unwrap();
        let expected: Vec<_> = rows
            .map(|row| {
                let (key, position) = row.unwrap();
                (key.value().1, position.value())
            })
            .collect();
        let found = log.read_stream(stream, 0, Direction::Forward, usize::MAX).unwrap();
        let found: Vec<_> = found.iter().map(|event| (event.envelope.version, event.position())).collect();
        assert_eq!(found, expected);
        assert_eq!(log.stream_version(stream).unwrap(), expected.len() as u64);
    }

    fn compare_category(&self, log: &Log, category: &'static str) {
        let categories = self.0.begin_read().unwrap().open_table(CATEGORIES).unwrap();
        let rows = categories.range((category, 0)..=(category, u64::MAX)).unwrap();
        let expected: Vec<_> = rows.map(|row| row.unwrap().0.value().1).collect();
        let read = Read::forward(1).limit(usize::MAX).filter(Filter::categories([category]));
        let found: Vec<_> = log.read(&read).unwrap().iter().map(Recorded::position).collect();
        assert_eq!(found, expected);
        let counted = log.counts().unwrap().into_iter().find(|count| count.category == category);
        assert_eq!(counted.map_or(0, |count| count.events), expected.len() as u64);
    }
}
