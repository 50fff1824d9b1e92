use async_graphql::{Error, Result};
use mediary_log::{Filter, Subject, gate::Entry, work::REGISTRY};

use crate::error::fault;

/// What a reader of the log asks for; a name that no event has is refused, since it would be silence for ever.
pub(super) fn filter(
    types: Option<Vec<String>>,
    streams: Option<Vec<String>>,
    subjects: Option<&[String]>,
) -> Result<Filter> {
    if let Some(kinds) = &types {
        if kinds.is_empty() {
            return Err(bad_type("no type is named; leave `types` out to have all"));
        }
        kinds.iter().try_for_each(|kind| known_kind(kind))?;
    }
    for prefix in streams.iter().flatten() {
        known_prefix(prefix)?;
    }
    let mut filter = Filter::all();
    filter.kinds = types.unwrap_or_default();
    filter.streams = streams.unwrap_or_default();
    filter.subjects = subjects.into_iter().flatten().map(|id| thing(id)).collect::<Result<_>>()?;
    Ok(filter)
}

/// A thing that events can be about.
fn thing(id: &str) -> Result<Subject> {
    REGISTRY.thing(id).ok_or_else(|| {
        let message = format!("{id:?} is no id of a thing such as item-01890a5d-ac96-774b-bcce-b302099a8057");
        fault(&message, "BAD_ID", false)
    })
}

fn known_kind(kind: &str) -> Result<()> {
    let (concern, name) = kind.split_once('.').unwrap_or((kind, "*"));
    let entry = known_concern(concern)?;
    if name == "*" || entry.events.iter().any(|event| event.name == name) {
        return Ok(());
    }
    let names: Vec<&str> = entry.events.iter().map(|event| event.name).collect();
    Err(bad_type(&format!("{concern} has no event {name:?}; it has {}", names.join(", "))))
}

/// A concern by its name.
pub(super) fn known_concern(name: &str) -> Result<&'static Entry> {
    let unknown = || bad_type(&format!("there is no concern {name:?}; there are {}", concerns()));
    REGISTRY.entry(name).ok_or_else(unknown)
}

fn known_prefix(prefix: &str) -> Result<()> {
    let is_known = match prefix.split_once('-') {
        Some((concern, _)) => REGISTRY.entry(concern).is_some(),
        None => REGISTRY.entries().iter().any(|entry| entry.name.starts_with(prefix)),
    };
    if is_known {
        return Ok(());
    }
    let message = format!(
        "no stream begins with {prefix:?}; a stream is `<concern>-<uuid>`, and concerns are {}",
        concerns()
    );
    Err(fault(&message, "BAD_STREAM", false))
}

fn concerns() -> String {
    let names: Vec<&str> = REGISTRY.entries().iter().map(|entry| entry.name).collect();
    names.join(", ")
}

fn bad_type(message: &str) -> Error {
    fault(message, "BAD_TYPE", false)
}

#[cfg(test)]
mod tests {
    use super::filter;

    fn refusal(types: &[&str], streams: &[&str]) -> Option<String> {
        let list = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        filter(list(types), list(streams), None).err().map(|error| error.message)
    }

    #[test]
    fn a_thing_is_named_by_a_whole_id_of_a_kind_that_there_is() {
        let named = |id: &str| filter(None, None, Some(&[id.to_owned()])).map_err(|error| error.message);
        let id = "entry-01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(named(id).unwrap().subjects, [id.parse().unwrap()]);
        assert!(named("entry-01").unwrap_err().contains("is no id of a thing"));
        assert!(named(&id.replace("entry", "bogus")).is_err());
    }

    #[test]
    fn a_filter_that_would_be_silence_is_refused_in_words() {
        assert_eq!(refusal(&["playlist", "job.*", "job.failed"], &["play", "job-01"]), None);
        let words = refusal(&["job.bogus"], &[]).unwrap();
        assert!(words.starts_with("job has no event \"bogus\"; it has queued, "), "{words}");
        let words = refusal(&["bogus"], &[]).unwrap();
        assert!(words.starts_with("there is no concern \"bogus\"; there are playlist, "), "{words}");
        assert!(refusal(&[], &[]).unwrap().contains("leave `types` out"));
        let words = refusal(&["job"], &["zzz"]).unwrap();
        assert!(words.starts_with("no stream begins with \"zzz\""), "{words}");
    }
}
