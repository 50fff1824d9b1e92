//! What a batch comes to: each request is judged on what is in the transaction so far, and what is accepted is written
//! into it. Nothing is on the disk before the writer commits.

use std::sync::Arc;

use mediary_events::{Envelope, Recorded, StreamId};
use mediary_schema::EventId;
use rand::RngCore as _;
use redb::WriteTransaction;

use super::{Batch, Staged, Writer};
use crate::log::{
    append::{Append, AppendHeader, Appended, NewEvent, Stamp, Versions},
    chain, epoch, erasure,
    error::{AppendError, Damage, IndexFault, ReadError, Trouble},
    frame::{self, Body},
    index::{self, Facts},
    metric,
    record::Record,
    sealing::{self, Sealed},
    store::Head,
};

/// An id source that repeats itself so often is broken.
const ID_DRAWS_MAX: usize = 8;

/// The open tables of the two transactions of a batch.
struct Tables<'t> {
    record: Record<'t>,
    index: index::Tables<'t>,
}

/// What becomes of one request.
enum Verdict {
    Accepted,
    Repeated(Appended),
    Refused(AppendError),
}

/// An event's place within its append.
struct Place {
    index: u32,
    len: u32,
    version: u64,
}

impl Writer {
    pub(super) fn stage(
        &mut self,
        recording: &WriteTransaction,
        indexing: &WriteTransaction,
        batch: &Batch<'_>,
    ) -> Result<Staged, Trouble> {
        let mut tables = Tables { record: Record::open(recording)?, index: index::Tables::open(indexing)? };
        let mut staged = Staged::default();
        if let Some(reason) = batch.opening {
            self.tail.epoch = epoch::raise(recording, self.tail.epoch)?;
            // Within an epoch time never goes back (L-4); between two it may.
            self.tail.at = batch.now;
            staged.appends += 1;
            let opened = epoch::opened(&self.store, self.host, self.tail.epoch, reason);
            self.record(&mut tables, &opened, &mut staged.recorded)?;
        }
        self.tail.at = self.tail.at.max(batch.now);
        for append in batch.appends {
            let outcome = match self.check(&tables, append)? {
                Verdict::Accepted => {
                    staged.appends += 1;
                    Ok(self.record(&mut tables, append, &mut staged.recorded)?)
                }
                Verdict::Repeated(appended) => Ok(appended),
                Verdict::Refused(error) => {
                    metric::refused("conflict");
                    Err(error)
                }
            };
            staged.answers.push(outcome);
        }
        if !staged.recorded.is_empty() {
            tables.index.finish(&mut self.categories, self.tail.head)?;
        }
        Ok(staged)
    }

    fn check(&self, tables: &Tables<'_>, append: &Append) -> Result<Verdict, Trouble> {
        let (principal, command) = (append.header.principal, append.header.command_id);
        if let Some((first, events)) = tables.index.command(principal, command)? {
            let answer = index::repeated(&tables.record.events, principal, command, first, events)?;
            return Ok(Verdict::Repeated(answer));
        }
        for (stream, expected) in &append.expected {
            let actual = self.version(tables, stream)?;
            if !expected.allows(actual) {
                let (stream, expected) = (stream.clone(), *expected);
                return Ok(Verdict::Refused(AppendError::Conflict { stream, expected, actual }));
            }
        }
        for only_if in &append.only_if {
            let positions = tables.record.moved(only_if)?;
            if !positions.is_empty() {
                return Ok(Verdict::Refused(AppendError::Moved { positions }));
            }
        }
        for person in append.events.iter().filter_map(|event| sealing::person(event, principal)) {
            if let Err(error) = self.store.keys().make_sure(person) {
                return Ok(Verdict::Refused(AppendError::Unsealed(error)));
            }
        }
        Ok(Verdict::Accepted)
    }

