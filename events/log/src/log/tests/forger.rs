//! A forger who owns the file: he changes what he likes and chains it anew.

use redb::{Database, ReadableTable as _};
use tempfile::TempDir;
use uuid::Uuid;

use crate::log::{
    Envelope, chain,
    frame::{self, Body, Frame},
    store, tables,
};

/// An event as a forger has it in his hands.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) envelope: Envelope,
    /// Salt and payload; none if they were erased.
    pub(super) body: Option<([u8; 16], Vec<u8>)>,
}

/// Changes the events of a closed log, in order, and makes everything else fit: positions and chain.
pub(super) fn forge(directory: &TempDir, change: impl FnOnce(&mut Vec<Piece>)) {
    let database = Database::open(store::file(directory.path())).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut events = transaction.open_table(tables::EVENTS).unwrap();
        let mut pieces: Vec<Piece> =
            events.iter().unwrap().map(|row| piece(row.unwrap().1.value())).collect();
        change(&mut pieces);
        let mut hashes = transaction.open_table(tables::CHAIN).unwrap();
        events.retain(|_, _| false).unwrap();
        hashes.retain(|_, _| false).unwrap();
        let meta = transaction.open_table(tables::META).unwrap();
        let log_id = Uuid::from_slice(meta.get(tables::KEY_LOG_ID).unwrap().unwrap().value()).unwrap();
        let mut hash = chain::genesis(log_id);
        let end = pieces.len() as u64;
        for (position, Piece { mut envelope, body }) in (1..).zip(pieces) {
            envelope.position = position;
            let mut bytes = Vec::new();
            frame::encode_envelope(&envelope, &mut bytes);
            hash = chain::link(&hash, &bytes, &envelope.digest);
            let body = match &body {
                Some((salt, payload)) => Body::Inline { salt, payload },
                None => Body::Erased,
            };
            frame::encode_rest(&envelope.digest, body, &mut bytes);
            events.insert(position, bytes.as_slice()).unwrap();
            let (index, len) = (envelope.append_index, envelope.append_len);
            if chain::is_stored(position, index, len) || position == end {
                hashes.insert(position, &hash).unwrap();
            }
        }
    }
    transaction.commit().unwrap();
}

fn piece(bytes: &[u8]) -> Piece {
    let frame = Frame::parse(bytes).unwrap();
    let body = match frame.body() {
        Body::Inline { salt, payload } => Some((*salt, payload.to_vec())),
        Body::Erased => None,
    };
    Piece { envelope: frame.envelope(), body }
}
