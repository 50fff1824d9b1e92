//! Golden files: every form in which an event was ever written stays readable (PL-07).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{ANY_THING, Concern, EventKind, Schema, Subject, codec};

/// Holds the golden files of a concern against samples of its events.
///
/// `<event>.v<major>.json`, from minor 1 on `<event>.v<major>.<minor>.json`, is an array of payloads: for the
/// version that is written today one for each sample of the event, in their order; files of older versions stay
/// for ever and are only read. Among
/// the samples of an event each optional value is there at least once. A file that is missing is
/// written, and the test fails: whoever made the new form looks at it and commits it.
///
/// The samples are stories, too: each sample of the first event begins one, and the others happen in all of them. Each
/// event is about the kinds of things that [`EventKind::subjects`] says,
/// all of them over its samples, and one that says none is about nothing but its stream.
#[track_caller]
pub(crate) fn history<C: Concern>(directory: impl AsRef<Path>, samples: &[C::Event]) {
    let directory = directory.as_ref();
    subjects_are_as_listed::<C>(samples);
    let samples = by_name::<C>(samples);
    let mut written: Vec<String> =
        C::EVENTS.iter().filter_map(|kind| write_missing::<C>(directory, *kind, &samples)).collect();
    let variants = variants::<C>(&samples);
    written.extend(write_missing_variants(directory, &variants));
    assert!(written.is_empty(), "written, review and commit it: {}", written.join(", "));
    for kind in C::EVENTS {
        newest_is_golden::<C>(directory, *kind, &samples[kind.name]);
        for schema in older(kind.schema) {
            decode_all::<C>(directory, EventKind { schema, ..*kind });
        }
    }
    let golden: Variants = serde_json::from_str(&read(&directory.join(VARIANTS))).unwrap();
    assert_eq!(golden, variants, "{VARIANTS}: a new variant needs a new major version");
    for kind in C::RETIRED {
        for schema in older(kind.schema).chain([kind.schema]) {
            decode_all::<C>(directory, EventKind { schema, ..*kind });
        }
    }
    for entry in fs::read_dir(directory).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name == VARIANTS {
            continue;
        }
        let kind = kind_of::<C>(&name);
        let kind = kind
            .unwrap_or_else(|| panic!("{name} is of no event: a stored name is never changed or dropped"));
        decode_all::<C>(directory, kind);
    }
}

fn subjects_are_as_listed<C: Concern>(samples: &[C::Event]) {
    let birth = samples.first().map(|first| codec::encode::<C>(first).kind.name);
    let mut states: Vec<C::State> = Vec::new();
    let mut found: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for sample in samples {
        let kind = codec::encode::<C>(sample).kind;
        let is_birth = Some(kind.name) == birth;
        if is_birth {
            states.push(C::State::default());
        }
        let first = if is_birth { states.len() - 1 } else { 0 };
        for state in &mut states[first..] {
            for Subject { kind: subject, .. } in C::subjects(state, sample).as_slice() {
                assert!(kind.is_about(subject), "{} is about {subject}, and doesn't list it", kind.name);
                found.entry(kind.name).or_default().insert(subject.clone().into_owned());
            }
            C::evolve(state, sample);
        }
    }
    for kind in C::EVENTS {
        for subject in kind.subjects.iter().filter(|subject| **subject != ANY_THING) {
            let is_found = found.get(kind.name).is_some_and(|found| found.contains(*subject));
            assert!(is_found, "no sample of {} is about {subject}, which it lists", kind.name);
        }
    }
}

/// The versions that must have been written before this one: the first of each major, and each minor of this one.
fn older(newest: Schema) -> impl Iterator<Item = Schema> {
    let majors = (1..newest.major).map(|major| Schema::new(major, 0));
    majors.chain((0..newest.minor).map(move |minor| Schema::new(newest.major, minor)))
}

/// The event and version whose golden file has this name.
fn kind_of<C: Concern>(file: &str) -> Option<EventKind> {
    let (name, version) = file.strip_suffix(".json")?.split_once(".v")?;
    let newest = C::EVENTS.iter().chain(C::RETIRED).find(|kind| kind.name == name)?;
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let schema = Schema::new(major.parse().ok()?, minor.parse().ok()?);
    let kind = EventKind { schema, ..*newest };
    (schema.major >= 1 && schema <= newest.schema && file_name(kind) == file).then_some(kind)
}

type Samples<C> = BTreeMap<&'static str, Vec<(<C as Concern>::Event, Value)>>;

/// The samples with their payloads as JSON, by the name of their event.
fn by_name<C: Concern>(samples: &[C::Event]) -> Samples<C> {
    let mut named = Samples::<C>::new();
    for sample in samples {
        let encoded = codec::encode::<C>(sample);
        let payload = codec::to_json(&encoded.payload).unwrap();
        named.entry(encoded.kind.name).or_default().push((sample.clone(), payload));
    }
    for kind in C::EVENTS {
        let payloads = named.get(kind.name).unwrap_or_else(|| panic!("{} has no sample", kind.name));
        for (_, payload) in payloads {
            for path in nulls(payload) {
                let is_there =
                    |(_, other): &(_, Value)| other.pointer(&path).is_some_and(|value| !value.is_null());
                assert!(payloads.iter().any(is_there), "{path} of {} is null in every sample", kind.name);
            }
        }
    }
    named
}

