//! `GET /v1/log/backup`: the whole record with what belongs to it, while the log grows.

use std::io;

use axum::{Extension, extract::State, response::Response};
use mediary_log::{Source, backup};

use super::{
    app::App,
    writing::{Writing, refusal},
};
use crate::session::Session;

pub(super) async fn whole(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Extension(writing): Extension<Writing>,
) -> Response {
    if let Some(refused) = refusal(&session) {
        return refused;
    }
    writing.answer(session, "application/octet-stream", move |out| {
        backup(Source::Live(&app.log), || (app.settings)(), out).map(|_| ()).map_err(io::Error::other)
    })
}
