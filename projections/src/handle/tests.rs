//! A view that stands, and one that has everything but its indexes.

use std::path::Path;

use mediary_log::{Log, Options};
use mediary_schema::scope::Scope;
use tokio::{sync::watch, task::spawn_blocking};

use super::{ViewHandle, ViewStatus};
use crate::{QueryError, Replay, ViewKind, job::JobView};

/// A view that shows all that is recorded.
async fn standing(log: &Log, directory: &Path) -> ViewHandle {
    let (mut replay, head) = (Replay::new(log, directory, [ViewKind::of::<JobView>()]), log.head().position);
    let built = spawn_blocking(move || replay.build(head).map(|_| replay)).await;
    built.unwrap().unwrap().views().of::<JobView>().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_has_all_and_no_indexes_yet_says_so_and_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(Options { reserve_bytes: 0, ..Options::new(folder.path()) }).unwrap();
    let mut view = standing(&log, &folder.path().join("views")).await;
    let (told, status) = watch::channel(ViewStatus { is_built: false, ..view.status() });
    view.status = status;
    let ask = |view: &ViewHandle| view.read_blocking(Scope::of_test(), |_| Ok(7));
    let refused = spawn_blocking({
        let view = view.clone();
        move || ask(&view)
    });
    let refused = refused.await.unwrap().unwrap_err();
    let head = log.head().position;
    assert!(matches!(refused, QueryError::Unindexed { view: "job", at } if at == head), "{refused:?}");
    // Whoever may wait is answered once it has them.
    let asking = view.read(Scope::of_test(), |_| Ok(7));
    let building = async { told.send_modify(|status| status.is_built = true) };
    let (answer, ()) = tokio::join!(asking, building);
    assert_eq!(answer.unwrap(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_view_answers_as_of_where_it_stands_and_earlier_and_of_nothing_later() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(Options { reserve_bytes: 0, ..Options::new(folder.path()) }).unwrap();
    let view = standing(&log, &folder.path().join("views")).await;
    let head = log.head().position;
    let ask = async |position| view.read_as_of(position, Scope::of_test(), |_| Ok(7)).await;
    assert_eq!(ask(head).await.unwrap(), 7);
    assert_eq!(ask(0).await.unwrap(), 7);
    let later = view.wait_for(head + 1).await.unwrap_err();
    assert!(matches!(later, QueryError::Behind { at, .. } if at == head), "{later:?}");
    spawn_blocking(move || view.stop()).await.unwrap();
    log.close().await;
}
