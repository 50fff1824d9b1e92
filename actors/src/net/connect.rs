//! Connections: the one place where a socket to another machine is opened, and so the one where the guard
//! stands.

use std::{
    error::Error as StdError,
    io::{self, IoSlice},
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use futures::future::BoxFuture;
use http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{Connected, Connection, HttpConnector, dns::Name},
    rt::TokioIo,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower_service::Service;

use super::{Guard, Options, Unreachable, Upstream};

/// Opens connections to what the guard lets pass. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    guard: Arc<Guard>,
    /// By addresses that passed.
    direct: HttpConnector<Resolver>,
    upstream: Option<Proxied>,
    within: Duration,
}

/// By which proxy it goes.
#[derive(Debug, Clone)]
struct Proxied {
    upstream: Arc<Upstream>,
    connector: HttpConnector<Resolver>,
    is_of_site: bool,
}

impl Connector {
    pub(super) fn new(options: &Options) -> Self {
        let guard = Arc::new(options.guard.clone());
        let mut direct = HttpConnector::new_with_resolver(Resolver { guard: Some(Arc::clone(&guard)) });
        direct.enforce_http(false);
        direct.set_connect_timeout(Some(options.connects_within));
        direct.set_nodelay(true);
        let within = options.connects_within;
        // That of the configuration is the owner's own choice, wherever it stands.
        let upstream = options.upstream.clone().map(|upstream| Proxied::new(upstream, None, within));
        Self { guard, direct, upstream, within }
    }

    /// The same, but all of it goes by this proxy, which is judged as any host is: whoever sets up a site may not be whoever runs
    /// the server.
    #[must_use]
    pub(super) fn by_proxy(&self, upstream: Upstream) -> Self {
        let proxied = Proxied::new(upstream, Some(Arc::clone(&self.guard)), self.within);
        Self { upstream: Some(proxied), ..self.clone() }
    }

    /// A connection to the host and port of this address. One to a proxy that wants the whole address in a request is
    /// marked as such; a secure one is a tunnel through it.
    pub(super) async fn connect(mut self, uri: Uri) -> Result<Link, Unreachable> {
        let host = bare(uri.host().unwrap_or_default()).to_owned();
        self.judge_literal(&host)?;
        let Some(Proxied { upstream, mut connector, is_of_site }) = self.upstream.take() else {
            return Link::of(self.direct.call(uri).await, None);
        };
        match self.lies(&host).await {
            Lies::Private => return Err(Unreachable::Private { host }),
            Lies::Near if !is_of_site => return Link::of(self.direct.call(uri).await, None),
            Lies::Near | Lies::Far => {}
        }
        if is_of_site {
            self.judge_literal(bare(&upstream.host)).map_err(Unreachable::of_proxy)?;
        }
        let unusable = |reason: &str| Unreachable::Proxy { reason: reason.to_owned(), for_good: false };
        let to_upstream = Uri::builder()
            .scheme("http")
            .authority(format!("{}:{}", upstream.host, upstream.port))
            .path_and_query("/")
            .build()
            .map_err(|_| unusable("has no usable name"))?;
        let link = connector.call(to_upstream).await;
        if uri.scheme_str() != Some("https") {
            return Link::of(link, Some(upstream)).map_err(Unreachable::of_proxy);
        }
        let mut link = Link::of(link, None).map_err(Unreachable::of_proxy)?;
        let tunnel = tunnel(link.io.inner_mut(), &uri, &upstream);
        match tokio::time::timeout(self.within, tunnel).await {
            Ok(done) => done.map(|()| link),
            Err(_) => Err(unusable("doesn't answer in time")),
        }
    }

    /// What the proxy wants to know of us, where a request goes to it as it is.
    pub(super) async fn authorization(&self, uri: &Uri) -> Option<HeaderValue> {
        let Proxied { upstream, is_of_site, .. } = self.upstream.as_ref()?;
        let authorization = upstream.authorization.as_ref().filter(|_| uri.scheme_str() != Some("https"))?;
        let host = bare(uri.host().unwrap_or_default());
        let goes_by_it = *is_of_site || self.lies(host).await != Lies::Near;
        let mut value = HeaderValue::from_str(authorization).ok().filter(|_| goes_by_it)?;
        value.set_sensitive(true);
        Some(value)
    }

