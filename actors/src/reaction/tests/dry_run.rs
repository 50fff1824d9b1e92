//! A dry run is compared with what the same command then really records, reactions included.

use std::collections::HashMap;

use mediary_log::{
    gate::{Answer, Options},
    testing::person,
    work::REGISTRY,
};
use mediary_schema::account::Role;
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use super::*;

/// What somebody does.
#[derive(Debug, Clone)]
enum Act {
    /// The list has so many items now.
    Grow(u32),
    Follow,
    Unfollow,
    Refresh,
    StartAll,
    StartSome(Vec<usize>),
    StartAddress,
    Import(u32),
    /// A verb on some of the jobs that there are.
    Jobs(&'static str, Vec<usize>),
    Limit(u32),
}

fn act() -> impl Strategy<Value = Act> {
    let some = || vec(0..40usize, 1..4);
    prop_oneof![
        3 => (0..70u32).prop_map(Act::Grow),
        1 => Just(Act::Follow),
        1 => Just(Act::Unfollow),
        2 => Just(Act::Refresh),
        3 => Just(Act::StartAll),
        2 => some().prop_map(Act::StartSome),
        1 => Just(Act::StartAddress),
        1 => (1..5u32).prop_map(Act::Import),
        3 => (prop::sample::select(vec!["cancel", "pause", "resume", "retry"]), some())
            .prop_map(|(verb, jobs)| Act::Jobs(verb, jobs)),
        1 => (0..3u32).prop_map(Act::Limit),
    ]
}

impl Act {
    /// The command; none if nothing is asked, or there is nothing to ask for.
    fn command(&self, bench: &Bench) -> Option<(String, Value)> {
        let list = samples::playlist_id();
        let state = || bench.gate.state_at::<Playlist>(list.uuid(), bench.head()).unwrap();
        let pick = |all: Vec<String>, places: &[usize]| {
            let picked: BTreeSet<String> =
                places.iter().filter_map(|place| all.get(place % all.len().max(1)).cloned()).collect();
            (!picked.is_empty()).then_some(picked)
        };
        let (name, arguments) = match self {
            Self::Grow(_) => return None,
            Self::Follow => ("playlist.follow", json!({ "url": samples::LIST_URL })),
            Self::Unfollow => ("playlist.unfollow", json!({ "playlist_id": list })),
            Self::Refresh => ("playlist.refresh", json!({ "playlist_id": list })),
            Self::StartAll => ("download.start", json!({ "target": { "playlist_id": list } })),
            Self::StartSome(places) => {
                let all = state().rows.iter().map(|row| row.entry_id.to_string()).collect();
                let entries = json!([{ "playlist_id": list, "entry_ids": pick(all, places)? }]);
                ("download.start", json!({ "target": { "entries": entries } }))
            }
            Self::StartAddress => {
                ("download.start", json!({ "target": { "url": "https://a.example/item" } }))
            }
            Self::Import(count) => {
                let lines = (0..*count).map(|number| format!("youtube video-{number}\n"));
                ("download.import_archive", json!({ "text": lines.collect::<String>() }))
            }
            Self::Jobs(verb, places) => {
                let events = bench.recorded();
                let queued = events.iter().filter(|event| event.envelope.kind() == "job.queued");
                let jobs = pick(queued.map(|event| event.envelope.stream.to_string()).collect(), places)?;
                return Some((format!("job.{verb}"), json!({ "job_ids": jobs })));
            }
            Self::Limit(total) => ("limit.set", json!({ "total": total })),
        };
        Some((name.to_owned(), arguments))
    }
}

/// The same, whatever ids were drawn: each id is the number of its first mention.
fn plain(events: impl Iterator<Item = (String, String, Option<Value>)>) -> Vec<String> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut number = |text: &str| {
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = (0..rest.len())
            .find(|at| rest.get(*at..at + 36).is_some_and(|part| Uuid::try_parse(part).is_ok()))
        {
            let next = numbers.len();
            let number = *numbers.entry(rest[at..at + 36].to_owned()).or_insert(next);
            plain = format!("{plain}{}#{number}", &rest[..at]);
            rest = &rest[at + 36..];
        }
        plain + rest
    };
    events.map(|(kind, stream, payload)| number(&format!("{kind} {stream} {payload:?}"))).collect()
}

async fn check(acts: Vec<Act>) {
    let bench = Bench::new();
    let running = bench.start(downloads()).await;
    running.caught_up(bench.head()).await;
    let gate = bench.fresh_gate().with_reactions([downloads()]);
    for (number, act) in acts.iter().enumerate() {
        let is_followed = || {
            let list = samples::playlist_id().uuid();
            bench.gate.state_at::<Playlist>(list, bench.head()).unwrap().followed
        };
        if let Act::Grow(count) = act
            && is_followed()
        {
            bench.refresh(*count);
            // The end of a refresh asks for what was wanted before it.
            running.caught_up(bench.head()).await;
        }
        let Some((name, arguments)) = act.command(&bench) else { continue };
        let ask = |dry_run| {
            let command = REGISTRY.command(&name, arguments.clone()).unwrap();
            let caller = person(Role::Owner, number as u128 + 1);
            gate.ask_command(caller, command, Options { dry_run, ..Options::default() })
        };
        let head = bench.head();
        let dry = ask(true).await;
        assert_eq!(bench.head(), head, "a dry run appends nothing");
        let real = ask(false).await;
        let (dry, real) = match (dry, real) {
            (Ok(dry), Ok(real)) => (dry, real),
            (dry, real) => {
                let code = |answer: Result<Answer<Value>, Refusal>| answer.map_err(|refusal| refusal.code());
                assert_eq!(code(dry), code(real), "{name} {arguments}");
                continue;
            }
        };
        running.caught_up(real.position).await;
        let dry_run = dry.dry_run.unwrap();
        let told = dry_run.events.into_iter();
        let told = plain(told.map(|event| (event.kind, event.stream, event.payload)));
        let events = bench.recorded();
        let recorded = plain(events[head as usize..].iter().map(|event| {
            (event.envelope.kind(), event.envelope.stream.to_string(), event.payload_json().unwrap())
        }));
        assert_eq!(told, recorded, "{name} {arguments}");
        assert_eq!((dry.told, dry_run.event_count as usize), (real.told, recorded.len()));
        assert!(dry_run.is_whole && !real.repeated);
    }
    running.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    // invariant: G-9
    #[test]
    fn a_dry_run_tells_what_is_then_recorded(acts in vec(act(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(check(acts));
    }
}