/// JSON pointers to what is null.
fn nulls(value: &Value) -> Vec<String> {
    let below = |step: String, value| nulls(value).into_iter().map(move |path| format!("/{step}{path}"));
    match value {
        Value::Null => vec![String::new()],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(index.to_string(), item)).collect()
        }
        Value::Object(fields) => fields.iter().flat_map(|(name, field)| below(name.clone(), field)).collect(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Writes the golden file of the newest version if there is none, and answers its name.
fn write_missing<C: Concern>(directory: &Path, kind: EventKind, samples: &Samples<C>) -> Option<String> {
    let path = path(directory, kind);
    if path.exists() {
        return None;
    }
    let payloads: Vec<&Value> = samples[kind.name].iter().map(|(_, payload)| payload).collect();
    fs::create_dir_all(directory).unwrap();
    fs::write(&path, serde_json::to_string_pretty(&payloads).unwrap() + "\n").unwrap();
    Some(file_name(kind))
}

fn newest_is_golden<C: Concern>(directory: &Path, kind: EventKind, samples: &[(C::Event, Value)]) {
    let name = file_name(kind);
    let golden = payloads(directory, kind);
    let written: Vec<&Value> = samples.iter().map(|(_, payload)| payload).collect();
    assert_eq!(golden.iter().collect::<Vec<_>>(), written, "{name}: another form needs another version");
    let read = decode_all::<C>(directory, kind);
    let events: Vec<&C::Event> = samples.iter().map(|(event, _)| event).collect();
    assert_eq!(read.iter().collect::<Vec<_>>(), events, "{name} is read as something else");
}

fn decode_all<C: Concern>(directory: &Path, kind: EventKind) -> Vec<C::Event> {
    let decode = |payload| {
        let stored = rmp_serde::to_vec_named(payload).unwrap();
        codec::decode::<C>(kind.name, kind.schema, &stored)
            .unwrap_or_else(|error| panic!("{} can't be read any more: {error:?}", file_name(kind)))
    };
    payloads(directory, kind).iter().flat_map(decode).collect()
}

fn payloads(directory: &Path, kind: EventKind) -> Vec<Value> {
    let path = path(directory, kind);
    let payloads: Vec<Value> = serde_json::from_str(&read(&path)).unwrap();
    assert!(!payloads.is_empty(), "{} has no payload", path.display());
    payloads
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The file that says what stands where only certain words can stand.
const VARIANTS: &str = "variants.json";

/// A word that no program of today knows.
const OF_LATER: &str = "a_variant_of_2030";

/// For each closed enum in an event of a version: the variants that a reader of that version knows.
type Variants = BTreeMap<String, BTreeSet<String>>;

/// Makes of this program the older reader of every variant that may come: each word of each sample is replaced by one
/// of later, and where that can't be read there is a closed enum. Under the next major version the same is newer, and
/// not malformed.
fn variants<C: Concern>(samples: &Samples<C>) -> Variants {
    let mut found = Variants::new();
    for kind in C::EVENTS {
        for (_, payload) in &samples[kind.name] {
            for (place, changed) in with_one_word_of_later(payload) {
                let stored = rmp_serde::to_vec_named(&changed).unwrap();
                let next = Schema::new(kind.schema.major + 1, 0);
                let error = codec::decode::<C>(kind.name, next, &stored).unwrap_err();
                assert!(error.is_newer(), "{place} of {} in the next version: {error:?}", kind.name);
                let Err(codec::DecodeError::Malformed { source, .. }) =
                    codec::decode::<C>(kind.name, kind.schema, &stored)
                else {
                    continue;
                };
                let known = known_variants(&source.to_string());
                if !known.is_empty() {
                    let key = format!("{} v{} {place}", kind.name, kind.schema.major);
                    found.entry(key).or_default().extend(known);
                }
            }
        }
    }
    found
}

/// A payload once for each of its words, with that word replaced, and where that was; a number of a row is `*`.
fn with_one_word_of_later(value: &Value) -> Vec<(String, Value)> {
    let later = || Value::from(OF_LATER);
    match value {
        Value::String(_) => vec![(String::new(), later())],
        Value::Array(items) => {
            let below = items.iter().enumerate().flat_map(|(index, item)| {
                with_one_word_of_later(item).into_iter().map(move |(place, changed)| {
                    let mut items = items.clone();
                    items[index] = changed;
                    (format!("/*{place}"), Value::Array(items))
                })
            });
            below.collect()
        }
        Value::Object(fields) => {
            let mut all = Vec::new();
            if let (1, Some((_, only))) = (fields.len(), fields.iter().next()) {
                // The name of a variant that has something in it.
                let renamed = [(OF_LATER.to_owned(), only.clone())].into_iter().collect();
                all.push(("/{}".to_owned(), Value::Object(renamed)));
            }
            for (name, field) in fields {
                for (place, changed) in with_one_word_of_later(field) {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), changed);
                    all.push((format!("/{name}{place}"), Value::Object(fields)));
                }
            }
            all
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The variants that serde names when it meets one that it doesn't know.
fn known_variants(complaint: &str) -> Vec<String> {
    let Some((_, expected)) = complaint.split_once(&format!("unknown variant `{OF_LATER}`, expected "))
    else {
        return Vec::new();
    };
    expected.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

fn write_missing_variants(directory: &Path, variants: &Variants) -> Option<String> {
    let path = directory.join(VARIANTS);
    if path.exists() {
        return None;
    }
    fs::create_dir_all(directory).unwrap();
    fs::write(&path, serde_json::to_string_pretty(variants).unwrap() + "\n").unwrap();
    Some(VARIANTS.to_owned())
}

fn path(directory: &Path, kind: EventKind) -> PathBuf {
    directory.join(file_name(kind))
}

fn file_name(kind: EventKind) -> String {
    let EventKind { name, schema, .. } = kind;
    match schema.minor {
        0 => format!("{name}.v{}.json", schema.major),
        _ => format!("{name}.v{schema}.json"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::testing::note::{Event, Ink, Note};

    fn samples() -> Vec<Event> {
        vec![Event::Written { text: "milk, eggs".to_owned(), pinned: Some(true), ink: Ink::Blue }]
    }

    fn folder(files: &[(&str, Value)]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for (name, payloads) in files {
            fs::write(folder.path().join(name), payloads.to_string()).unwrap();
        }
        folder
    }

    fn whole() -> Vec<(&'static str, Value)> {
        vec![
            ("written.v1.json", json!([{ "body": "milk" }])),
            ("written.v2.json", json!([{ "text": "milk, eggs" }])),
            ("written.v3.json", json!([{ "text": "milk, eggs", "pinned": true, "ink": "blue" }])),
            ("scribbled.v1.json", json!([{ "lines": ["milk", "eggs"] }])),
            ("doodled.v1.json", json!([{}])),
            (VARIANTS, json!({ "written v3 /ink": ["black", "blue"] })),
        ]
    }

    #[test]
    fn a_whole_history_is_fine() {
        history::<Note>(folder(&whole()).path(), &samples());
    }

    #[test]
    #[should_panic(expected = "written, review and commit it: written.v3.json")]
    fn the_golden_file_of_a_new_form_is_written_and_the_test_fails() {
        let mut files = whole();
        files.remove(2);
        history::<Note>(folder(&files).path(), &samples());
    }

    #[test]
    #[should_panic(expected = "written.v1.json")]
    fn an_old_form_without_a_golden_file_is_found() {
        history::<Note>(folder(&whole()[1..]).path(), &samples());
    }

    // core B6.
    #[test]
    #[should_panic(expected = "variants.json: a new variant needs a new major version")]
    fn a_variant_that_came_under_an_old_version_is_found() {
        let mut files = whole();
        files[5].1 = json!({ "written v3 /ink": ["black"] });
        history::<Note>(folder(&files).path(), &samples());
    }

    #[test]
    #[should_panic(expected = "scribbled.v1.json")]
    fn a_retired_name_without_a_golden_file_is_found() {
        let mut files = whole();
        files.remove(3);
        history::<Note>(folder(&files).path(), &samples());
    }

    #[test]
    #[should_panic(expected = "written.v3.json: another form needs another version")]
    fn a_form_that_was_changed_under_its_version_is_found() {
        let mut files = whole();
        files[2].1 = json!([{ "text": "milk, eggs", "pinned": 1 }]);
        history::<Note>(folder(&files).path(), &samples());
    }

    #[test]
    #[should_panic(expected = "written.v2.json can't be read any more")]
    fn an_old_form_that_can_no_longer_be_lifted_is_found() {
        let mut files = whole();
        files[1].1 = json!([{ "words": "milk" }]);
        history::<Note>(folder(&files).path(), &samples());
    }

    #[test]
    #[should_panic(expected = "wrote.v1.json is of no event")]
    fn a_golden_file_of_a_name_that_was_changed_is_found() {
        let mut files = whole();
        files.push(("wrote.v1.json", json!([{}])));
        history::<Note>(folder(&files).path(), &samples());
    }

    #[test]
    #[should_panic(expected = "/pinned of written is null in every sample")]
    fn a_sample_says_all_that_can_be_said() {
        let sample = Event::Written { text: "milk".to_owned(), pinned: None, ink: Ink::Blue };
        history::<Note>(folder(&whole()).path(), &[sample]);
    }

    #[test]
    #[should_panic(expected = "written has no sample")]
    fn an_event_without_a_sample_is_found() {
        history::<Note>(folder(&whole()).path(), &[]);
    }
}
