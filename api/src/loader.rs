//! Batched look-ups: one reading for all objects of a list.
//!
//! Guarantees: what the resolvers of one level ask for is read at once, as soon as all of them have asked: nobody waits for
//! a time to pass. All have asked when nothing of the request is being read any more: what is read leads to more who ask, and
//! pages that are read beside each other end as the machine likes. Look-ups are of one request, and so of one scope; nothing
//! is remembered from one level to the next.
//!
//! To add a look-up: a [`LookUp`] beside the object that it finds. Whatever else reads for a request does it within
//! [`LookUps::reading`].

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::{
    Context, Request, Result, ServerResult,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest},
};
use mediary_projections::{QueryError, Snapshot, SqlResult, ViewHandle, Views};
use mediary_schema::scope::Scope;
use tokio::sync::{Notify, OnceCell};

use crate::{
    as_of::moment,
    error::view_fault,
    schema::{platform, scope},
};

/// How things of one kind are found by their keys.
pub(crate) trait LookUp: 'static {
    /// By what they are found.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// What is found.
    type Row: Clone + Send + Sync + 'static;

    /// Where they are.
    fn view(views: &Views) -> &ViewHandle;

    /// All that are there, each with its key; those that are not are left out.
    fn find(rows: &Snapshot<'_>, keys: &[Self::Key]) -> SqlResult<HashMap<Self::Key, Self::Row>>;
}

/// Looks something up together with whatever the other resolvers of its level look up.
pub(crate) async fn look_up<L: LookUp>(context: &Context<'_>, key: L::Key) -> Result<Option<L::Row>> {
    let (scope, views) = (scope(context)?, &platform(context).views);
    let position = moment(context).map(|moment| moment.position);
    let look_ups = context.data_unchecked::<LookUps>();
    let asked = look_ups.of::<L, L::Key, L::Row>();
    let found = asked.look_up(&look_ups.levels, key, |keys| read::<L>(views, scope, position, keys)).await;
    found.map_err(|error| view_fault(&error))
}

/// Looks something up that is in no view, in the same way; what can't be found is left out.
pub(crate) async fn look_up_beside<Of: 'static, Key, Row, Finding>(
    context: &Context<'_>,
    key: Key,
    find: impl FnOnce(Vec<Key>) -> Finding,
) -> Option<Row>
where
    Key: Clone + Eq + Hash + Send + Sync + 'static,
    Row: Clone + Send + Sync + 'static,
    Finding: Future<Output = HashMap<Key, Row>>,
{
    let look_ups = context.data_unchecked::<LookUps>();
    let asked = look_ups.of::<Of, Key, Row>();
    asked.look_up(&look_ups.levels, key, |keys| async { Ok(find(keys).await) }).await.ok().flatten()
}

async fn read<L: LookUp>(
    views: &Views,
    scope: Scope,
    position: Option<u64>,
    keys: Vec<L::Key>,
) -> Answer<L::Key, L::Row> {
    let (view, query) = (L::view(views), move |rows: &Snapshot<'_>| L::find(rows, &keys));
    let found = match position {
        Some(position) => view.read_as_of(position, scope, query).await,
        None => view.read(scope, query).await,
    };
    found.map_err(Arc::new)
}

type Answer<Key, Row> = Result<HashMap<Key, Row>, Arc<QueryError>>;

/// The look-ups of one request, as of one moment.
#[derive(Default)]
pub(crate) struct LookUps {
    kinds: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    levels: Levels,
}

impl LookUps {
    /// Says until it is dropped that something is being read, behind which more will be looked up.
    pub(crate) fn reading(&self) -> impl Drop {
        self.levels.reading()
    }

    fn of<Of, Key, Row>(&self) -> Arc<Asked<Key, Row>>
    where
        Of: 'static,
        Key: Clone + Eq + Hash + Send + Sync + 'static,
        Row: Clone + Send + Sync + 'static,
    {
        let mut kinds = lock(&self.kinds);
        let asked = kinds.entry(TypeId::of::<Of>()).or_insert_with(|| Arc::new(Asked::<Key, Row>::default()));
        Arc::clone(asked).downcast().expect("each kind has what is asked of it")
    }
}

/// How far a request is: on each level all look-ups begin at once, whatever they are of.
#[derive(Default)]
struct Levels {
    now: Mutex<Now>,
    moved: Notify,
}

#[derive(Default)]
struct Now {
    /// How many levels have begun.
    level: u64,
    /// Who asks on the level that begins next.
    asking: usize,
    /// What is being read, and who has not taken his answer yet: each may lead to more who ask.
    pending: usize,
}

impl Levels {
    /// Something is being read until this is dropped.
    fn reading(&self) -> Turn<'_> {
        let mut now = lock(&self.now);
        now.pending += 1;
        Turn { levels: self, level: None }
    }

    /// Somebody asks until this is dropped.
    fn ask(&self) -> Turn<'_> {
        let mut now = lock(&self.now);
        now.asking += 1;
        Turn { levels: self, level: Some(now.level) }
    }

    /// Whether the readings of a level have begun; begins them if nothing is pending.
    fn has_begun(&self, level: u64) -> bool {
        let mut now = lock(&self.now);
        if now.level == level && now.pending == 0 {
            *now = Now { level: level + 1, asking: 0, pending: now.asking };
            self.moved.notify_waiters();
        }
        now.level > level
    }
}

