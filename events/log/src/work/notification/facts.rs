//! What an event says to the rules of notices: its payload, what only the stream of its thing knows, and what the thing is called.

use std::sync::Arc;

use mediary_events::{
    Concern as _, StreamId, check::Check, codec, delivery::Delivery, download::Download, file::File,
    job::Job, playlist::Playlist, root::Root, schedule::Schedule, told, transcode::Transcode, watch::Watches,
};
use mediary_schema::{
    CheckId, DownloadId, FileId, JobId, PlaylistId, ProjectId, ScheduleId, Subject, account::Permission,
    notification::Rule, redact, root::RootId, transcode::TranscodeId, watch::WatchId,
};
use serde_json::{Map, Value, json};

use crate::{
    gate::{Gate, Refusal},
    log::{Direction, ReadError, Recorded},
    work::REGISTRY,
};

/// What an event says to conditions and templates, as it is told; none if it was erased, or can't be read.
///
/// Notices are read by whoever reads the project, so that of what not all of these may read they say only what would be left of it
/// once it was erased: no names, no addresses, no numbers of people.
pub(super) fn said(gate: &Gate, event: &Recorded) -> Result<Option<Value>, Refusal> {
    let Some(mut said) = payload(event) else { return Ok(None) };
    let Value::Object(fields) = &mut said else { return Ok(Some(json!({ "payload": said }))) };
    let (stream, position) = (&event.envelope.stream, event.position());
    match stream.category.to_string().as_str() {
        // Only its first event says what a job is for.
        Job::NAME => {
            let state = gate.state_at::<Job>(stream.uuid, position)?;
            if let Some(work) = &state.work {
                fields.insert(
                    "work".to_owned(),
                    json!({ "kind": work.kind, "title": redact::text(&work.title) }),
                );
            }
        }
        Delivery::NAME => {
            let state = gate.state_at::<Delivery>(stream.uuid, position)?;
            fields.insert("channel".to_owned(), state.channel.clone().into());
            fields.insert("failures".to_owned(), state.failures.into());
        }
        _ => {}
    }
    Ok(Some(said))
}

fn payload(event: &Recorded) -> Option<Value> {
    let bytes = event.payload.as_ref()?;
    let entry = REGISTRY.entry(event.envelope.stream.category.as_ref())?;
    if entry.read == Permission::READ {
        return codec::to_json(bytes).ok().map(told);
    }
    let left = (entry.redact)(event).ok()?;
    Some(told(left.unwrap_or_else(|| Map::new().into())))
}

/// What templates may say.
pub(super) fn of(said: Value, it: String, kind: &str) -> Value {
    let mut facts = match said {
        Value::Object(fields) => fields,
        other => Map::from_iter([("payload".to_owned(), other)]),
    };
    facts.insert("it".to_owned(), it.into());
    facts.insert("event".to_owned(), kind.into());
    facts.into()
}

/// Of which thing it is told: of the one that the event happened to, unless the rule wants another one that the event names. What
/// is told of a delivery is told of its project: the next one goes the same way.
pub(super) fn thing(rule: &Rule, event: &Recorded) -> Option<Subject> {
    let envelope = &event.envelope;
    let own = Subject::new(envelope.stream.category.to_string(), envelope.stream.uuid);
    let named = |kind: &str| {
        envelope.extensions.subjects.as_slice().iter().find(|subject| subject.kind == kind).cloned()
    };
    match rule.about.as_deref() {
        None if own.kind == Delivery::NAME => Some(envelope.project.into()),
        // All roots are one stream: which of them it was, the event names.
        None | Some(Root::NAME) if own.kind == Root::NAME => named(Root::NAME),
        // And all watches of a project.
        None if own.kind == Watches::NAME => named(WatchId::KIND),
        None => Some(own),
        Some(kind) if own.kind == kind => Some(own),
        Some(kind) => named(kind),
    }
}

