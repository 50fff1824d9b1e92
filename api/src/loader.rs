//! Batched look-ups: one reading for all objects of a list.
//!
//! Guarantees: what the resolvers of one level ask for is read at once, as soon as all of them have asked: nobody waits for
//! a time to pass. Look-ups are of one request, and so of one scope; nothing is remembered from one level to the next.
//!
//! To add a look-up: a [`LookUp`] beside the object that it finds.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Context, Request, Result, ServerResult,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest},
};
use mediary_projections::{QueryError, Snapshot, SqlResult, ViewHandle, Views};
use mediary_schema::scope::Scope;
use tokio::sync::OnceCell;

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
    let asked = context.data_unchecked::<LookUps>().of::<L, L::Key, L::Row>();
    let found = asked.look_up(key, |keys| read::<L>(views, scope, position, keys)).await;
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
    let asked = context.data_unchecked::<LookUps>().of::<Of, Key, Row>();
    asked.look_up(key, |keys| async { Ok(find(keys).await) }).await.ok().flatten()
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
pub(crate) struct LookUps(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl LookUps {
    fn of<Of, Key, Row>(&self) -> Arc<Asked<Key, Row>>
    where
        Of: 'static,
        Key: Clone + Eq + Hash + Send + Sync + 'static,
        Row: Clone + Send + Sync + 'static,
    {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = kinds.entry(TypeId::of::<Of>()).or_insert_with(|| Arc::new(Asked::<Key, Row>::new()));
        Arc::clone(asked).downcast().expect("each kind has what is asked of it")
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

impl<Key: Clone + Eq + Hash, Row: Clone> Asked<Key, Row> {
    fn new() -> Self {
        Self(Mutex::new(Batch::new()))
    }

    async fn look_up<Reading>(
        &self,
        key: Key,
        read: impl FnOnce(Vec<Key>) -> Reading,
    ) -> Result<Option<Row>, Arc<QueryError>>
    where
        Reading: Future<Output = Answer<Key, Row>>,
    {
        let batch = {
            let open = lock(&self.0);
            lock(&open.keys).push(key.clone());
            Arc::clone(&open)
        };
        // The runtime wakes whoever yields once the whole request has: by then everybody on this level has asked.
        tokio::task::yield_now().await;
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::{join_all, select_all};

    use super::*;

    /// Doubles numbers, and counts how often it is asked to.
    async fn doubled(asked: &Asked<u32, u32>, readings: &AtomicUsize, key: u32) -> Option<u32> {
        let read = |keys: Vec<u32>| {
            readings.fetch_add(1, Ordering::SeqCst);
            async move {
                tokio::task::yield_now().await;
                Ok(keys.into_iter().map(|key| (key, 2 * key)).collect())
            }
        };
        asked.look_up(key, read).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_asked_on_one_level_is_read_at_once() {
        let (asked, readings) = (Asked::new(), AtomicUsize::new(0));
        // More than thirty are polled apart from each other, and each level begins where the last one ended.
        let levels = (0..100_u32).map(|key| {
            let (asked, readings) = (&asked, &readings);
            async move {
                let first = doubled(asked, readings, key % 50).await.unwrap();
                doubled(asked, readings, first).await
            }
        });
        let found = join_all(levels).await;
        assert_eq!(found, (0..100).map(|key| Some(key % 50 * 4)).collect::<Vec<_>>());
        assert_eq!(readings.into_inner(), 2, "a reading for each level");
    }

    #[tokio::test]
    async fn who_reads_for_all_may_go_away() {
        let (asked, readings) = (Asked::new(), AtomicUsize::new(0));
        let mut first = Box::pin(doubled(&asked, &readings, 1));
        let mut second = Box::pin(doubled(&asked, &readings, 2));
        // Both have asked, and the first one reads.
        for _ in 0..2 {
            let polled = futures::future::poll_fn(|context| {
                assert!(first.as_mut().poll(context).is_pending());
                assert!(second.as_mut().poll(context).is_pending());
                std::task::Poll::Ready(())
            });
            polled.await;
        }
        assert_eq!(readings.load(Ordering::SeqCst), 1);
        drop(first);
        let (found, _, _) = select_all([second]).await;
        assert_eq!((found, readings.load(Ordering::SeqCst)), (Some(4), 2));
    }
}