/// One who reads, or who asks on a level.
#[must_use]
struct Turn<'a> {
    levels: &'a Levels,
    level: Option<u64>,
}

impl Turn<'_> {
    /// Waits until all who ask on this level have asked.
    async fn all_have_asked(&self) {
        let Some(level) = self.level else { return };
        loop {
            let moved = self.levels.moved.notified();
            // The runtime wakes whoever yields once the whole request has been polled: by then those have asked who could.
            tokio::task::yield_now().await;
            if self.levels.has_begun(level) {
                return;
            }
            moved.await;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut now = lock(&self.levels.now);
        if self.level == Some(now.level) {
            now.asking -= 1;
        } else {
            now.pending -= 1;
            if now.pending == 0 {
                self.levels.moved.notify_waiters();
            }
        }
    }
}

/// What is asked of one kind, and not read yet.
struct Asked<Key, Row>(Mutex<Arc<Batch<Key, Row>>>);

/// What is read at once.
struct Batch<Key, Row> {
    keys: Mutex<Vec<Key>>,
    answer: OnceCell<Answer<Key, Row>>,
}

impl<Key, Row> Batch<Key, Row> {
    fn new() -> Arc<Self> {
        Arc::new(Self { keys: Mutex::default(), answer: OnceCell::new() })
    }
}

impl<Key, Row> Default for Asked<Key, Row> {
    fn default() -> Self {
        Self(Mutex::new(Batch::new()))
    }
}

