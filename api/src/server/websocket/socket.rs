//! One socket: a loop over what the client says, what its operations yield, and the clock.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use async_graphql::{Data, Executor};
use axum::{
    Error as WireError,
    body::Bytes,
    extract::ws::{Message, WebSocket},
    http::HeaderMap,
};
use futures::{
    FutureExt, SinkExt, StreamExt,
    future::{BoxFuture, pending},
    stream::{self, AbortHandle, BoxStream, SelectAll},
};
use serde_json::Value;
use tokio::{
    select,
    sync::watch,
    time::{Instant, MissedTickBehavior, error::Elapsed, interval_at, sleep, timeout},
};

use super::{
    AuthError, Authenticate, Close, Credentials, Session,
    message::{ClientMessage, Operation, ServerMessage},
    operation::{self, Output},
    seats::{Counted, Seat, TokenSeat},
    service::Inner,
    session::IsOpen,
};
use crate::server::{fault::fault, limits::is_refused};

/// Outputs that are said in one go, at most: in between is looked whether the socket has to end.
const OUTPUTS_MAX: usize = 64;
/// What a client is told whose token was revoked or has ended.
const SESSION_ENDED: Close = Close::Forbidden("Session ended");

/// Why a conversation is over.
#[derive(Debug)]
enum End {
    /// The server has to say why.
    Close(Close),
    /// The client said goodbye, or its connection broke.
    Left,
    /// The client does not read; there is nobody to say anything to.
    Stuck,
}

