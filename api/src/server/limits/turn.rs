//! One limit for everything that runs, whichever way it came in: a request takes as many turns as it costs.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use async_graphql::{
    Request, Response, ServerError, ServerResult, ValidationResult,
    async_trait::async_trait,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest, NextValidation,
    },
    parser::types::OperationType,
};
use mediary_schema::TokenId;
use tokio::{
    sync::{AcquireError, Semaphore},
    time::timeout,
};

use super::Options;
use crate::{
    server::{fault::fault, operation::kind_of},
    session::Session,
};

/// Gives each request its turns.
pub(super) struct Turns {
    options: Arc<Options>,
    free: Arc<Semaphore>,
    shares: Arc<Shares>,
}

impl Turns {
    pub(super) fn new(options: &Options) -> Self {
        let free = Arc::new(Semaphore::new(options.turns_max as usize));
        let shares = Arc::new(Shares { max: options.turns_per_token_max, of: Mutex::default() });
        Self { options: Arc::new(options.clone()), free, shares }
    }
}

/// The turns of each token: whoever asks much waits for himself, and others have the rest.
struct Shares {
    max: u32,
    of: Mutex<HashMap<TokenId, Weak<Semaphore>>>,
}

impl Shares {
    fn of(&self, token_id: TokenId) -> Arc<Semaphore> {
        let mut all = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = all.get(&token_id).and_then(Weak::upgrade) {
            return share;
        }
        // Only those are kept that somebody uses just now.
        all.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.max as usize));
        all.insert(token_id, Arc::downgrade(&share));
        share
    }
}

impl ExtensionFactory for Turns {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Turn {
            options: Arc::clone(&self.options),
            free: Arc::clone(&self.free),
            shares: Arc::clone(&self.shares),
            cost: AtomicU32::new(1),
            is_subscription: AtomicBool::new(false),
        })
    }
}

/// The turns of one request; a subscription takes them for each item.
struct Turn {
    options: Arc<Options>,
    free: Arc<Semaphore>,
    shares: Arc<Shares>,
    cost: AtomicU32,
    is_subscription: AtomicBool,
}

/// How many turns a request takes: one, and more the more it costs; never more than there are.
fn cost(complexity: usize, options: &Options) -> u32 {
    let more = u32::try_from(complexity / options.turn_complexity.max(1)).unwrap_or(u32::MAX);
    more.saturating_add(1).min(options.turns_max)
}

#[async_trait]
impl Extension for Turn {
    async fn prepare_request(
        &self,
        context: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let mut request = next.run(context, request).await?;
        let name = request.operation_name.clone();
        let kind = kind_of(request.parsed_query()?, name.as_deref());
        self.is_subscription.store(kind == Some(OperationType::Subscription), Ordering::Relaxed);
        Ok(request)
    }

    async fn validation(
        &self,
        context: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let valid = next.run(context).await?;
        self.cost.store(cost(valid.complexity, &self.options), Ordering::Relaxed);
        Ok(valid)
    }

    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let cost = self.cost.load(Ordering::Relaxed);
        let share = context.data_opt::<Session>().map(|session| self.shares.of(session.token_id));
        let turns = async {
            let own = match &share {
                Some(share) => Some(share.acquire_many(cost.min(self.shares.max)).await?),
                None => None,
            };
            Ok::<_, AcquireError>((own, self.free.acquire_many(cost).await?))
        };
        let taken = if self.is_subscription.load(Ordering::Relaxed) {
            // An item that waits makes its stream wait, and what happens meanwhile comes as one item.
            Ok(turns.await)
        } else {
            timeout(self.options.queue_timeout, turns).await
        };
        let Ok(taken) = taken else {
            metrics::counter!("mediary_graphql_refused_total", "code" => "OVERLOADED").increment(1);
            return Response::from_errors(vec![fault("the server is busy", "OVERLOADED", true)]);
        };
        let _taken = taken.expect("the semaphores are never closed");
        next.run(context, operation_name).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_its_share_for_as_long_as_it_uses_it() {
        let token = |number| TokenId::from_uuid(uuid::Uuid::from_u128(number));
        let shares = Shares { max: 2, of: Mutex::default() };
        let first = shares.of(token(1));
        let _taken = first.try_acquire_many(2).unwrap();
        assert!(shares.of(token(1)).try_acquire().is_err(), "one token");
        assert!(shares.of(token(2)).try_acquire().is_ok(), "and another one");
        assert_eq!(shares.of.lock().unwrap().len(), 2);
        drop(shares.of(token(3)));
        assert_eq!(shares.of.lock().unwrap().len(), 2, "what nobody uses is forgotten");
    }

    #[test]
    fn what_costs_most_leaves_room_for_others() {
        let options = Options::default();
        assert_eq!(cost(0, &options), 1);
        assert_eq!(cost(options.turn_complexity, &options), 2);
        let most = cost(options.complexity_max, &options);
        assert!(most > 1 && most <= options.turns_max, "{most} of {}", options.turns_max);
        assert_eq!(cost(usize::MAX, &options), options.turns_max);
    }
}
