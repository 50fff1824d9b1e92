//! Stories of workers.

use mediary_events::{
    Asked as _, Concern as _, codec,
    worker::{Ask, Command, Worker, ask::Resume},
};
use mediary_schema::account::Permission;
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Workers, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Worker::NAME,
    events: Worker::EVENTS,
    retired: Worker::RETIRED,
    redact: codec::redacted::<Worker>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on workers answers: that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let Self::Resume(Resume { part }) = self;
        let worker_id = story.identities().local_worker(story.log_id());
        story.execute::<Worker>(worker_id.uuid(), Command::Resume { part: part.clone() })?;
        Ok(Told {})
    }
}
