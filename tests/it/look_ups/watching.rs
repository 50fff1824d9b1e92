//! What changes is read once for all who watch it, and by none of those who watch something else.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::pin::Pin;

use super::*;

impl World {
    /// Two lists that grow.
    async fn growing(&self, numbers: [u32; 2]) -> [Growing<'_>; 2] {
        let growing = numbers.map(|number| block_in_place(|| Growing::begin(&self.gate, number)).unwrap());
        self.edge.views().of::<PlaylistView>().wait_for(self.head()).await.unwrap();
        growing
    }

    /// So many who watch the entries of a list from now on, and have been told that there is nothing new.
    async fn watch_entries(
        &self,
        list: PlaylistId,
        count: usize,
    ) -> Vec<Pin<Box<dyn Stream<Item = Value> + Send>>> {
        let head = self.head();
        let rows = "position entries { id }";
        let document =
            format!("subscription {{ entryChanges(playlistId: \"{list}\", after: {head}) {{ {rows} }} }}");
        let mut watching = Vec::new();
        for _ in 0..count {
            let mut watcher: Pin<Box<dyn Stream<Item = Value> + Send>> =
                Box::pin(self.edge.subscribe(&document));
            assert_eq!(told(&mut watcher, "entryChanges", head).await, [Vec::<String>::new()]);
            watching.push(watcher);
        }
        statements(self.edge.views());
        watching
    }
}

// Issue 7: the view tells which rows it changed.
// invariant: E-11
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_elsewhere_is_read_by_none_of_those_who_watch() {
    const STEPS: u32 = 20;
    let world = World::start(SIZE).await;
    let [mut watched, mut other] = world.growing([50, 51]).await;
    let view = world.edge.views().of::<PlaylistView>();
    let mut watching = world.watch_entries(List::new(50).id, 10).await;
    let telling = async {
        for rows in 1..=STEPS {
            block_in_place(|| other.grow(rows, Growth::Behind)).unwrap();
            view.wait_for(world.head()).await.unwrap();
        }
        block_in_place(|| watched.grow(7, Growth::Behind)).unwrap();
    };
    let watch = join_all(watching.iter_mut().map(|watcher| async move {
        let item = watcher.next().await.unwrap()["data"]["entryChanges"].take();
        item["entries"].as_array().unwrap().len()
    }));
    let (told, ()) = tokio::join!(watch, telling);
    assert_eq!(told, [7; 10]);
    let [run, ..] = statements(world.edge.views());
    assert!((1..=2).contains(&run.len()), "{run:#?}");
    world.edge.stop();
}

// invariant: E-11
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_late_takes_what_others_have_read() {
    let world = World::start(SIZE).await;
    let [mut watched, mut other] = world.growing([50, 51]).await;
    let view = world.edge.views().of::<PlaylistView>();
    let mut watching = world.watch_entries(List::new(50).id, 2).await;
    for rows in 1..=3 {
        block_in_place(|| other.grow(rows, Growth::Behind)).unwrap();
        view.wait_for(world.head()).await.unwrap();
        assert!(watching[0].next().now_or_never().is_none(), "he goes on, and the other one does not");
    }
    block_in_place(|| watched.grow(7, Growth::Behind)).unwrap();
    view.wait_for(world.head()).await.unwrap();
    for watcher in &mut watching {
        assert_eq!(told(watcher, "entryChanges", world.head()).await[0].len(), 7);
    }
    let [run, ..] = statements(world.edge.views());
    assert_eq!(run.len(), 1, "{run:#?}");
    world.edge.stop();
}
