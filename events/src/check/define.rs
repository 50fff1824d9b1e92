use mediary_schema::{
    CheckId, Timestamp,
    check::{Definition, Maintenance, Threshold},
};

use super::{
    Event, Plan, Rejection, State,
    decide::{DEPENDS_ON_MAX, WORD_BYTES_MAX, WORDS_MAX},
};
use crate::name::is_name;

/// From now on it is looked at so, if it can be.
pub(super) fn define(
    state: &State,
    name: String,
    definition: Box<Definition>,
    replace: bool,
    file: Option<String>,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    if !is_name(&name, CheckId::KIND) {
        return Err(Rejection::BadName);
    }
    match &state.plan {
        Some(plan) if plan.definition == *definition && plan.file == file => return Ok(vec![]),
        Some(Plan { file: Some(of), .. }) if file.is_none() => {
            return Err(Rejection::SaidInFile { name, file: of.clone() });
        }
        // What somebody said by command becomes nothing else because a file has a check of that name.
        Some(plan) if file.is_some() && plan.file.is_none() && plan.definition != *definition => {
            return Err(Rejection::Exists { name });
        }
        Some(_) if !replace => return Err(Rejection::Exists { name }),
        Some(_) | None => {}
    }
    definition.probe.check()?;
    definition.rhythm.check(now)?;
    definition.alerting.check()?;
    Threshold::check(&definition.thresholds)?;
    Maintenance::check(&definition.maintenance, now)?;
    if !Definition::TIMEOUT_SECONDS.contains(&definition.timeout_seconds) {
        return Err(Rejection::Timeout);
    }
    if definition.depends_on.len() > DEPENDS_ON_MAX {
        return Err(Rejection::Dependencies { chain: format!("{} are said", definition.depends_on.len()) });
    }
    let links = definition.links.iter().flat_map(|(name, url)| [name, url]);
    let words = definition.group.iter().chain(&definition.tags).chain(links);
    let are_few = definition.tags.len() <= WORDS_MAX && definition.links.len() <= WORDS_MAX;
    if !are_few || words.into_iter().any(|word| word.is_empty() || word.len() > WORD_BYTES_MAX) {
        return Err(Rejection::Words);
    }
    Ok(vec![Event::Defined { name, definition, since: now, file }])
}
