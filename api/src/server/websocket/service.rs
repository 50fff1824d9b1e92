//! The entrance: who may open a socket at all.

use std::{fmt, net::IpAddr, sync::Arc};

use async_graphql::Executor;
use axum::{
    extract::{FromRequestParts, Request, ws::WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use tokio::sync::watch;

use super::{
    Authenticate, Close, Options, origin,
    seats::Seats,
    session::bearer,
    socket::{Shown, Socket},
};
use crate::server::peer::peer;

/// The only sub-protocol that is spoken.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// A client that finds no place is told to come back after this time.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// The websocket entrance of one schema.
pub struct Sockets<E, A> {
    pub(super) inner: Arc<Inner<E, A>>,
}

/// What all sockets share.
pub(super) struct Inner<E, A> {
    pub(super) executor: E,
    pub(super) authenticate: A,
    pub(super) options: Options,
    pub(super) seats: Arc<Seats>,
    pub(super) stopping: watch::Receiver<bool>,
}

impl<E: Executor, A: Authenticate> Sockets<E, A> {
    /// Makes the entrance; sockets close with 1001 once `stopping` is true or its sender is gone.
    pub fn new(executor: E, authenticate: A, options: Options, stopping: watch::Receiver<bool>) -> Self {
        describe();
        let seats = Arc::new(Seats::new(&options));
        Self { inner: Arc::new(Inner { executor, authenticate, options, seats, stopping }) }
    }

    /// The route to be mounted at `/graphql/ws`.
    pub fn route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let sockets = self.clone();
        get(move |request: Request| async move { sockets.answer(request).await })
    }

    /// Answers one request to open a socket.
    pub async fn answer(&self, request: Request) -> Response {
        let (mut parts, _) = request.into_parts();
        if !origin::is_allowed(&parts.headers, &self.inner.options.origins) {
            tracing::warn!(origin = ?parts.headers.get(header::ORIGIN), "websocket from a foreign page refused");
            return (StatusCode::FORBIDDEN, "this origin may not open a websocket here\n").into_response();
        }
        let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => upgrade,
            Err(rejection) => return rejection.into_response(),
        };
        self.open(upgrade, &parts.headers, peer(&parts.extensions))
    }

    /// Waits until every socket is closed; call it once `stopping` is true, with a deadline of your own.
    pub async fn closed(&self) {
        self.inner.seats.all_left().await;
    }

    fn open(&self, upgrade: WebSocketUpgrade, headers: &HeaderMap, peer: IpAddr) -> Response {
        let Some(seat) = self.inner.seats.take(peer) else {
            let retry = [(header::RETRY_AFTER, RETRY_AFTER)];
            return (StatusCode::SERVICE_UNAVAILABLE, retry, "too many websockets\n").into_response();
        };
        let size_max = self.inner.options.message_size_max_bytes;
        let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(size_max).max_frame_size(size_max);
        let spoken = upgrade.selected_protocol().is_some();
        let header_token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| bearer(value.to_str().ok()?))
            .map(ToOwned::to_owned);
        // Browsers name the origin: whoever doesn't is none, and has no cookie to show.
        let is_page = headers.contains_key(header::ORIGIN);
        let browser = is_page.then(|| headers.clone());
        let inner = Arc::clone(&self.inner);
        upgrade.on_upgrade(move |wire| async move {
            let socket = Socket::new(inner, wire, seat, Shown { peer, header_token, browser });
            if spoken {
                socket.converse().await;
            } else {
                socket.close(Close::Subprotocol).await;
            }
        })
    }
}

impl<E, A> Clone for Sockets<E, A> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<E, A> fmt::Debug for Sockets<E, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sockets").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

fn describe() {
    metrics::describe_gauge!("mediary_websocket_sockets", "Open websockets.");
    metrics::describe_gauge!("mediary_websocket_streams", "Operations that run on websockets.");
    metrics::describe_counter!(
        "mediary_websocket_closed_total",
        "Websockets that the server closed, by code."
    );
}
