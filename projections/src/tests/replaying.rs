//! Views that are built aside are what a server shows, in one number.

use proptest::prelude::*;
use tokio::{runtime::Runtime, task::spawn_blocking};

use super::{
    bench::{ALL, Bench},
    story::{follow, keep, look, reach},
};
use crate::{Replay, State, ViewKind, readers, registry::Views, replay::ViewState};

/// What the views of a server show, by their own files.
fn shown(bench: &Bench) -> Vec<ViewState> {
    let of = |kind: &ViewKind| {
        let file =
            crate::edition::Edition::first(kind.version).path(kind.name, &bench.folder().join("views"));
        ViewState::of(kind.name, kind.version, &readers::connect(&file).unwrap()).unwrap()
    };
    let mut views: Vec<ViewState> = ALL.iter().map(of).collect();
    views.sort_by_key(|view| view.name);
    views
}

async fn replayed(bench: &Bench, folder: &str, positions: Vec<u64>) -> Vec<State> {
    let mut replay = Replay::new(bench.log(), &bench.folder().join(folder), ALL);
    let build = move || positions.into_iter().map(|position| replay.build(position).unwrap()).collect();
    spawn_blocking(build).await.unwrap()
}

// PL-16.
// invariant: V-9
#[test]
fn what_is_built_aside_is_what_a_server_shows_however_it_came_there() {
    proptest!(ProptestConfig::with_cases(12), |(looks in prop::collection::vec((1_u32..4, 0_u32..30), 1..6), steps in prop::collection::btree_set(1_u64..60, 0..5))| {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            bench.tell(follow).await;
            let views = Views::start(bench.log(), &bench.alarms(), bench.folder(), ALL).unwrap();
            for (number, (from, many)) in looks.iter().enumerate() {
                bench.tell(look(number as u128 + 1, *from..*from + many)).await;
            }
            let mut head = 0;
            for number in 0..3 {
                head = bench.tell(keep(number)).await;
            }
            for view in views.all() {
                reach(view, head).await;
            }
            views.stop();
            let mut positions: Vec<u64> = steps.into_iter().filter(|step| *step < head).collect();
            positions.push(head);
            let (stepwise, at_once) = tokio::join!(
                replayed(&bench, "stepwise", positions),
                replayed(&bench, "at-once", vec![head]),
            );
            assert_eq!(stepwise.last(), at_once.last());
            assert_eq!(at_once[0].views, shown(&bench));
        });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn each_position_has_its_own_number() {
    let bench = Bench::new();
    bench.tell(follow).await;
    let head = bench.tell(look(1, 0..3)).await;
    let states = replayed(&bench, "replay", (0..=head).collect()).await;
    assert!(states[0].views.iter().all(|view| view.rows == 0), "{states:?}");
    let hashes: std::collections::BTreeSet<_> = states.iter().map(|state| state.hash).collect();
    // Some events change nothing of what is shown.
    assert!(hashes.len() > 5, "{states:?}");
    let again = replayed(&bench, "again", vec![head, 1, head]).await;
    assert_eq!((&again[0], &again[2]), (states.last().unwrap(), states.last().unwrap()));
    assert_eq!(again[1], states[1]);
}
