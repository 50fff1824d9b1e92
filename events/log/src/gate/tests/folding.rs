use std::{
    cell::RefCell,
    sync::{Arc, atomic::AtomicU64, atomic::Ordering},
};

use mediary_events::{
    Concern as _, codec,
    job::{self, Job, Outcome},
    playlist::{self, Playlist},
    testing::{
        NOW,
        note::{Event, Ink, Note},
        samples,
    },
};
use mediary_schema::{
    AttemptId, FailureClass, Ticket, Timestamp,
    item::{IdScope, ItemSource},
    job::{Failure, RetryPolicy},
    playlist::{Availability, LiveStatus, ObservedEntry},
};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::{id, owner, texts, write};
use crate::{
    gate::{LongWork as _, Refusal, Transaction},
    log::{Append, Expected, NewEvent, Schema, Urgency},
    testing::bench::Bench,
};

/// Appends what a program of another age wrote.
fn append_raw(bench: &Bench, name: &'static str, major: u8, payload: &serde_json::Value) {
    let payload = rmp_serde::to_vec_named(payload).unwrap().into();
    let event = NewEvent::new(Note::stream(id(1)), name, Schema::new(major, 0), payload);
    let header = crate::testing::platform().header();
    let expected = vec![(Note::stream(id(1)), Expected::Any)];
    let append =
        Append { header, urgency: Urgency::Normal, expected, only_if: Vec::new(), events: vec![event] };
    bench.gate.log().append_blocking(append).unwrap();
}

/// Counts one counter, wherever it is counted on this thread.
pub(super) struct Counted {
    pub(super) name: &'static str,
    pub(super) count: Arc<AtomicU64>,
}

impl Recorder for Counted {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() == self.name { Counter::from_arc(Arc::clone(&self.count)) } else { Counter::noop() }
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

// core A4, PL-07.
// invariant: L-13
#[test]
fn nothing_is_decided_on_what_a_newer_program_wrote() {
    for (name, major) in [("shredded", 1), ("written", 9)] {
        let bench = Bench::new();
        bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
        let head = bench.head();
        append_raw(&bench, name, major, &json!({ "ink": "blue" }));
        let refusal = bench.tell(owner(2), |story| write(story, 1, "b")).unwrap_err();
        assert!(matches!(&refusal, Refusal::Decode(error) if error.is_newer()), "{refusal:?}");
        assert_eq!((refusal.code(), refusal.is_retryable(), bench.head()), ("NEWER_EVENT", false, head + 1));
        // Other things are no concern of it.
        bench.tell(owner(3), |story| write(story, 2, "c")).unwrap();
    }
}

// invariant: L-13
#[test]
fn who_decides_nothing_passes_over_what_a_newer_program_wrote_and_counts_it() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
    append_raw(&bench, "shredded", 1, &json!({}));
    append_raw(&bench, "written", 9, &json!({ "ink": "blue" }));
    let recorder = Counted { name: "mediary_unknown_events_total", count: Arc::default() };
    let read = || bench.recorded().iter().flat_map(|event| codec::events_of::<Note>(event).unwrap()).count();
    assert_eq!(metrics::with_local_recorder(&recorder, read), 1);
    assert_eq!(recorder.count.load(Ordering::Relaxed), 2);
}

// core B7.
// invariant: L-13
#[test]
fn an_event_can_be_lifted_to_several_of_another_name_or_to_none() {
    let bench = Bench::new();
    append_raw(&bench, "scribbled", 1, &json!({ "lines": ["milk", "eggs"] }));
    append_raw(&bench, "doodled", 1, &json!({}));
    append_raw(&bench, "written", 2, &json!({ "text": "of 2027" }));
    assert_eq!(bench.told(|story| texts(story, 1)), ["milk", "eggs", "of 2027"]);
    append_raw(&bench, "scribbled", 2, &json!({ "lines": [] }));
    let refusal = bench.tell(owner(2), |story| write(story, 1, "b")).unwrap_err();
    assert_eq!(refusal.code(), "NEWER_EVENT", "a retired name has its versions, too");
}

