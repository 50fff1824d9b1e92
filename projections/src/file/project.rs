use mediary_events::{
    codec::events_of,
    file::{Event, File},
};
use mediary_log::Recorded;
use mediary_schema::file::FileState;
use rusqlite::{Transaction, params};

use crate::{
    runner::{project, stamp},
    sql::to_json,
    view::ApplyError,
};

pub(super) fn apply(transaction: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
    events_of::<File>(recorded)?.into_iter().try_for_each(|event| fold(transaction, recorded, event))
}

fn fold(transaction: &Transaction<'_>, recorded: &Recorded, event: Event) -> Result<(), ApplyError> {
    let (position, at) = stamp(recorded);
    let state = match event {
        Event::Recorded { root, path, verified, made, .. } => {
            transaction
                .prepare_cached(
                    "INSERT INTO file (id, path, verified, item_id, recorded_at, changed_at, project, root, state)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    recorded.envelope.stream.uuid.as_bytes(),
                    path,
                    to_json(&verified)?,
                    made.map(|made| *made.item_id.uuid().as_bytes()),
                    at,
                    position,
                    project(recorded),
                    to_json(&root)?,
                    FileState::Present.name(),
                ])?;
            return Ok(());
        }
        Event::Found { .. } => FileState::Present,
        Event::Changed { .. } => FileState::Changed,
        Event::Lost {} => FileState::Lost,
        Event::Trashed {} => FileState::Trashed,
        Event::Replaced { .. } => FileState::Replaced,
    };
    transaction
        .prepare_cached("UPDATE file SET state = ?3, changed_at = ?2 WHERE id = ?1")?
        .execute(params![recorded.envelope.stream.uuid.as_bytes(), position, state.name()])?;
    Ok(())
}
