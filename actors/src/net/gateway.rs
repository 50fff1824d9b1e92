//! The way out for child processes that fetch: a proxy on loopback over the same guard.
//!
//! Children learn of it by their environment, with a password that other programs of this machine don't have. What is
//! secure stays so: of a tunnel only the host is seen.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Uri;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use super::{Error, Net, SetupError, Unreachable, connect::Link, rate::Rates, target::Target};

/// The gateway, as long as one of its clones lives.
#[derive(Debug, Clone)]
pub struct Gateway {
    address: SocketAddr,
    password: String,
    net: Net,
    _open: Arc<Open>,
}

#[derive(Debug)]
struct Open(AbortHandle);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Connections at a time; more wait.
const CONNECTIONS_MAX: usize = 512;
/// What the head of a request may have; cookies and signed addresses are long.
const HEAD_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 128;
/// How long a child may take to say what it wants.
const ASKS_WITHIN: Duration = Duration::from_secs(30);
/// How long a connection may be silent; a fetch has its own, shorter time.
const SILENT_MAX: Duration = Duration::from_mins(10);

impl Gateway {
    /// Listens on a free port of loopback until the last clone is dropped.
    pub async fn open(net: Net) -> Result<Self, SetupError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(SetupError::Listen)?;
        let address = listener.local_addr().map_err(SetupError::Listen)?;
        let password = format!("{:032x}", rand::random::<u128>());
        let expected = format!("Basic {}", STANDARD.encode(format!("{USER}:{password}")));
        #[expect(
            clippy::disallowed_methods,
            reason = "it loops until its last clone is dropped; what a connection does is a task of its own"
        )]
        let task = tokio::spawn(serve(listener, net.clone(), expected.into()));
        Ok(Self { address, password, net, _open: Arc::new(Open(task.abort_handle())) })
    }

    /// The client that it shares guard, pauses and rate with.
    pub fn net(&self) -> &Net {
        &self.net
    }

    /// The variables by which programs find it, in both spellings, since they differ in which one they read.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, String)> {
        let proxy = format!("http://{USER}:{}@{}", self.password, self.address);
        let names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
        // No host is reached around it.
        let around = ["no_proxy", "NO_PROXY"].map(|name| (name, String::new()));
        names.into_iter().map(move |name| (name, proxy.clone())).chain(around)
    }
}

const USER: &str = "mediary";

async fn serve(listener: TcpListener, net: Net, expected: Arc<str>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    // Aborted with this task.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the gateway can't take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (net, expected) = (net.clone(), Arc::clone(&expected));
        connections.spawn(async move {
            let _permit = permit;
            if let Err(error) = connection(stream, &net, &expected).await {
                tracing::debug!(%error, "a child's connection was cut");
            }
        });
    }
}

/// What a child asks for.
#[derive(Debug)]
struct Asked {
    method: String,
    /// `host:port` for a tunnel, else a whole address.
    target: String,
    /// The head as it is to go on, without what is for us.
    headers: Vec<u8>,
    authorization: Option<String>,
    /// What was read behind the head.
    rest: Vec<u8>,
}

async fn connection(mut child: TcpStream, net: &Net, expected: &str) -> io::Result<()> {
    child.set_nodelay(true)?;
    let asked = match timeout(ASKS_WITHIN, read_head(&mut child)).await {
        Ok(Ok(Some(asked))) => asked,
        Ok(Ok(None)) => return refuse(&mut child, "400 Bad Request", "").await,
        Ok(Err(error)) => return Err(error),
        Err(_) => return Ok(()),
    };
    if asked.authorization.as_deref() != Some(expected) {
        let challenge = "Proxy-Authenticate: Basic realm=\"mediary\"\r\n";
        return refuse(&mut child, "407 Proxy Authentication Required", challenge).await;
    }
    let is_tunnel = asked.method.eq_ignore_ascii_case("CONNECT");
    let address = if is_tunnel { format!("https://{}/", asked.target) } else { asked.target.clone() };
    let reached = reach(net, &address, is_tunnel).await;
    let (target, link) = match reached {
        Ok(reached) => reached,
        Err(error) => {
            let (status, header) = answer_to(&error);
            return refuse(&mut child, &status, &header).await;
        }
    };
    let head = if is_tunnel {
        child.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        Vec::new()
    } else {
        head(&asked, &target, &link)
    };
    let mut source = link.into_stream();
    source.write_all(&head).await?;
    source.write_all(&asked.rest).await?;
    flow(child, source, &net.inner.rates).await
}

/// Connects to where a child wants to.
async fn reach(net: &Net, address: &str, is_tunnel: bool) -> Result<(Target, Link), Error> {
    let target = Target::parse(address)?;
    if !is_tunnel && target.is_secure() {
        return Err(Error::Malformed);
    }
    net.inner.hosts.check(&target.origin())?;
    let uri: Uri = target.uri()?;
    let link = net.inner.connector.clone().connect(uri).await?;
    Ok((target, link))
}