// PL-07.
// invariant: L-13
#[test]
fn older_forms_are_lifted_step_by_step() {
    let bench = Bench::new();
    append_raw(&bench, "written", 1, &json!({ "body": "of 2026" }));
    append_raw(&bench, "written", 2, &json!({ "text": "of 2027" }));
    bench.tell(owner(1), |story| write(story, 1, "of today")).unwrap();
    assert_eq!(bench.told(|story| texts(story, 1)), ["of 2026", "of 2027", "of today"]);
    assert_eq!(bench.recorded()[2].envelope.schema, Schema::new(3, 0), "only the newest form is written");
    let [first, second, _] = bench.recorded().try_into().unwrap();
    let read = |recorded| codec::events_of::<Note>(&recorded).unwrap().remove(0);
    assert_eq!(
        read(first),
        Event::Written { text: "of 2026".to_owned(), pinned: Some(false), ink: Ink::Black }
    );
    assert_eq!(
        read(second),
        Event::Written { text: "of 2027".to_owned(), pinned: Some(false), ink: Ink::Black }
    );
}

#[test]
fn a_known_event_with_a_payload_of_another_form_stops_the_story() {
    let bench = Bench::new();
    append_raw(&bench, "written", 3, &json!({ "words": 7 }));
    let refusal = bench.tell(owner(1), |story| write(story, 1, "b")).unwrap_err();
    assert!(matches!(refusal, Refusal::Decode(_)), "{refusal:?}");
    assert_eq!((refusal.code(), refusal.is_retryable(), bench.head()), ("INTERNAL", false, 2));
}

#[test]
fn an_erased_event_changes_nothing() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
    let mut recorded = bench.recorded().remove(0);
    assert_eq!(codec::events_of::<Note>(&recorded).unwrap().len(), 1);
    recorded.payload = None;
    assert_eq!(codec::events_of::<Note>(&recorded).unwrap(), []);
}

#[test]
fn a_long_stream_is_folded_to_its_end() {
    let bench = Bench::new();
    for command in 0..3 {
        let ten_pages = |story: &mut Transaction<'_>| {
            (0..700).try_for_each(|run| {
                let follow = playlist::Command::Follow { url: format!("http://example.org/{command}/{run}") };
                story.entail::<Playlist>(id(1), follow)?;
                story.entail::<Playlist>(id(1), playlist::Command::Unfollow)
            })
        };
        bench.tell(owner(command), ten_pages).unwrap();
    }
    let story = |story: &mut Transaction<'_>| Ok(story.state::<Playlist>(id(1))?.url.clone());
    let fresh = bench.fresh_gate().transact_blocking(&owner(9), &story).unwrap();
    assert_eq!(fresh.value.as_deref(), Some("http://example.org/2/699"));
}

/// One command to one of few things.
#[derive(Debug, Clone)]
enum Step {
    Job(Uuid, job::Command),
    Playlist(Uuid, playlist::Command),
}

impl Step {
    fn carry_out(&self, story: &mut Transaction<'_>) -> Result<(), Refusal> {
        match self {
            Self::Job(uuid, command) => story.entail::<Job>(*uuid, command.clone()),
            Self::Playlist(uuid, command) => story.entail::<Playlist>(*uuid, command.clone()),
        }
    }
}

const THINGS: std::ops::Range<u128> = 1..3;