    /// A host that is given by its address is never looked up.
    fn judge_literal(&self, host: &str) -> Result<(), Unreachable> {
        match host.parse::<IpAddr>() {
            Ok(address) if !self.guard.lets_pass(address) => {
                Err(Unreachable::Private { host: host.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// Where a host is, for what is no connection: those of its addresses that pass. No proxy carries such, and nothing goes
    /// around a proxy but to networks that are open.
    pub(super) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Unreachable> {
        let host = bare(host);
        let found: Vec<IpAddr> = if let Ok(address) = host.parse() {
            vec![address]
        } else {
            let found = tokio::net::lookup_host((host, 0)).await.map_err(|_| Unreachable::NoSuchHost)?;
            found.map(|address| address.ip()).collect()
        };
        if found.is_empty() {
            return Err(Unreachable::NoSuchHost);
        }
        let passing: Vec<IpAddr> =
            found.into_iter().filter(|address| self.guard.lets_pass(*address)).collect();
        if passing.is_empty() {
            return Err(Unreachable::Private { host: host.to_owned() });
        }
        if self.upstream.is_none() {
            return Ok(passing);
        }
        let near: Vec<IpAddr> = passing.into_iter().filter(|address| self.guard.is_open(*address)).collect();
        let reason = "carries connections only, and the internet is reached by nothing else".to_owned();
        if near.is_empty() { Err(Unreachable::Proxy { reason, for_good: true }) } else { Ok(near) }
    }

    /// Where a host lies, as far as it is known here. A proxy looks names up by itself: what it is led to by a name that has another
    /// address there is the proxy's to refuse.
    async fn lies(&self, host: &str) -> Lies {
        // Behind a proxy names of the internet often have no address here.
        let Ok(found) = tokio::net::lookup_host((host, 0)).await else { return Lies::Far };
        let found: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        if found.iter().any(|address| self.guard.is_open(*address)) {
            return Lies::Near;
        }
        let passes = found.is_empty() || found.iter().any(|address| self.guard.lets_pass(*address));
        if passes { Lies::Far } else { Lies::Private }
    }
}

/// Where a host lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lies {
    /// In a network that the owner opened: the proxy of all doesn't lead there, but one of a site was chosen for it.
    Near,
    /// On the internet, or nobody knows.
    Far,
    /// In networks that are not open, and nowhere else.
    Private,
}

impl Proxied {
    /// A proxy of a site has a guard.
    fn new(upstream: Upstream, guard: Option<Arc<Guard>>, within: Duration) -> Self {
        let is_of_site = guard.is_some();
        let mut connector = HttpConnector::new_with_resolver(Resolver { guard });
        connector.set_connect_timeout(Some(within));
        connector.set_nodelay(true);
        Self { upstream: Arc::new(upstream), connector, is_of_site }
    }
}

impl Service<Uri> for Connector {
    type Response = Link;
    type Error = Unreachable;
    type Future = BoxFuture<'static, Result<Link, Unreachable>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unreachable>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// Connections for requests, which end in time however far they came: a name that is not found out, TLS that doesn't begin.
///
/// That time is over before the one for the answer is, so that whoever waits for an answer knows that something was sent.
#[derive(Debug, Clone)]
pub(super) struct Timely {
    connector: HttpsConnector<Connector>,
    within: Duration,
}

impl Timely {
    pub(super) fn new(connector: HttpsConnector<Connector>, answers_within: Duration) -> Self {
        // Longer than each of its steps usually has (`connects_within`), which then say by themselves what went wrong.
        Self { connector, within: answers_within * 3 / 4 }
    }
}

impl Service<Uri> for Timely {
    type Response = MaybeHttpsStream<Link>;
    type Error = Box<dyn StdError + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (connecting, within) = (self.connector.call(uri), self.within);
        Box::pin(async move {
            match tokio::time::timeout(within, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(Unreachable::Connection { reason: "no connection in time" }.into()),
            }
        })
    }
}

/// `[::1]` as it is parsed.
pub(super) fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Asks the proxy for a tunnel (RFC 9110, 9.3.6).
async fn tunnel(stream: &mut TcpStream, uri: &Uri, upstream: &Upstream) -> Result<(), Unreachable> {
    const HEAD_BYTES_MAX: usize = 16 << 10;
    let cut = |_: io::Error| Unreachable::Proxy { reason: "cut the connection".to_owned(), for_good: false };
    let origin = format!("{}:{}", uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(443));
    let mut request = format!("CONNECT {origin} HTTP/1.1\r\nHost: {origin}\r\n");
    if let Some(authorization) = &upstream.authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.map_err(cut)?;
    let mut head = Vec::new();
    // Byte by byte: what stands behind the head is for whoever speaks through the tunnel.
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        head.push(stream.read_u8().await.map_err(cut)?);
    }
    let head = String::from_utf8_lossy(&head);
    let status = head.lines().next().unwrap_or_default().split_once(' ').map_or("", |(_, status)| status);
    if status.starts_with('2') { Ok(()) } else { Err(Unreachable::refused_by_proxy(status)) }
}

/// Looks a name up and leaves out the addresses that may not be connected to.
#[derive(Debug, Clone)]
pub(super) struct Resolver {
    /// None lets all pass.
    guard: Option<Arc<Guard>>,
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Unreachable;
    type Future = BoxFuture<'static, Result<Self::Response, Unreachable>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unreachable>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = self.guard.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<_> = found.map_err(|_| Unreachable::NoSuchHost)?.collect();
            if found.is_empty() {
                return Err(Unreachable::NoSuchHost);
            }
            let passing: Vec<_> = found
                .into_iter()
                .filter(|address| guard.as_ref().is_none_or(|guard| guard.lets_pass(address.ip())))
                .collect();
            if passing.is_empty() {
                return Err(Unreachable::Private { host: name.as_str().to_owned() });
            }
            Ok(passing.into_iter())
        })
    }
}

/// A connection that the guard let pass.
#[derive(Debug)]
pub(super) struct Link {
    io: TokioIo<TcpStream>,
    /// The proxy that it leads to, which wants whole addresses.
    upstream: Option<Arc<Upstream>>,
}

impl Link {
    fn of<E: std::error::Error + 'static>(
        connected: Result<TokioIo<TcpStream>, E>,
        upstream: Option<Arc<Upstream>>,
    ) -> Result<Self, Unreachable> {
        match connected {
            Ok(io) => Ok(Self { io, upstream }),
            Err(error) => Err(Unreachable::of_connection(&error)),
        }
    }

    /// The proxy that it leads to.
    pub(super) fn upstream(&self) -> Option<&Upstream> {
        self.upstream.as_deref()
    }

    pub(super) fn into_stream(self) -> TcpStream {
        self.io.into_inner()
    }
}

impl Connection for Link {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.upstream.is_some())
    }
}

impl Read for Link {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(cx, buf)
    }
}

impl Write for Link {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write_vectored(cx, bufs)
    }
}
