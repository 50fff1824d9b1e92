//! Says with each answer that it is of an older state, as long as an older version of a view serves.

use std::sync::Arc;

use async_graphql::{
    Name, Response, Value,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    indexmap::IndexMap,
};
use mediary_projections::Stale;

use crate::{schema::Platform, session::Session};

/// Where an answer says it: `extensions.staleViews`.
const STALE_VIEWS: &str = "staleViews";

/// Adds to each answer which views are stale, if any is.
pub(crate) struct TellsStale;

impl ExtensionFactory for TellsStale {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for TellsStale {
    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let views = context.data_opt::<Arc<Platform>>().map(|platform| &platform.views);
        // Before and after, since a version may take the place of another meanwhile.
        let stale = || views.map(mediary_projections::Views::stale).unwrap_or_default();
        let mut told = stale();
        let answer = next.run(context, operation_name).await;
        if told.is_empty() {
            told = stale();
        }
        // Whoever shows no token is told nothing.
        if told.is_empty() || context.data_opt::<Session>().is_none() {
            return answer;
        }
        answer.extension(STALE_VIEWS, Value::List(told.iter().map(value).collect()))
    }
}

fn value(stale: &Stale) -> Value {
    let Stale { view, edition, position, events_behind, behind } = stale;
    let fields = [
        ("name", Value::from(*view)),
        ("version", Value::from(edition.to_string())),
        ("position", Value::from(*position)),
        ("eventsBehind", Value::from(*events_behind)),
        ("secondsBehind", Value::from(behind.as_secs())),
    ];
    Value::Object(
        fields.into_iter().map(|(name, value)| (Name::new(name), value)).collect::<IndexMap<_, _>>(),
    )
}
