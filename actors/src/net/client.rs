use std::{fs, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, Error as ClientError},
    rt::{TokioExecutor, TokioTimer},
};
use mediary_schema::AttemptId;
use rustls::{ClientConfig, client::danger::ServerCertVerifier, crypto::ring};
use tokio::time::timeout;

use super::{
    Body, Error, Options, SetupError, Unreachable, Upstream,
    cache::Cache,
    certificate::verifier,
    connect::{Connector, Timely},
    error::pause,
    host::Hosts,
    login::Login,
    rate::Rates,
    target::Target,
};
use crate::resource::Caller;

/// The client for everything that other machines are asked for. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Net {
    pub(super) inner: Arc<Inner>,
    pub(super) caller: Caller,
    /// What a site is told that asks who we are.
    login: Option<Arc<Login>>,
    /// How long the beginning of an answer may be held back besides.
    held: Duration,
}

type HttpClient = Client<Timely, Full<Bytes>>;

#[derive(Debug)]
pub(super) struct Inner {
    client: HttpClient,
    pub(super) tls: Arc<ClientConfig>,
    /// Who judges certificates, for `tls` and for whoever wants to know why.
    pub(super) verifier: Arc<dyn ServerCertVerifier>,
    pub(super) connector: Connector,
    pub(super) hosts: Arc<Hosts>,
    pub(super) rates: Rates,
    pub(super) cache: Cache,
    pub(super) options: Options,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// GET or HEAD: nothing else is asked of a source. What a message is sent by is for [`Net::once`].
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    /// For what is at an address.
    pub fn get(url: &str) -> Self {
        Self::new(Method::GET, url)
    }

    /// For what an address says of what is there.
    pub fn head(url: &str) -> Self {
        Self::new(Method::HEAD, url)
    }

    /// That carries something to an address.
    pub fn with_body(method: Method, url: &str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::new(method, url) }
    }

    fn new(method: Method, url: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        // Packed it would have another length.
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        Self { method, url: url.to_owned(), headers, body: Bytes::new() }
    }

    /// With a header besides the usual ones, or another value for one of them.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With these headers besides.
    #[must_use]
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }
}

const USER_AGENT: &str = concat!("Mediary/", env!("CARGO_PKG_VERSION"));

/// What is answered.
#[derive(Debug)]
pub struct Answer {
    /// Whether it is what was asked for.
    pub status: StatusCode,
    /// What is said of it.
    pub headers: HeaderMap,
    /// The address that answered in the end, as it was given or as a redirect gave it.
    pub url: String,
    /// Itself.
    pub body: Body,
}

impl Answer {
    /// The value of a header, if it is a text.
    pub fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }
}

/// Redirects that are followed: podcasts go through a dozen that count their listeners.
const REDIRECTS_MAX: usize = 20;
/// How long a connection that nothing is asked over is kept.
const IDLE: Duration = Duration::from_secs(15);

