//! Roots without members, for a concern of which nothing of a kind can be asked.

use std::{borrow::Cow, pin::Pin};

// The same empty object: of the two only what stands in them counts.
use async_graphql::{Context, Response, SubscriptionType, registry::Registry};
pub(crate) use async_graphql::{EmptyMutation as Mutation, EmptyMutation as Query};
use futures::Stream;

/// Nothing that can be watched. The library's own answers every name with a refusal, and so the names behind it.
#[derive(Debug, Default)]
pub(crate) struct Subscription;

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        async_graphql::EmptySubscription::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        async_graphql::EmptySubscription::create_type_info(registry)
    }

    fn create_field_stream<'a>(
        &'a self,
        _: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        None
    }
}