/// How far the signing in is.
enum Phase {
    Fresh,
    Asking(BoxFuture<'static, Result<Session, AuthError>>),
    Ready { data: Arc<Data>, is_open: IsOpen, ended: BoxFuture<'static, ()>, _seat: TokenSeat },
}

/// What a phase comes to by itself.
enum Turn {
    Answered(Result<Session, AuthError>),
    Ended,
}

/// An operation that runs.
struct Running {
    abort: AbortHandle,
    is_started: bool,
    _count: Counted,
}

/// What the upgrade showed of whoever asked for it.
pub(super) struct Shown {
    pub(super) peer: IpAddr,
    pub(super) header_token: Option<String>,
    pub(super) browser: Option<HeaderMap>,
}

/// One socket, owner of everything it costs.
pub(super) struct Socket<E, A> {
    inner: Arc<Inner<E, A>>,
    wire: WebSocket,
    shown: Shown,
    phase: Phase,
    // Polled round robin and only when woken: a busy stream can't starve a quiet one.
    streams: SelectAll<BoxStream<'static, (Arc<str>, Output)>>,
    running: HashMap<Arc<str>, Running>,
    is_heard: bool,
    seat: Seat,
}

impl<E: Executor, A: Authenticate> Socket<E, A> {
    pub(super) fn new(inner: Arc<Inner<E, A>>, wire: WebSocket, seat: Seat, shown: Shown) -> Self {
        Self {
            inner,
            wire,
            shown,
            phase: Phase::Fresh,
            streams: SelectAll::new(),
            running: HashMap::new(),
            is_heard: true,
            seat,
        }
    }

    /// Talks until one side ends it, then ends it properly.
    pub(super) async fn converse(mut self) {
        match self.talk().await {
            End::Close(reason) => self.close(reason).await,
            End::Left => self.leave().await,
            End::Stuck => tracing::info!("websocket client does not read; dropped"),
        }
    }

    /// Says why, and waits a moment for the client's half of the handshake.
    ///
    /// Without the wait the kernel answers what is still on its way with a reset, and the client
    /// may never see the reason.
    pub(super) async fn close(mut self, reason: Close) {
        tracing::debug!(code = reason.code(), reason = reason.reason(), "websocket closed");
        metrics::counter!("mediary_websocket_closed_total", "code" => reason.label()).increment(1);
        let frame = Message::Close(Some(reason.frame()));
        if let Ok(Ok(())) = timeout(self.inner.options.close_timeout, self.wire.send(frame)).await {
            self.leave().await;
        }
    }

    /// Reads to the end, which also writes the answer to the client's own goodbye.
    async fn leave(mut self) {
        self.streams.clear();
        self.running.clear();
        let rest = async { while let Some(Ok(_)) = self.wire.recv().await {} };
        if timeout(self.inner.options.close_timeout, rest).await.is_err() {
            tracing::debug!("websocket client did not finish the closing handshake");
        }
    }

    async fn talk(&mut self) -> End {
        let mut stopping = self.inner.stopping.clone();
        let mut init_deadline = Box::pin(sleep(self.inner.options.init_timeout));
        let every = self.inner.options.ping_interval;
        let mut pings = interval_at(Instant::now() + every, every);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // In this order: what ends the socket can't be outrun, and what the client has sent is
            // read before the clock may find it silent.
            let step = select! {
                biased;
                () = stop(&mut stopping) => Err(End::Close(Close::GoingAway)),
                turn = self.phase.turn() => self.on_turn(turn).await,
                () = &mut init_deadline, if !self.phase.is_ready() => Err(End::Close(Close::InitTimeout)),
                frame = self.wire.recv() => self.on_frame(frame).await,
                _ = pings.tick() => self.on_tick().await,
                Some(output) = self.streams.next(), if !self.streams.is_empty() => self.on_outputs(output).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn on_turn(&mut self, turn: Turn) -> Result<(), End> {
        let session = match turn {
            Turn::Answered(Ok(session)) => session,
            Turn::Answered(Err(AuthError::Refused)) => return Err(End::Close(Close::Forbidden("Forbidden"))),
            Turn::Answered(Err(AuthError::Unavailable)) => return Err(End::Close(Close::TryAgainLater)),
            Turn::Ended => return Err(End::Close(SESSION_ENDED)),
        };
        let Some(seat) = self.inner.seats.take_for(session.token_id) else {
            return Err(End::Close(Close::TryAgainLater));
        };
        self.seat.acknowledge();
        self.phase =
            Phase::Ready { data: session.data, is_open: session.is_open, ended: session.ended, _seat: seat };
        self.say(&ServerMessage::ConnectionAck).await
    }

    async fn on_frame(&mut self, frame: Option<Result<Message, WireError>>) -> Result<(), End> {
        self.is_heard = true;
        match frame {
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(message) => self.on_message(message).await,
                Err(_) => Err(End::Close(Close::Invalid("Invalid message"))),
            },
            Some(Ok(Message::Binary(_))) => Err(End::Close(Close::Invalid("Binary message"))),
            // The library answers pings itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Err(error)) if is_too_big(&error) => Err(End::Close(Close::TooBig)),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Left),
        }
    }

    async fn on_message(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            ClientMessage::ConnectionInit { payload } => self.on_init(payload),
            ClientMessage::Ping { payload } => self.say(&ServerMessage::Pong { payload }).await,
            ClientMessage::Pong {} => Ok(()),
            ClientMessage::Subscribe { id, payload } => self.on_subscribe(id, payload).await,
            ClientMessage::Complete { id } => {
                // An id that is not there has completed by itself meanwhile.
                if let Some(running) = self.running.remove(id.as_str()) {
                    running.abort.abort();
                }
                Ok(())
            }
        }
    }

    fn on_init(&mut self, payload: Value) -> Result<(), End> {
        let Phase::Fresh = self.phase else { return Err(End::Close(Close::InitTwice)) };
        let Shown { peer, header_token, browser } = &mut self.shown;
        let (header_token, browser) = (header_token.take(), browser.take());
        let credentials = Credentials { peer: *peer, payload, header_token, browser };
        self.phase = Phase::Asking(self.inner.authenticate.authenticate(credentials).boxed());
        Ok(())
    }

    async fn on_subscribe(&mut self, id: String, operation: Operation) -> Result<(), End> {
        let Phase::Ready { data, is_open, .. } = &self.phase else {
            return Err(End::Close(Close::Unauthorized));
        };
        // What was read off the wire just now may have been sent after the end.
        if !is_open() {
            return Err(End::Close(SESSION_ENDED));
        }
        if self.running.contains_key(id.as_str()) {
            return Err(End::Close(Close::Duplicate));
        }
        let options = &self.inner.options;
        if self.running.len() >= options.streams_per_socket_max {
            let error = fault("too many operations at once on this socket", "TOO_MANY_STREAMS", true);
            return self.say(&ServerMessage::Error { id: &id, payload: &[error] }).await;
        }
        let timeout = options.operation_timeout;
        match operation::run(&self.inner.executor, operation.into(), Arc::clone(data), timeout) {
            Ok(outputs) => self.start(id.into(), outputs),
            Err(error) => return self.say(&ServerMessage::Error { id: &id, payload: &[error] }).await,
        }
        Ok(())
    }

    fn start(&mut self, id: Arc<str>, outputs: BoxStream<'static, Output>) {
        let (outputs, abort) = stream::abortable(outputs);
        let tag = Arc::clone(&id);
        self.streams.push(outputs.map(move |output| (Arc::clone(&tag), output)).boxed());
        let count = Counted::new(metrics::gauge!("mediary_websocket_streams"));
        self.running.insert(id, Running { abort, is_started: false, _count: count });
    }

    /// Says what is there, and whatever else is there by now: the wire is told once that this is all.
    async fn on_outputs(&mut self, first: (Arc<str>, Output)) -> Result<(), End> {
        let mut next = Some(first);
        for _ in 0..OUTPUTS_MAX {
            let Some((id, output)) = next else { break };
            // Not even what was made before is told after the end.
            if !self.phase.is_open() {
                return Err(End::Close(SESSION_ENDED));
            }
            self.on_output(&id, output).await?;
            // What is not there now wakes the conversation when it is.
            next = self.streams.next().now_or_never().flatten();
        }
        if let Some((id, output)) = next.filter(|_| self.phase.is_open()) {
            self.on_output(&id, output).await?;
        }
        self.flush().await
    }

    async fn on_output(&mut self, id: &str, output: Output) -> Result<(), End> {
        let Some(running) = self.running.get_mut(id) else { return Ok(()) };
        match output {
            Some(response) if !running.is_started && is_refused(&response) => {
                running.abort.abort();
                self.running.remove(id);
                self.add(&ServerMessage::Error { id, payload: &response.errors }).await
            }
            Some(response) => {
                running.is_started = true;
                self.add(&ServerMessage::Next { id, payload: &response }).await
            }
            None => {
                self.running.remove(id);
                self.add(&ServerMessage::Complete { id }).await
            }
        }
    }

    async fn on_tick(&mut self) -> Result<(), End> {
        if !std::mem::take(&mut self.is_heard) {
            return Err(End::Close(Close::Silent));
        }
        self.send(Message::Ping(Bytes::new())).await
    }

    async fn say(&mut self, message: &ServerMessage<'_>) -> Result<(), End> {
        self.send(Message::Text(message.text().into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        written(&timeout(self.inner.options.send_timeout, self.wire.send(message)).await)
    }

    /// Says something of which more may follow.
    async fn add(&mut self, message: &ServerMessage<'_>) -> Result<(), End> {
        let message = Message::Text(message.text().into());
        written(&timeout(self.inner.options.send_timeout, self.wire.feed(message)).await)
    }

    async fn flush(&mut self) -> Result<(), End> {
        written(&timeout(self.inner.options.send_timeout, self.wire.flush()).await)
    }
}

impl Phase {
    fn is_ready(&self) -> bool {
        matches!(self, Self::Ready { .. })
    }

    /// Whether whoever signed in may still be told anything.
    fn is_open(&self) -> bool {
        matches!(self, Self::Ready { is_open, .. } if is_open())
    }

    /// Waits for what happens to the phase by itself.
    async fn turn(&mut self) -> Turn {
        match self {
            Self::Fresh => pending().await,
            Self::Asking(answer) => Turn::Answered(answer.await),
            Self::Ready { ended, .. } => {
                ended.await;
                Turn::Ended
            }
        }
    }
}

/// What came of a try to write.
fn written(tried: &Result<Result<(), WireError>, Elapsed>) -> Result<(), End> {
    match tried {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Left),
        Err(_) => Err(End::Stuck),
    }
}

/// Waits for the server to stop; a sender that is gone has stopped.
async fn stop(stopping: &mut watch::Receiver<bool>) {
    if stopping.wait_for(|is_stopping| *is_stopping).await.is_err() {
        tracing::debug!("the server is gone; websockets close");
    }
}

/// Whether a message broke the size limit. Its text is all that axum lets through of the error's
/// kind; a test notices when it changes.
fn is_too_big(error: &WireError) -> bool {
    error.to_string().starts_with("Space limit exceeded")
}
