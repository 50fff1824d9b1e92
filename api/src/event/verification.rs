//! The proof of the log, as whoever administers it asks for it.

use std::sync::Arc;

use async_graphql::{Context, ID, Result, SimpleObject};
use mediary_log::{Checkpoint, verify_live_while};
use mediary_schema::account::Permission;

use super::query::blocking;
use crate::{
    as_of::now_only,
    error::{UserError, chain, fault},
    scalar::{DateTime, Long, Position},
    schema::platform,
    session::session,
};

/// That payloads were erased: by whom, when, on which ground.
#[derive(Debug, SimpleObject)]
pub(crate) struct Erasure {
    /// The position of the event that says so.
    position: Position,
    /// When it was recorded.
    at: DateTime,
    /// Who asked for it.
    principal: ID,
    /// On which ground.
    reason: String,
    /// The events that have no payload any more.
    positions: Vec<Position>,
}

impl From<mediary_log::Erasure> for Erasure {
    fn from(erasure: mediary_log::Erasure) -> Self {
        Self {
            position: Position(erasure.position),
            at: DateTime(erasure.at),
            principal: ID(erasure.principal.to_string()),
            reason: erasure.reason,
            positions: erasure.positions.into_iter().map(Position).collect(),
        }
    }
}

/// What a proof of the log found.
#[derive(Debug, SimpleObject)]
pub(crate) struct LogVerification {
    /// Whether every event is there and as it was written.
    is_whole: bool,
    /// The first position.
    first_position: Option<Position>,
    /// The last position.
    last_position: Option<Position>,
    /// The hash of the chain at the last position, in 64 hex digits.
    head_hash: Option<String>,
    /// Events whose payload was erased.
    erased_count: Option<Long>,
    /// Who erased them.
    erasures: Vec<Erasure>,
    /// What follows from it and what doesn't, in a sentence.
    proves: Option<String>,
    /// The first position that is not as it was written.
    bad_position: Option<Position>,
    /// What is wrong.
    error: Option<UserError>,
}

/// Proves the log, once at a time; nothing is proved for whoever waits no more.
pub(super) async fn verification(
    context: &Context<'_>,
    checkpoint_position: Option<Position>,
    checkpoint_hash: Option<String>,
) -> Result<LogVerification> {
    // It is proved as a whole, whosever events they are.
    session(context, Permission::ADMINISTER)?;
    now_only(context, "the log is proved as it is, and whole")?;
    let checkpoint = match (checkpoint_position, checkpoint_hash) {
        (Some(position), Some(hash)) => {
            let hash = blake3::Hash::from_hex(&hash)
                .map_err(|_| fault("a hash has 64 hex digits", "BAD_HASH", false))?;
            Some(Checkpoint { position: position.0, hash: *hash.as_bytes() })
        }
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            return Err(fault("a checkpoint is a position and a hash", "BAD_CHECKPOINT", false));
        }
    };
    let platform = platform(context);
    let log = platform.gate.log().clone();
    let Ok(turn) = Arc::clone(&platform.verifying).try_acquire_owned() else {
        return Err(fault("a verification is running; ask again when it is done", "OVERLOADED", true));
    };
    // It is whole or nothing: what nobody waits for any more is given up.
    let asker = Arc::new(());
    let waits = Arc::downgrade(&asker);
    let verify = move || {
        let _turn = turn;
        verify_live_while(&log, checkpoint, || waits.strong_count() > 0)
    };
    let verified = blocking(verify).await?;
    drop(asker);
    Ok(match verified {
        Ok(report) => LogVerification {
            is_whole: true,
            first_position: Some(Position(report.first_position)),
            last_position: Some(Position(report.last_position)),
            head_hash: Some(hex(report.head_hash)),
            erased_count: Some(Long(report.erased)),
            proves: Some(report.proves()),
            erasures: report.erasures.into_iter().map(Erasure::from).collect(),
            bad_position: None,
            error: None,
        },
        Err(error) => LogVerification {
            is_whole: false,
            first_position: None,
            last_position: None,
            head_hash: None,
            erased_count: None,
            erasures: Vec::new(),
            proves: None,
            bad_position: error.position().map(Position),
            error: Some(UserError::new(error.code(), chain(&error), Some(&error.advice()))),
        },
    })
}

/// A hash in 64 hex digits.
pub(super) fn hex(hash: [u8; 32]) -> String {
    blake3::Hash::from(hash).to_hex().to_string()
}
