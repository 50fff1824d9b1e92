//! `GET /v1/download/archive`: what a project has kept, in yt-dlp's archive format, as a stream.
//!
//! Guarantees: it takes the memory of a page, however much was kept, and ends with its client, also one that reads no more,
//! or his token.

use std::io;

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use mediary_projections::{
    Snapshot, ViewHandle,
    download::{self, DownloadView},
};
use mediary_schema::account::Permission;

use super::{
    app::App,
    fault::fault,
    graphql::{forbidden, refuse},
};
use crate::session::{Authenticator, Session};

/// Lines of a page.
const LINES: u32 = 2_000;

/// How far a reader is.
struct Reading {
    view: ViewHandle,
    authenticator: Authenticator,
    session: Session,
    behind: i64,
}

pub(super) async fn archive(State(app): State<App>, Extension(session): Extension<Session>) -> Response {
    if !session.scope().allows(Permission::READ) {
        return forbidden(Permission::READ);
    }
    let (view, authenticator) = (app.views.of::<DownloadView>().clone(), app.authenticator);
    // The form has no place to say so, and what is not in it is fetched again.
    if let Some(stale) = view.stale() {
        let message = format!(
            "the view {} is {} events behind, since an older version of it serves; `mediary view list` says for how long",
            stale.view, stale.events_behind
        );
        return refuse(StatusCode::SERVICE_UNAVAILABLE, &fault(&message, "VIEW_BEHIND", true));
    }
    let mut reading = Reading { view, authenticator, session, behind: 0 };
    // The first page is asked for before the head of the answer is sent: a view that can't answer says so.
    let first = match reading.next().await {
        Ok(first) => first,
        Err(error) => {
            let error = fault(error.to_string(), "VIEW_STOPPED", false);
            return refuse(StatusCode::SERVICE_UNAVAILABLE, &error);
        }
    };
    let pages = stream::try_unfold((first, reading), |(page, mut reading)| async move {
        let Some(page) = page else { return Ok(None) };
        let next = reading.next().await?;
        Ok::<_, io::Error>(Some((page, (next, reading))))
    });
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from_stream(pages)).into_response()
}

impl Reading {
    /// The next page; none at the end.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if !self.authenticator.is_open(&self.session) {
            return Err(io::Error::other("the session has ended"));
        }
        let behind = self.behind;
        let query = move |rows: &Snapshot<'_>| download::archived(rows, behind, LINES);
        let items = self.view.read(self.session.scope(), query).await.map_err(io::Error::other)?;
        let Some(last) = items.last() else { return Ok(None) };
        self.behind = last.place;
        let mut page = String::new();
        for item in &items {
            page.extend([item.extractor.as_str(), " ", item.source_id.as_str(), "\n"]);
        }
        Ok(Some(page.into()))
    }
}