/// The head as it goes to the source: what is asked for is not touched, and the connection ends with the answer.
fn head(asked: &Asked, target: &Target, link: &Link) -> Vec<u8> {
    let mut head = Vec::with_capacity(asked.headers.len() + 256);
    head.extend_from_slice(asked.method.as_bytes());
    head.push(b' ');
    match link.upstream() {
        Some(_) => head.extend_from_slice(asked.target.as_bytes()),
        None => head.extend_from_slice(target.path().as_bytes()),
    }
    head.extend_from_slice(b" HTTP/1.1\r\n");
    if let Some(authorization) = link.upstream().and_then(|upstream| upstream.authorization.as_ref()) {
        head.extend_from_slice(format!("Proxy-Authorization: {authorization}\r\n").as_bytes());
    }
    head.extend_from_slice(&asked.headers);
    head.extend_from_slice(b"Connection: close\r\n\r\n");
    head
}

/// Reads what a child asks for; none if it is no request.
async fn read_head(child: &mut TcpStream) -> io::Result<Option<Asked>> {
    let mut bytes = Vec::with_capacity(4096);
    loop {
        if bytes.len() >= HEAD_BYTES_MAX || child.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&bytes) {
            Ok(httparse::Status::Partial) => {}
            Ok(httparse::Status::Complete(end)) => return Ok(asked(&request, &bytes[end..])),
            Err(_) => return Ok(None),
        }
    }
}

fn asked(request: &httparse::Request<'_, '_>, rest: &[u8]) -> Option<Asked> {
    let mut headers = Vec::new();
    let mut authorization = None;
    for header in request.headers.iter() {
        if header.name.eq_ignore_ascii_case("Proxy-Authorization") {
            authorization = std::str::from_utf8(header.value).ok().map(|value| value.trim().to_owned());
        }
        let is_ours =
            header.name.get(.."proxy-".len()).is_some_and(|start| start.eq_ignore_ascii_case("proxy-"))
                || ["Connection", "Keep-Alive"].iter().any(|name| header.name.eq_ignore_ascii_case(name));
        if !is_ours {
            headers.extend_from_slice(header.name.as_bytes());
            headers.extend_from_slice(b": ");
            headers.extend_from_slice(header.value);
            headers.extend_from_slice(b"\r\n");
        }
    }
    Some(Asked {
        method: request.method?.to_owned(),
        target: request.path?.to_owned(),
        headers,
        authorization,
        rest: rest.to_owned(),
    })
}

/// The answer of a source that was not reached. The reason goes with the status, where tools show it.
fn answer_to(error: &Error) -> (String, String) {
    match error {
        Error::Unreachable(Unreachable::Private { .. }) => (format!("403 {PRIVATE}: {error}"), String::new()),
        Error::Unreachable(Unreachable::Proxy { .. }) => (format!("502 {BY_PROXY}: {error}"), String::new()),
        Error::Paused { left } => {
            (format!("429 {error}"), format!("Retry-After: {}\r\n", left.as_secs().max(1)))
        }
        Error::Malformed | Error::Credentials => (format!("400 {error}"), String::new()),
        _ => (format!("502 {error}"), String::new()),
    }
}

/// What stands in front of the reason when a child wanted to go where it may not.
pub(crate) const PRIVATE: &str = "refused by mediary";

/// What stands in front of the reason when the proxy that leads to a source can't be used.
pub(crate) const BY_PROXY: &str = "not by the proxy";

async fn refuse(child: &mut TcpStream, status: &str, header: &str) -> io::Result<()> {
    let answer = format!("HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n");
    child.write_all(answer.as_bytes()).await?;
    child.shutdown().await
}

/// Carries bytes both ways until the source ends, or either is silent for too long.
async fn flow(child: TcpStream, source: TcpStream, rates: &Rates) -> io::Result<()> {
    let (mut from_child, mut to_child) = child.into_split();
    let (mut from_source, mut to_source) = source.into_split();
    let up = async {
        let mut bytes = vec![0; 16 << 10];
        loop {
            match from_child.read(&mut bytes).await? {
                // Some close their half and still read; the source ends it.
                0 => {
                    to_source.shutdown().await?;
                    return std::future::pending::<io::Result<()>>().await;
                }
                read => to_source.write_all(&bytes[..read]).await?,
            }
        }
    };
    let down = async {
        let mut bytes = vec![0; rates.piece_bytes()];
        loop {
            let read = match timeout(SILENT_MAX, from_source.read(&mut bytes)).await {
                Ok(read) => read?,
                Err(_) => 0,
            };
            if read == 0 {
                return to_child.shutdown().await;
            }
            rates.take(read).await;
            metrics::counter!("mediary_net_received_bytes_total", "by" => "child").increment(read as u64);
            to_child.write_all(&bytes[..read]).await?;
        }
    };
    tokio::select! {
        ended = down => ended,
        ended = up => ended,
    }
}
