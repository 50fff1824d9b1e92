//! Speaks GraphQL to a running server, for the command line.
//!
//! Guarantees: a mutation that could be done twice is sent once; what carries a command id, and every
//! query, is sent again when the connection breaks or the server says that the same may succeed in a
//! moment. Never sends a token through a proxy.

mod as_of;
mod document;
mod error;
mod reply;
mod subscription;
#[cfg(test)]
mod tests;
mod watch;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::{
    Response,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

#[cfg(test)]
pub(crate) use self::document::{Checked, with_fragments};
pub(crate) use self::{
    as_of::AsOf,
    document::Document,
    error::{Error, Fault},
    reply::{DryRun, Outcome, UserError},
    subscription::Subscription,
    watch::{POLL_INTERVAL, Watch},
};

/// A connection to a server that is up is made in milliseconds, over the Internet in one second.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The server's own deadline is half of this.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
/// Waits before the second, third and fourth try: a restart of the server takes about this long.
const RETRY_DELAYS: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1_600)];

/// How long is waited for views to be built as they were: some minutes, where the log has millions of events.
const BUILD_WAIT_MAX: Duration = Duration::from_mins(10);

/// A server and who asks it.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    server: Url,
    has_token: bool,
    /// Whether commands are only to say what they would do.
    is_dry: bool,
    /// As of when is asked; now if nothing is said.
    as_of: Option<AsOf>,
    /// Whether the person was told as of when the answers are.
    has_told_as_of: Arc<AtomicBool>,
    /// Whether the person was told that answers are of an older state: once is enough.
    has_told_staleness: Arc<AtomicBool>,
}

