//! One limit for everything that runs, whichever way it came in: a request takes as many turns as it costs.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use async_graphql::{
    Request, Response, ServerError, ServerResult, ValidationResult,
    async_trait::async_trait,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest, NextValidation,
    },
    parser::types::OperationType,
};
use tokio::{sync::Semaphore, time::timeout};

use super::Options;
use crate::server::{fault::fault, operation::kind_of};

/// Gives each request its turns.
pub(super) struct Turns {
    options: Arc<Options>,
    free: Arc<Semaphore>,
}

impl Turns {
    pub(super) fn new(options: &Options) -> Self {
        let free = Arc::new(Semaphore::new(options.turns_max as usize));
        Self { options: Arc::new(options.clone()), free }
    }
}

impl ExtensionFactory for Turns {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Turn {
            options: Arc::clone(&self.options),
            free: Arc::clone(&self.free),
            cost: AtomicU32::new(1),
            is_subscription: AtomicBool::new(false),
        })
    }
}

/// The turns of one request; a subscription takes them for each item.
struct Turn {
    options: Arc<Options>,
    free: Arc<Semaphore>,
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
        let turns = self.free.acquire_many(self.cost.load(Ordering::Relaxed));
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
        let _taken = taken.expect("the semaphore is never closed");
        next.run(context, operation_name).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