impl Net {
    /// A client; its folder is made if it isn't there.
    pub fn try_new(options: Options) -> Result<Self, SetupError> {
        fs::create_dir_all(&options.folder).map_err(SetupError::Folder)?;
        let connector = Connector::new(&options);
        let verifier = verifier(&options).map_err(SetupError::Certificates)?;
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(SetupError::Certificates)?
            // What is dangerous is to hand in somebody who believes everything: this is one of the usual two.
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier))
            .with_no_client_auth();
        let client = client(&tls, &connector, &options);
        let hosts = Arc::new(Hosts::open(&options));
        let cache = Cache::new(options.folder.clone(), options.cache_bytes_max);
        let rates = Rates::of_all(options.bytes_per_second);
        let tls = Arc::new(tls);
        let inner = Arc::new(Inner { client, tls, verifier, connector, hosts, rates, cache, options });
        let caller = Caller { name: "server", attempt_id: None };
        Ok(Self { inner, caller, login: None, held: Duration::ZERO })
    }

    /// The same client for one job: by a proxy, where there is one, in the place of the usual way; with so many bytes a second of
    /// its own; and as somebody.
    #[must_use]
    pub fn by_way(
        &self,
        proxy: Option<Upstream>,
        bytes_per_second: Option<u64>,
        login: Option<Login>,
    ) -> Self {
        let Inner { client: usual, tls, verifier, connector, hosts, rates, cache, options } = &*self.inner;
        let rates = rates.with_job(bytes_per_second);
        let (client, connector) = match proxy {
            Some(proxy) => {
                let connector = connector.by_proxy(proxy);
                (client(tls, &connector, options), connector)
            }
            None => (usual.clone(), connector.clone()),
        };
        let (tls, verifier, hosts) = (Arc::clone(tls), Arc::clone(verifier), Arc::clone(hosts));
        let (cache, options) = (cache.clone(), options.clone());
        let inner = Arc::new(Inner { client, tls, verifier, connector, hosts, rates, cache, options });
        Self { inner, caller: self.caller, login: login.map(Arc::new), held: self.held }
    }

    /// The same client, which asks in the name of a part of the server, for an attempt if it is for one.
    #[must_use]
    pub fn by(&self, name: &'static str, attempt_id: Option<AttemptId>) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            caller: Caller { name, attempt_id },
            login: self.login.clone(),
            held: self.held,
        }
    }

    /// The same client, for questions that are held open for so long until there is something to say.
    #[must_use]
    pub fn held_open(&self, held: Duration) -> Self {
        Self { held, ..self.clone() }
    }

    /// Asks, follows where it leads, and answers as soon as the head of the last answer is there.
    ///
    /// Every answer is one, also a refusal: what its status means is for the caller.
    pub async fn send(&self, request: Request) -> Result<Answer, Error> {
        let mut target = Target::parse(&request.url)?;
        let mut headers = request.headers;
        let mut was_secure = target.is_secure();
        for _ in 0..=REDIRECTS_MAX {
            let answer = self.ask(&request.method, &target, &headers, Bytes::new(), was_secure).await?;
            let Some(next) = redirect(&answer) else { return Ok(answer) };
            let next = target.follow(&next)?;
            if next.origin() != target.origin() || next.is_secure() != target.is_secure() {
                // They were for the first one alone.
                headers.remove(header::AUTHORIZATION);
                headers.remove(header::COOKIE);
            }
            target = next;
            was_secure |= target.is_secure();
        }
        Err(Error::Redirects { max: REDIRECTS_MAX })
    }

    /// Asks once, and follows nowhere: for what must not arrive twice, nor where it was not sent to.
    ///
    /// An error other than [`Error::BrokeOff`] and [`Error::TimedOut`] says that nothing of it was sent: a connection that is
    /// not made in time is [`Error::Unreachable`].
    pub async fn once(&self, request: Request) -> Result<Answer, Error> {
        let target = Target::parse(&request.url)?;
        self.ask(&request.method, &target, &request.headers, request.body, target.is_secure()).await
    }

    /// Asks one host, without following; once more as somebody if it wants to know who that is. `was_secure` says whether
    /// it was asked by https, here or before it led here.
    async fn ask(
        &self,
        method: &Method,
        target: &Target,
        headers: &HeaderMap,
        body: Bytes,
        was_secure: bool,
    ) -> Result<Answer, Error> {
        let login = self.login.as_ref().filter(|login| login.is_for(target, was_secure));
        let Some(login) = login.filter(|_| !headers.contains_key(header::AUTHORIZATION)) else {
            return self.ask_as_told(method, target, headers, body).await;
        };
        let mut as_somebody = headers.clone();
        as_somebody.insert(header::AUTHORIZATION, login.authorization()?);
        if login.is_always() {
            return self.ask_as_told(method, target, &as_somebody, body).await;
        }
        let answer = self.ask_as_told(method, target, headers, body.clone()).await?;
        if !Login::is_asked_for(&answer) {
            return Ok(answer);
        }
        drop(answer);
        self.ask_as_told(method, target, &as_somebody, body).await
    }

    async fn ask_as_told(
        &self,
        method: &Method,
        target: &Target,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Answer, Error> {
        let inner = &self.inner;
        let permit = inner.hosts.enter(target, self.caller).await?;
        let mut request = http::Request::builder().method(method).uri(target.uri()?);
        if let Some(known) = request.headers_mut() {
            known.clone_from(headers);
            if let Some(authorization) = inner.connector.authorization(&target.uri()?).await {
                known.insert(header::PROXY_AUTHORIZATION, authorization);
            }
        }
        let request = request.body(Full::new(body)).map_err(|_| Error::Malformed)?;
        let asked = timeout(inner.options.answers_within + self.held, inner.client.request(request));
        let response = asked.await.map_err(|_| Error::TimedOut)?.map_err(|error| broken(&error))?;
        let (parts, incoming) = response.into_parts();
        if matches!(parts.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
            && let Some(pause) = pause(&parts.headers)
        {
            inner.hosts.pause(&target.origin(), pause).await;
        }
        let body = Body::new(incoming, inner.options.answers_within, inner.rates.clone(), permit);
        Ok(Answer { status: parts.status, headers: parts.headers, url: target.given().to_owned(), body })
    }
}

fn client(tls: &ClientConfig, connector: &Connector, options: &Options) -> HttpClient {
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls.clone())
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector.clone());
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(options.resources.budgets().host as usize)
        .build(Timely::new(https, options.answers_within))
}

/// Where an answer leads, if it leads on.
fn redirect(answer: &Answer) -> Option<String> {
    let leads_on = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer.headers.get(header::LOCATION).filter(|_| leads_on)?;
    // Some servers write their path in Latin-1, some in UTF-8, though only ASCII is allowed.
    Some(match std::str::from_utf8(location.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => location.as_bytes().iter().copied().map(char::from).collect(),
    })
}

fn broken(error: &ClientError) -> Error {
    if error.is_connect() { Error::Unreachable(Unreachable::of_connection(error)) } else { Error::BrokeOff }
}
