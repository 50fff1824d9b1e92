//! The open tables of the record, as the writer's transaction has them.

use redb::{ReadableTable, Table, WriteTransaction};

use super::{
    append::OnlyIf,
    chain::Hash,
    erasure,
    error::ReadError,
    read,
    tables::{CHAIN, EVENTS},
};

/// The open tables of the record.
pub(super) struct Record<'t> {
    pub(super) events: Table<'t, u64, &'static [u8]>,
    chain: Table<'t, u64, &'static [u8; 32]>,
}

impl<'t> Record<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, ReadError> {
        Ok(Self { events: transaction.open_table(EVENTS)?, chain: transaction.open_table(CHAIN)? })
    }

    /// Takes salt and payload away from an event.
    pub(super) fn erase(&mut self, position: u64) -> Result<(), ReadError> {
        let Some(bytes) = self.events.get(position)?.map(|bytes| bytes.value().to_vec()) else {
            return Ok(());
        };
        let erased = erasure::without_payload(&read::parse(position, &bytes)?);
        self.events.insert(position, erased.as_slice())?;
        Ok(())
    }

    pub(super) fn insert(
        &mut self,
        position: u64,
        frame: &[u8],
        hash: Option<&Hash>,
    ) -> Result<(), ReadError> {
        self.events.insert(position, frame)?;
        if let Some(hash) = hash {
            self.chain.insert(position, hash)?;
        }
        Ok(())
    }

    /// What was recorded against a condition, up to what a batch has staged; the gate has looked at all but the end.
    pub(super) fn moved(&self, only_if: &OnlyIf) -> Result<Vec<u64>, ReadError> {
        let (conditions, mut positions) = (only_if.filter.conditions(), Vec::new());
        for row in self.events.range(only_if.after + 1..)? {
            let (position, bytes) = row?;
            let frame = read::parse(position.value(), bytes.value())?;
            if conditions.allow_frame(&frame) {
                positions.push(position.value());
            }
        }
        Ok(positions)
    }
}