impl<Key: Clone + Eq + Hash, Row: Clone> Asked<Key, Row> {
    async fn look_up<Found>(
        &self,
        levels: &Levels,
        key: Key,
        read: impl FnOnce(Vec<Key>) -> Found,
    ) -> Result<Option<Row>, Arc<QueryError>>
    where
        Found: Future<Output = Answer<Key, Row>>,
    {
        let turn = levels.ask();
        let batch = {
            let open = lock(&self.0);
            lock(&open.keys).push(key.clone());
            Arc::clone(&open)
        };
        turn.all_have_asked().await;
        // Whoever comes first reads for all. If nobody waits for that one any more, the next one does.
        let answer = batch.answer.get_or_init(|| {
            let mut open = lock(&self.0);
            if Arc::ptr_eq(&open, &batch) {
                *open = Batch::new();
            }
            let mut keys = lock(&batch.keys).clone();
            let mut seen = HashSet::new();
            keys.retain(|key| seen.insert(key.clone()));
            read(keys)
        });
        answer.await.as_ref().map(|rows| rows.get(&key).cloned()).map_err(Arc::clone)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives every request its look-ups.
pub(crate) struct PerRequest;

impl ExtensionFactory for PerRequest {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for PerRequest {
    async fn prepare_request(
        &self,
        context: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        next.run(context, request.data(LookUps::default())).await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use futures::future::{join_all, select_all};

    use super::*;

    /// What is asked, and how often it was read.
    #[derive(Default)]
    struct World {
        levels: Levels,
        asked: Asked<u32, u32>,
        readings: AtomicUsize,
    }

    impl World {
        /// Doubles numbers.
        async fn doubled(&self, key: u32) -> Option<u32> {
            let read = |keys: Vec<u32>| {
                self.readings.fetch_add(1, Ordering::SeqCst);
                async move {
                    tokio::task::yield_now().await;
                    Ok(keys.into_iter().map(|key| (key, 2 * key)).collect())
                }
            };
            self.asked.look_up(&self.levels, key, read).await.unwrap()
        }
    }

    #[tokio::test]
    async fn what_is_asked_on_one_level_is_read_at_once() {
        let world = &World::default();
        // More than thirty are polled apart from each other, and each level begins where the last one ended.
        let levels = (0..100_u32).map(|key| async move {
            let first = world.doubled(key % 50).await.unwrap();
            world.doubled(first).await
        });
        let found = join_all(levels).await;
        assert_eq!(found, (0..100).map(|key| Some(key % 50 * 4)).collect::<Vec<_>>());
        assert_eq!(world.readings.load(Ordering::SeqCst), 2, "a reading for each level");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn pages_that_end_one_after_the_other_are_one_level() {
        let other = &Asked::<u32, u32>::default();
        for pages in [3, 40] {
            let (world, others) = (&World::default(), &AtomicUsize::new(0));
            let page = |of: u32| async move {
                let reading = world.levels.reading();
                tokio::time::sleep(Duration::from_millis(of.into())).await;
                drop(reading);
                // Things of two kinds, the one of which leads to the other.
                let found = join_all((0..3).map(|row| async move {
                    let first = world.doubled(of + row).await.unwrap();
                    let read = |keys: Vec<u32>| {
                        others.fetch_add(1, Ordering::SeqCst);
                        async move { Ok(keys.into_iter().map(|key| (key, key)).collect()) }
                    };
                    other.look_up(&world.levels, first, read).await.unwrap().unwrap()
                }));
                found.await
            };
            let found = join_all((0..pages).rev().map(page)).await;
            assert_eq!(found[0], [0, 2, 4].map(|more| 2 * (pages - 1) + more));
            let read = (world.readings.load(Ordering::SeqCst), others.load(Ordering::SeqCst));
            assert_eq!(read, (1, 1), "{pages} pages");
        }
    }

    #[tokio::test]
    async fn what_is_of_two_kinds_is_read_side_by_side() {
        let levels = &Levels::default();
        let (one, another) = (&Asked::<u8, u8>::default(), &Asked::<u16, u16>::default());
        let both = &tokio::sync::Barrier::new(2);
        // Each ends only when the other one is being read as well.
        let first = one.look_up(levels, 1, async |_| {
            both.wait().await;
            Ok(HashMap::from([(1, 1)]))
        });
        let second = another.look_up(levels, 2, async |_| {
            both.wait().await;
            Ok(HashMap::from([(2, 2)]))
        });
        let (first, second) = tokio::join!(first, second);
        assert_eq!((first.unwrap(), second.unwrap()), (Some(1), Some(2)));
    }

    #[tokio::test]
    async fn who_reads_for_all_may_go_away() {
        let world = World::default();
        let mut first = Box::pin(world.doubled(1));
        let mut second = Box::pin(world.doubled(2));
        // Both have asked, and the first one reads.
        for _ in 0..2 {
            let polled = futures::future::poll_fn(|context| {
                assert!(first.as_mut().poll(context).is_pending());
                assert!(second.as_mut().poll(context).is_pending());
                std::task::Poll::Ready(())
            });
            polled.await;
        }
        assert_eq!(world.readings.load(Ordering::SeqCst), 1);
        drop(first);
        let (found, _, _) = select_all([second]).await;
        assert_eq!((found, world.readings.load(Ordering::SeqCst)), (Some(4), 2));
        // Nothing is being read any more: who asks now waits for nobody.
        assert_eq!(world.doubled(3).await, Some(6));
    }
}
