//! `GET /v1/log/backup`: the whole record with what belongs to it, while the log grows.

use std::io;

use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use mediary_log::{Source, backup_with};
use serde::Deserialize;

use super::{
    app::App,
    fault::fault,
    graphql::refuse,
    writing::{Writing, refusal},
};
use crate::session::Session;

/// What goes along with the record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct With {
    /// Whether samples do.
    #[serde(default)]
    telemetry: bool,
}

pub(super) async fn whole(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Extension(writing): Extension<Writing>,
    with: Result<Query<With>, QueryRejection>,
) -> Response {
    if let Some(refused) = refusal(&session) {
        return refused;
    }
    let Ok(Query(With { telemetry })) = with else {
        let message = "say `telemetry=true` or nothing";
        return refuse(StatusCode::BAD_REQUEST, &fault(message, "BAD_ARGUMENT", false));
    };
    writing.answer(session, "application/octet-stream", move |out| {
        let attached = if telemetry { (app.attached)()? } else { Vec::new() };
        let written = backup_with(Source::Live(&app.log), || (app.settings)(), attached, out);
        written.map(drop).map_err(io::Error::other)
    })
}