    fn record(
        &mut self,
        tables: &mut Tables<'_>,
        append: &Append,
        recorded: &mut Vec<Arc<Recorded>>,
    ) -> Result<Appended, Trouble> {
        let len = u32::try_from(append.events.len()).expect("an append has at most 10000 events");
        let first_position = self.tail.head.position + 1;
        let mut versions = Versions::default();
        for (index, event) in (0..len).zip(&append.events) {
            let version = 1 + self.version(tables, &event.stream)?;
            versions.set(&event.stream, version);
            self.versions.set(&event.stream, version);
            let place = Place { index, len, version };
            recorded.push(Arc::new(self.record_event(tables, &append.header, event.clone(), &place)?));
            for position in erasure::asked(event) {
                tables.record.erase(position)?;
            }
            // Who asks for anything later is sealed for by another key.
            let shredded = erasure::shredded(event);
            if !shredded.is_empty() {
                self.store.keys().forget(&shredded);
            }
        }
        let header = &append.header;
        tables.index.add_command(header.principal, header.command_id, first_position, len)?;
        Ok(Appended {
            first_position,
            last_position: self.tail.head.position,
            versions: versions.into_list(),
            repeated: false,
        })
    }

    /// The version of a stream; 0 if there is no such stream.
    fn version(&self, tables: &Tables<'_>, stream: &StreamId) -> Result<u64, IndexFault> {
        match self.versions.of(stream) {
            Some(version) => Ok(version),
            None => tables.index.stream_version(&self.categories, stream),
        }
    }

    fn record_event(
        &mut self,
        tables: &mut Tables<'_>,
        header: &AppendHeader,
        event: NewEvent,
        place: &Place,
    ) -> Result<Recorded, Trouble> {
        let position = self.tail.head.position + 1;
        let mut salt = [0; 16];
        self.salts.fill_bytes(&mut salt);
        let sealed = self.sealed(header, &event)?;
        let written = sealed.as_ref().map_or(&event.payload, |sealed| &sealed.ciphertext).clone();
        let stamp = Stamp {
            position,
            version: place.version,
            id: self.event_id(tables, position)?,
            at: self.tail.at,
            epoch: self.tail.epoch,
            append_index: place.index,
            append_len: place.len,
            digest: chain::digest(&salt, &written),
        };
        let (mut envelope, payload) = header.envelope(event, stamp);
        envelope.extensions.seal = sealed.map(|sealed| sealed.tag);
        let mut bytes = Vec::with_capacity(384 + written.len());
        frame::encode_envelope(&envelope, &mut bytes);
        let hash = chain::link(&self.tail.head.hash, &bytes, &envelope.digest);
        frame::encode_rest(&envelope.digest, Body::Inline { salt: &salt, payload: &written }, &mut bytes);
        tables.record.insert(
            position,
            &bytes,
            chain::is_stored(position, place.index, place.len).then_some(&hash),
        )?;
        let facts = Facts { position, version: place.version, payload_bytes: written.len() as u64 };
        let Envelope { stream, extensions, .. } = &envelope;
        tables.index.add(&mut self.categories, stream, &extensions.subjects, facts)?;
        self.tail.head = Head { position, hash };
        Ok(Recorded { envelope, payload: Some(payload), replacement: None })
    }

    /// What is written in place of a payload that belongs to a person.
    fn sealed(&self, header: &AppendHeader, event: &NewEvent) -> Result<Option<Sealed>, Trouble> {
        let Some(person) = sealing::person(event, header.principal) else { return Ok(None) };
        let NewEvent { stream, name, schema, payload, .. } = event;
        let kind = sealing::Kind { stream, name, schema: *schema, project: header.project };
        let sealed = kind.seal(self.store.keys(), person, payload);
        let missing = || Damage::Structure { detail: "the key of a person went away".to_owned() };
        Ok(Some(sealed.ok_or_else(|| ReadError::from(missing()))?))
    }

    /// Draws an id that no event has.
    fn event_id(&self, tables: &mut Tables<'_>, position: u64) -> Result<EventId, Trouble> {
        for _ in 0..ID_DRAWS_MAX {
            let id = self.ids.next();
            if tables.index.take_id(id, position)? {
                return Ok(EventId::from_uuid(id));
            }
        }
        let damage = Damage::Structure { detail: "the source of ids repeats itself".to_owned() };
        Err(ReadError::from(damage).into())
    }
}
