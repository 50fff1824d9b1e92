//! Size and time of requests by HTTP.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::ServerError;
use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use serde_json::json;
use tokio::time::timeout;

use super::Options;
use crate::server::fault::fault;

/// Applies the limits on requests to routes that answer GraphQL.
///
/// The body is read here as a whole, so that each refusal has the same form and a handler never
/// waits for its client.
pub fn limit_requests<S: Clone + Send + Sync + 'static>(routes: Router<S>, options: &Options) -> Router<S> {
    metrics::describe_counter!(
        "mediary_graphql_refused_total",
        "GraphQL requests by HTTP that a limit or a fault ended, by code."
    );
    let limits = Limits { options: Arc::new(options.clone()) };
    routes.layer(from_fn_with_state(limits, within_limits))
}

#[derive(Clone)]
struct Limits {
    options: Arc<Options>,
}

/// Why a request is not answered by its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    TooLarge,
    Broken,
    TooSlow,
    Deadline,
    Panic,
}

async fn within_limits(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    limits.answer(request, next).await.unwrap_or_else(Refusal::into_response)
}

impl Limits {
    async fn answer(&self, request: Request, next: Next) -> Result<Response, Refusal> {
        let options = &self.options;
        let request = whole(request, options.body_size_max_bytes, options.body_timeout).await?;
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
        timeout(options.deadline, answer).await.map_err(|_| Refusal::Deadline)?.map_err(|_| Refusal::Panic)
    }
}

/// The request with its body in memory.
async fn whole(request: Request, size_max: usize, wait: Duration) -> Result<Request, Refusal> {
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|size: u64| size > size_max as u64) {
        return Err(Refusal::TooLarge);
    }
    let (parts, body) = request.into_parts();
    let bytes = timeout(wait, read(body, size_max)).await.map_err(|_| Refusal::TooSlow)??;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

async fn read(body: Body, size_max: usize) -> Result<Bytes, Refusal> {
    // The text is all that tells the two apart without another dependency; a test notices a change.
    to_bytes(body, size_max).await.map_err(|error| {
        let is_too_large = error.to_string().contains("length limit exceeded");
        if is_too_large { Refusal::TooLarge } else { Refusal::Broken }
    })
}

impl Refusal {
    const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Deadline => StatusCode::GATEWAY_TIMEOUT,
            Self::Panic => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "BODY_TOO_LARGE",
            Self::Broken => "BODY_BROKEN",
            Self::TooSlow => "BODY_TOO_SLOW",
            Self::Deadline => "DEADLINE_EXCEEDED",
            Self::Panic => "INTERNAL",
        }
    }

    fn error(self) -> ServerError {
        let (message, is_retryable) = match self {
            Self::TooLarge => ("the request is too large", false),
            Self::Broken => ("the request could not be read", true),
            Self::TooSlow => ("the request took too long to arrive", true),
            Self::Deadline => ("the operation took too long", true),
            Self::Panic => ("internal error", false),
        };
        fault(message, self.code(), is_retryable)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        metrics::counter!("mediary_graphql_refused_total", "code" => self.code()).increment(1);
        (self.status(), Json(json!({ "errors": [self.error()] }))).into_response()
    }
}