fn any_job_command() -> impl Strategy<Value = job::Command> {
    let attempt = THINGS.prop_map(|number| AttemptId::from_uuid(id(number)));
    let failed = Outcome::Failed {
        failure: Failure::new(FailureClass::Network, "no answer"),
        at: Timestamp::from_micros(0),
        dice: 7,
    };
    let outcome =
        prop_oneof![Just(Outcome::Succeeded { kept_bytes: 0 }), Just(Outcome::Stopped), Just(failed)];
    prop_oneof![
        3 => Just(job::Command::Queue { work: samples::refresh().work(), retry: RetryPolicy::default(), ticket: Ticket::default() }),
        3 => attempt.clone().prop_map(|attempt_id| {
            job::Command::Lease { attempt_id, worker: samples::WORKER_LIFE, until: NOW }
        }),
        2 => attempt.clone().prop_map(|attempt_id| job::Command::Start { attempt_id }),
        1 => attempt.clone().prop_map(|attempt_id| job::Command::Lose { attempt_id, progressed: false, at: NOW, dice: 0 }),
        2 => (attempt, outcome).prop_map(|(attempt_id, outcome)| {
            job::Command::End { attempt_id, outcome, resources: samples::resources() }
        }),
        1 => Just(job::Command::Pause),
        1 => Just(job::Command::Resume),
        1 => Just(job::Command::Cancel),
    ]
}

fn any_playlist_command() -> impl Strategy<Value = playlist::Command> {
    let observed = prop::collection::vec(any_observed(), 0..6);
    prop_oneof![
        2 => Just(playlist::Command::Follow { url: samples::LIST_URL.to_owned() }),
        1 => Just(playlist::Command::Unfollow),
        1 => Just(playlist::Command::RequestDownloads {
            quality: samples::quality(),
            entries: None,
            again: false, ticket: Ticket::default()
        }),
        4 => observed.prop_map(|observed| {
            // What a refresh of an empty list finds; on another list it is a page repeated after a crash.
            let state = playlist::State::default();
            let mode = mediary_schema::playlist::RefreshMode::Full;
            let changes = samples::diff(samples::playlist_id(), &state, observed, mode).changes;
            playlist::Command::RecordChanges { changes }
        }),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (THINGS, any_job_command()).prop_map(|(number, command)| Step::Job(id(number), command)),
        (THINGS, any_playlist_command()).prop_map(|(number, command)| Step::Playlist(id(number), command)),
    ]
}

/// The states of all things, as this gate has them.
fn states(gate: &crate::gate::Gate) -> Vec<(job::State, playlist::State)> {
    let kept = RefCell::new(Vec::new());
    let story = |story: &mut Transaction<'_>| {
        for number in THINGS {
            let job = story.state::<Job>(id(number))?.clone();
            kept.borrow_mut().push((job, story.state::<Playlist>(id(number))?.clone()));
        }
        Ok(())
    };
    gate.transact_blocking(&crate::testing::platform(), &story).unwrap();
    kept.into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    // Stories of several commands, some of them refused after others of the same story were decided.
    #[test]
    fn a_kept_fold_is_a_fold_from_scratch(
        stories in prop::collection::vec(prop::collection::vec(any_step(), 1..4), 1..24),
    ) {
        let bench = Bench::new();
        let mut accepted = 0;
        for steps in stories {
            let before = states(&bench.fresh_gate());
            let told = bench.tell(crate::testing::platform(), |story| {
                steps.iter().try_for_each(|step| step.carry_out(story))
            });
            if told.is_ok() {
                accepted += 1;
            } else {
                prop_assert_eq!(&states(&bench.gate), &before);
            }
            prop_assert_eq!(states(&bench.gate), states(&bench.fresh_gate()));
        }
        prop_assert!(bench.head() == 1 || accepted > 0);
    }
}

/// One row of a small list as a refresh may see it.
fn any_observed() -> impl Strategy<Value = ObservedEntry> {
    (0..8_u8, prop::option::of(0..3_u8), prop::bool::ANY).prop_map(|(item, title, available)| ObservedEntry {
        index: 1,
        source: ItemSource {
            extractor: "demo".to_owned(),
            source_id: item.to_string(),
            url: format!("http://example.org/{item}"),
        },
        id_scope: IdScope::Source,
        title: title.map(|title| format!("{item}, cut {title}")),
        duration_ms: Some(1_000 * u64::from(item)),
        availability: if available { Availability::Available } else { Availability::Private },
        live_status: LiveStatus::NotLive,
        published_at: None,
    })
}
