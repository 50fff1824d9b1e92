//! Takes connections and answers them.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{ConnectInfo, Request},
    http::{HeaderValue, header::STRICT_TRANSPORT_SECURITY},
    response::Response,
};
use hyper::{
    body::{Frame, Incoming, SizeHint},
    server::conn::http1,
    service::Service,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    select,
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout},
};

use super::{
    Options,
    places::{Asked, Connected, Place, Places, Taking},
    tls::{Greeted, Tls},
    wire::Wire,
};

/// After a failure to take a connection the system gets a rest: it has no files or no memory left.
const REST: Duration = Duration::from_millis(100);
/// For a year this host is to be asked by TLS alone: what is said to browsers that came by it (RFC 6797, 6.1).
const BY_TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// The log says at most so often that places are taken.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Answers what comes in until the server stops, and then what is being answered.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    options: Options,
    tls: Option<Tls>,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    metrics::describe_gauge!("mediary_http_connections", "Open connections.");
    metrics::describe_counter!(
        "mediary_http_connections_crowded_total",
        "Connections that came when all places were taken, by what became of them."
    );
    let places = Places::new(&options);
    let mut connections = JoinSet::new();
    let mut crowd = Crowd::default();
    loop {
        let (stream, peer) = select! {
            biased;
            () = stop(&mut stopped) => break,
            Some(_ended) = connections.join_next() => continue,
            accepted = accept(&listener) => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection can't be taken");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            },
        };
        let place = match places.take(peer.ip()) {
            Taking::Free(place) => place,
            Taking::MadeRoom(place) => {
                crowd.tell(peer, "idle_closed");
                place
            }
            Taking::Refused => {
                crowd.tell(peer, "refused");
                continue;
            }
        };
        let service = Answering {
            routes: TowerToHyperService::new(routes.clone()),
            connected: Arc::clone(&place.connected),
            peer,
            has_hsts: false,
        };
        let answering = Connection { service, options, stopped: stopped.clone(), place };
        connections.spawn(answering.begin(stream, tls.clone()));
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Takes a connection whose small messages leave at once.
///
/// Nagle's algorithm would keep an event back until the one before it is confirmed, and whoever only listens confirms up
/// to 40 ms late (delayed acknowledgement, RFC 1122, 4.2.3.2 and 4.2.3.4).
async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let (stream, peer) = listener.accept().await?;
    if let Err(error) = stream.set_nodelay(true) {
        // One that has gone already.
        tracing::debug!(%peer, %error, "a connection can't be told to send at once");
    }
    Ok((stream, peer))
}

/// A connection in its place.
struct Connection {
    service: Answering,
    options: Options,
    stopped: watch::Receiver<bool>,
    place: Place,
}

impl Connection {
    /// Greets, if there is something to be agreed on first, and talks.
    async fn begin(mut self, stream: TcpStream, tls: Option<Tls>) {
        let Some(tls) = tls else { return self.converse(stream).await };
        let peer = self.service.peer.ip();
        let greeted = select! {
            greeted = timeout(self.options.header_timeout, tls.greet(stream, peer)) => greeted,
            () = self.place.connected.has_to_leave() => return,
            () = stop(&mut self.stopped) => return,
        };
        match greeted {
            Ok(Ok(Greeted::Clear(stream))) => self.converse(stream).await,
            Ok(Ok(Greeted::Secure(stream))) => {
                self.service.has_hsts = tls.has_hsts;
                self.converse(stream).await;
            }
            Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS was agreed on"),
            Err(_) => tracing::debug!(%peer, "a greeting took too long"),
        }
    }

    /// Talks until one side ends it, or until the place is needed; when the server stops, what is being answered
    /// is answered to its end.
    async fn converse<W: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: W) {
        let Self { service, options, mut stopped, place } = self;
        let wire = Wire::new(stream, options.write_timeout);
        let conversation = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(options.header_timeout)
            .serve_connection(TokioIo::new(wire), service)
            .with_upgrades();
        let mut conversation = pin!(conversation);
        let ended = select! {
            ended = &mut conversation => ended,
            () = place.connected.has_to_leave() => Ok(()),
            () = stop(&mut stopped) => {
                conversation.as_mut().graceful_shutdown();
                conversation.await
            }
        };
        if let Err(error) = ended {
            // A client that goes away in the middle is an ordinary thing.
            tracing::debug!(%error, "a connection broke off");
        }
    }
}

/// Waits until the server stops; a sender that is gone stops it, too.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// Says in the log that places are short, without filling it.
#[derive(Debug, Default)]
struct Crowd {
    told_at: Option<Instant>,
    untold: u64,
}

impl Crowd {
    fn tell(&mut self, peer: SocketAddr, result: &'static str) {
        metrics::counter!("mediary_http_connections_crowded_total", "result" => result).increment(1);
        self.untold += 1;
        if self.told_at.is_some_and(|told_at| told_at.elapsed() < TELL_EVERY) {
            return;
        }
        tracing::warn!(%peer, connections = self.untold, result, "all places for connections are taken");
        (self.told_at, self.untold) = (Some(Instant::now()), 0);
    }
}

/// Answers the requests of one connection.
struct Answering {
    routes: TowerToHyperService<Router>,
    connected: Arc<Connected>,
    peer: SocketAddr,
    /// Whether each answer says that this host is to be asked by TLS alone.
    has_hsts: bool,
}

impl Service<hyper::Request<Incoming>> for Answering {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        let asked = self.connected.ask();
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let (answer, has_hsts) = (self.routes.call(request), self.has_hsts);
        Box::pin(async move {
            let mut response = answer.await?;
            if has_hsts {
                response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, BY_TLS_ALONE);
            }
            Ok(response.map(|body| Body::new(Answer { body, _asked: asked })))
        })
    }
}

/// The body of an answer, which keeps its connection in its place.
struct Answer {
    body: Body,
    _asked: Asked,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_small_leaves_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = accept(&listener).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }
}
