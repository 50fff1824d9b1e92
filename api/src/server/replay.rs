//! The routes of a replay: what asks, and nothing that does, watches or takes files along.

use std::fmt;

use axum::{Router, http::StatusCode, middleware::from_fn_with_state, routing::get};

use super::{
    compression::compression,
    graphql,
    limits::{self, limit_requests},
    page,
};
use crate::{MediarySchema, session::Authenticator};

/// What the HTTP server of a replay is made of.
#[derive(Clone)]
pub struct ReplayApp {
    /// What answers GraphQL, as [`crate::build_replay`] makes it.
    pub schema: MediarySchema,
    /// Who knows the one token.
    pub authenticator: Authenticator,
    /// Limits on requests.
    pub limits: limits::Options,
}

impl ReplayApp {
    /// Every route.
    pub fn router(self) -> Router {
        let Self { schema, authenticator, limits } = self;
        let graphql =
            Router::new().route("/graphql", page::graphiql().post(graphql::execute)).with_state(schema);
        Router::new()
            .merge(
                limit_requests(graphql, &limits)
                    .layer(from_fn_with_state(authenticator, graphql::require_session)),
            )
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(async || "replay: it stands\n"))
            .merge(page::routes())
            .layer(compression())
            .fallback(async || (StatusCode::NOT_FOUND, "a replay answers at /graphql, and nowhere else\n"))
    }
}

impl fmt::Debug for ReplayApp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReplayApp").field("limits", &self.limits).finish_non_exhaustive()
    }
}
