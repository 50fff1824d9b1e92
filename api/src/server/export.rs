//! `GET /v1/log/export?from=&to=`: the log as a bundle that proves itself, as NDJSON.
//!
//! Guarantees: a range is judged before the head of the answer is sent; the rest is said in `writing`.

use std::io;

use axum::{
    Extension,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use mediary_log::{Source, export};
use serde::Deserialize;

use super::{
    app::App,
    fault::fault,
    graphql::refuse,
    writing::{Writing, refusal},
};
use crate::session::Session;

/// Which part of the log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Range {
    /// The first position.
    #[serde(default = "first")]
    from: u64,
    /// The last position; the end if left out.
    to: Option<u64>,
}

const fn first() -> u64 {
    1
}

pub(super) async fn bundle(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Extension(writing): Extension<Writing>,
    range: Result<Query<Range>, axum::extract::rejection::QueryRejection>,
) -> Response {
    if let Some(refused) = refusal(&session) {
        return refused;
    }
    let Query(Range { from, to }) = match range {
        Ok(range) => range,
        Err(error) => {
            let error = fault(error.body_text(), "BAD_ARGUMENT", false);
            return refuse(StatusCode::BAD_REQUEST, &error);
        }
    };
    let head = app.log.head().position;
    if from == 0 || to.is_some_and(|to| to < from) {
        let message = "a range begins at 1 or later, and ends where it begins or later";
        return refuse(StatusCode::BAD_REQUEST, &fault(message, "BAD_ARGUMENT", false));
    }
    if from > head {
        let message = format!("the log ends at {head}, before {from}");
        return refuse(StatusCode::RANGE_NOT_SATISFIABLE, &fault(message, "POSITION_BEYOND_HEAD", false));
    }
    let range = from..=to.unwrap_or(head).min(head);
    writing.answer(session, "application/x-ndjson", move |out| {
        export(Source::Live(&app.log), range, out).map(|_| ()).map_err(io::Error::other)
    })
}