/// Whether what follows from an event would have no end: it happened to a message that tells of another message.
pub(super) fn is_endless(gate: &Gate, event: &Recorded) -> Result<bool, Refusal> {
    let stream = &event.envelope.stream;
    if stream.category != Delivery::NAME {
        return Ok(false);
    }
    let fault = |error: ReadError| Refusal::Log(Arc::new(error));
    let log = gate.log();
    let first = log
        .read_stream(&StreamId::new(Delivery::NAME, stream.uuid), 1, Direction::Forward, 1)
        .map_err(fault)?;
    let cause = first.first().and_then(|queued| queued.envelope.causation_id);
    let Some(cause) = cause else { return Ok(false) };
    Ok(log.event(cause).map_err(fault)?.is_some_and(|cause| cause.envelope.stream.category == Delivery::NAME))
}

/// What people call a thing as of an event; none if nobody knows.
pub(super) fn called(gate: &Gate, thing: &Subject, event: &Recorded) -> Result<Option<String>, Refusal> {
    let (id, position) = (thing.id, event.position());
    Ok(match thing.kind.as_ref() {
        PlaylistId::KIND => {
            let state = gate.state_at::<Playlist>(id, position)?;
            state.title().map(str::to_owned).or_else(|| state.url.as_deref().map(address))
        }
        DownloadId::KIND => {
            let state = gate.state_at::<Download>(id, position)?;
            state.title.clone().or_else(|| state.source.as_ref().map(|source| address(&source.url)))
        }
        FileId::KIND => file_name(gate, FileId::from_uuid(id), position)?,
        TranscodeId::KIND => match gate.state_at::<Transcode>(id, position)?.file_id {
            Some(of) => file_name(gate, of, position)?,
            None => None,
        },
        JobId::KIND => {
            let state = gate.state_at::<Job>(id, position)?;
            state.work.as_ref().map(|work| address(&work.title))
        }
        // One that is removed is called what it was called.
        ScheduleId::KIND => {
            let before = position.saturating_sub(1);
            let state = gate.state_at::<Schedule>(id, position)?;
            match &state.plan {
                Some(plan) => Some(plan.name.clone()),
                None => gate.state_at::<Schedule>(id, before)?.plan.as_ref().map(|plan| plan.name.clone()),
            }
        }
        CheckId::KIND => {
            let before = position.saturating_sub(1);
            let state = gate.state_at::<Check>(id, position)?;
            match &state.plan {
                Some(plan) => Some(plan.name.clone()),
                None => gate.state_at::<Check>(id, before)?.plan.as_ref().map(|plan| plan.name.clone()),
            }
        }
        RootId::KIND => {
            let state = gate.state_at::<Root>(ProjectId::HOME.uuid(), position)?;
            state.root(RootId::from_uuid(id)).map(|root| root.name.clone())
        }
        WatchId::KIND => {
            // One that is removed is called what it was called.
            let before =
                gate.state_at::<Watches>(event.envelope.project.uuid(), position.saturating_sub(1))?;
            let now = gate.state_at::<Watches>(event.envelope.project.uuid(), position)?;
            let id = WatchId::from_uuid(id);
            match now.watches.get(&id).or_else(|| before.watches.get(&id)).map(|known| &known.added.watch) {
                Some(watch) => {
                    let roots = gate.state_at::<Root>(ProjectId::HOME.uuid(), position)?;
                    roots.root(watch.root_id).map(|root| watch.called(&root.name))
                }
                None => None,
            }
        }
        _ => None,
    })
}

/// What the file of a file is called.
fn file_name(gate: &Gate, file_id: FileId, position: u64) -> Result<Option<String>, Refusal> {
    let state = gate.state_at::<File>(file_id.uuid(), position)?;
    Ok(state.path.as_ref().and_then(|path| path.rsplit('/').next().map(str::to_owned)))
}

fn address(url: &str) -> String {
    redact::text(url).into_owned()
}
