use async_graphql::{Context, Result, SimpleObject};
use mediary_log::work::REGISTRY;
use mediary_schema::account::Permission;

use super::filter::known_concern;
use crate::session::session;

/// What can happen: a kind of event.
#[derive(Debug, SimpleObject)]
pub(crate) struct EventKind {
    /// The full name, as `events(types:)` and rules of notices take it: `playlist.refresh_completed`.
    kind: String,
    /// The concern that it happens in: `playlist`.
    concern: String,
    /// What it means, in a sentence.
    meaning: String,
    /// The newest version of what it says, as events have it.
    schema: String,
    /// Of which kinds of things it can be besides the one that it happened to; `*` is any.
    subjects: Vec<String>,
}

/// Every kind of event whose concern whoever asks may read.
pub(super) fn kinds(context: &Context<'_>, concern: Option<&str>) -> Result<Vec<EventKind>> {
    let scope = session(context, Permission::READ)?.scope();
    if let Some(concern) = concern {
        known_concern(concern)?;
    }
    let readable = REGISTRY.entries().iter().filter(|entry| scope.allows(entry.read));
    let wanted = readable.filter(|entry| concern.is_none_or(|concern| concern == entry.name));
    let kinds = wanted.flat_map(|entry| entry.events.iter().map(move |event| (entry.name, event)));
    Ok(kinds
        .map(|(concern, event)| EventKind {
            kind: format!("{concern}.{}", event.name),
            concern: concern.to_owned(),
            meaning: event.meaning.to_owned(),
            schema: event.schema.to_string(),
            subjects: event.subjects.iter().map(|kind| (*kind).to_owned()).collect(),
        })
        .collect())
}