impl Client {
    /// A client of a server; nothing is sent yet.
    pub(crate) fn try_new(server: Url, token: Option<&str>) -> Result<Self, Error> {
        crate::provide_tls();
        let mut headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/json")),
            ("mediary-client".parse().expect("a header's name"), HeaderValue::from_static("cli")),
        ]);
        if let Some(token) = token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| Error::BadToken)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .no_proxy()
            .build()
            .map_err(Error::Setup)?;
        Ok(Self {
            http,
            server,
            has_token: token.is_some(),
            is_dry: false,
            as_of: None,
            has_told_as_of: Arc::default(),
            has_told_staleness: Arc::default(),
        })
    }

    /// The same client, whose commands only say what they would do: each is answered by [`Error::DryRun`].
    pub(crate) fn dry(&self) -> Self {
        Self { is_dry: true, ..self.clone() }
    }

    /// The same client, which asks as of a moment of the past.
    pub(crate) fn with_as_of(self, as_of: Option<AsOf>) -> Self {
        Self { as_of, ..self }
    }

    /// Where the server is.
    pub(crate) fn server(&self) -> &Url {
        &self.server
    }

    /// Asks a document, and answers the value of its one field.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        document: &Document<T>,
        variables: impl Serialize + Send,
    ) -> Result<T, Error> {
        let value = self.value_of(document, &to_value(variables)).await?;
        serde_json::from_value(value).map_err(|error| self.misread(error))
    }

    /// The value of a document's one field, as soon as there is an answer.
    async fn value_of<T>(&self, document: &Document<T>, variables: &Value) -> Result<Value, Error> {
        let mut body = json!({ "query": document.text(), "variables": variables });
        if let Some(as_of) = &self.as_of {
            body["extensions"] = json!({ "asOf": as_of });
        }
        let mut delays = RETRY_DELAYS.into_iter();
        let (asked_at, mut told) = (tokio::time::Instant::now(), None);
        loop {
            match self.ask_once(&body).await {
                // Each try waits at the server for what is being built there.
                Err(Error::Fault(fault)) if fault.is_building() && asked_at.elapsed() < BUILD_WAIT_MAX => {
                    if told.as_ref() != Some(&fault.message) {
                        crate::say(&fault.message);
                    }
                    tokio::time::sleep(fault.retry_after).await;
                    told = Some(fault.message);
                }
                Err(error) if error.may_succeed_again(document.is_repeatable) => match delays.next() {
                    Some(delay) => tokio::time::sleep(delay).await,
                    None => return Err(error),
                },
                answer => return answer,
            }
        }
    }

    /// Sends a command, and answers its payload with the reasons why it was not done, if it was not.
    ///
    /// A refusal that may be none a moment later has done nothing: the command is then sent again.
    pub(crate) async fn act<T: DeserializeOwned>(
        &self,
        document: &Document<T>,
        variables: impl Serialize + Send,
    ) -> Result<Outcome<T>, Error> {
        let mut variables = to_value(variables);
        if self.is_dry {
            variables["input"]["dryRun"] = true.into();
        }
        let mut delays = RETRY_DELAYS.into_iter();
        loop {
            let payload = self.value_of(document, &variables).await?;
            let outcome = Outcome::<T>::try_from_payload(payload).map_err(|error| self.misread(error))?;
            match delays.next() {
                Some(delay) if outcome.is_only_busy() => tokio::time::sleep(delay).await,
                _ => return self.told(outcome),
            }
        }
    }

    /// What came of a command; a dry run ends it here.
    fn told<T>(&self, outcome: Outcome<T>) -> Result<Outcome<T>, Error> {
        match outcome.dry_run {
            // Of several things some may be refused: then it is a plan of the others, and says so.
            Some(mut plan) if !plan.is_empty() || outcome.user_errors.is_empty() => {
                plan.user_errors = outcome.user_errors;
                Err(Error::DryRun(plan))
            }
            // Whoever asked what would be done must not be told of something done.
            None if self.is_dry && outcome.user_errors.is_empty() => Err(Error::Fault(Fault::no_dry_run())),
            Some(_) | None => Ok(outcome),
        }
    }

    /// Asks for a file of the server, to be read piece by piece.
    pub(crate) async fn download(&self, path: &str, query: &[(&str, String)]) -> Result<Pieces<'_>, Error> {
        if self.as_of.is_some() {
            return Err(Fault::of_now().into());
        }
        let mut url = self.url(path);
        url.query_pairs_mut().extend_pairs(query);
        let sent = self.http.get(url).send().await.map_err(|error| self.transport(&error))?;
        let Some(by_status) = Fault::of_status(sent.status()) else {
            return Ok(Pieces { client: self, response: sent });
        };
        // The body says it better, if it is one of Mediary's.
        let body = sent.bytes().await.map_err(|error| self.transport(&error))?;
        let said = reply::parse(&body).and_then(Result::err);
        Err(self.refused(said.unwrap_or(by_status)))
    }

    async fn ask_once(&self, body: &Value) -> Result<Value, Error> {
        let request = self.http.post(self.url("graphql")).timeout(ANSWER_TIMEOUT).json(body);
        let response = request.send().await.map_err(|error| self.transport(&error))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| self.transport(&error))?;
        if let Some(told) = reply::staleness(&bytes)
            && !self.has_told_staleness.swap(true, Ordering::SeqCst)
        {
            crate::say(&told);
        }
        if let Some(told) = reply::as_of(&bytes)
            && !self.has_told_as_of.swap(true, Ordering::SeqCst)
        {
            crate::say(&told);
        }
        let reply = reply::parse(&bytes).ok_or_else(|| self.stranger(status.as_u16()))?;
        reply.map_err(|fault| self.refused(fault))
    }

    /// The whole address of something below that of the server, query and all.
    pub(crate) fn address(&self, below: &str) -> String {
        format!("{}/{below}", self.server.as_str().trim_end_matches('/'))
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.server.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{path}"));
        url
    }

    fn transport(&self, source: &reqwest::Error) -> Error {
        let server = self.server.clone();
        let cause = root_cause(source);
        if source.is_connect() {
            Error::Unreachable { server, cause }
        } else {
            Error::Broken { server, cause }
        }
    }

    fn refused(&self, fault: Fault) -> Error {
        if fault.code == "UNAUTHENTICATED" && !self.has_token {
            Error::NoToken { server: self.server.clone() }
        } else {
            Error::Fault(fault)
        }
    }

    fn stranger(&self, status: u16) -> Error {
        Error::Stranger { server: self.server.clone(), status }
    }

    fn misread(&self, source: serde_json::Error) -> Error {
        Error::Misread { server: self.server.clone(), source }
    }
}

/// A file on its way.
pub(crate) struct Pieces<'a> {
    client: &'a Client,
    response: Response,
}

impl Pieces<'_> {
    /// The next piece; none at the end of the file.
    pub(crate) async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Error> {
        self.response.chunk().await.map_err(|error| self.client.transport(&error))
    }
}

/// What the layers of HTTP wrap is all that a person can do something about.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn to_value(variables: impl Serialize) -> Value {
    serde_json::to_value(variables).expect("variables are plain data with text keys")
}
