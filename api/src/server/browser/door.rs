//! Signing in and out, and the link by which somebody sets his password himself.

use std::{future::Future, net::IpAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use mediary_events::account::{Account, Password, State as Accounts};
use mediary_log::{
    gate::{Gate, Refusal},
    password::{self, Busy},
    token::Denied,
    vault::{Value, Vault},
    work::account::session::{self as sessions, Opened, Seen},
};
use mediary_schema::{CommandId, PrincipalId, Secret, account::SessionEnd};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use tokio::time::Instant;

use super::{attempts::Attempts, cookie, forgery, told::told};
use crate::{
    error::chain,
    server::{
        fault::fault,
        graphql::{Refused, is_json, refuse},
        peer::peer,
    },
    session::{Authenticator, Session},
};

/// When whoever is not let in is told so: later than any hashing takes, so that how long it took says nothing.
const REFUSED_AFTER: Duration = Duration::from_millis(500);

/// What everybody is told whose name or password is not right.
const NOT_RIGHT: &str = "the name or the password is not right";

/// Where people come in.
#[derive(Debug, Clone)]
pub(in crate::server) struct Door {
    gate: Gate,
    vault: Vault,
    authenticator: Authenticator,
    attempts: Arc<Attempts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    name: String,
    password: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    token: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Take {
    token: Secret,
    #[serde(default)]
    name: Option<String>,
    password: Secret,
}

/// What is known of a request besides its body.
struct From {
    headers: HeaderMap,
    address: IpAddr,
    is_secure: bool,
}

impl From {
    fn seen(&self) -> Seen {
        let agent = self.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Seen { address: self.address, agent: agent.unwrap_or_default().to_owned() }
    }

    fn shown(&self) -> Option<&str> {
        cookie::shown(&self.headers, self.is_secure)
    }
}

impl Door {
    pub(in crate::server) fn new(gate: Gate, vault: Vault, authenticator: Authenticator) -> Self {
        Self { gate, vault, authenticator, attempts: Arc::default() }
    }

    /// Its routes; whoever adds them limits their bodies.
    pub(in crate::server) fn routes(self) -> Router {
        Router::new()
            .route("/v1/session", get(who).post(sign_in))
            .route("/v1/session/end", post(sign_out))
            .route("/v1/setup", post(take))
            .route("/v1/setup/look", post(look))
            .with_state(self)
    }

    fn from(&self, request: &Request) -> From {
        let headers = request.headers().clone();
        let is_secure = cookie::is_secure(&headers, self.authenticator.browsers());
        From { address: peer(request.extensions()), headers, is_secure }
    }

    /// What of a request is its own, if it comes from our own page.
    async fn asked<T: DeserializeOwned>(&self, request: Request) -> Result<(From, T), Refused> {
        let from = self.from(&request);
        if !forgery::is_ours(&from.headers, self.authenticator.browsers()) {
            return Err(no(StatusCode::FORBIDDEN, "another page may not sign you in here", "FOREIGN_ORIGIN"));
        }
        if !is_json(&from.headers) {
            let message = "the body has to be `application/json`";
            return Err(no(StatusCode::UNSUPPORTED_MEDIA_TYPE, message, "UNSUPPORTED_MEDIA_TYPE"));
        }
        // What could not be read may be a password: it is not told.
        let broken =
            || no(StatusCode::BAD_REQUEST, "the body has not the fields that are asked for", "BAD_REQUEST");
        let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        let body: Bytes = body.map_err(|_| broken())?;
        Ok((from, serde_json::from_slice(&body).map_err(|_| broken())?))
    }

    /// What a function finds in the accounts.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Accounts) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        self.gate
            .inspect::<Account, _>(PrincipalId::OWNER.uuid(), look)
            .await
            .map_err(|error| refused(&error))
    }

    /// The answer to whoever is signed in, or not.
    async fn tell(
        &self,
        signed_in: Option<(Session, String)>,
        cookie: Option<HeaderValue>,
    ) -> Result<Response, Refused> {
        let capabilities = self.gate.capabilities();
        let told = self.look(move |state| {
            told(state, capabilities, signed_in.as_ref().map(|(session, shown)| (session, shown.as_str())))
        });
        Ok(told.await?.with(cookie))
    }

    /// Lets a browser in whose session was just opened.
    async fn let_in(&self, opened: Opened, is_secure: bool) -> Result<Response, Refused> {
        self.authenticator.reached(opened.position).await;
        let cookie = cookie::keep(&opened.secret, is_secure);
        let shown = opened.secret.reveal().clone();
        let session = self.authenticator.authenticate_browser(&shown).ok();
        metrics::counter!("mediary_sign_ins_total", "result" => "accepted").increment(1);
        self.tell(session.map(|session| (session, shown)), Some(cookie)).await
    }

    /// Notes that somebody is not let in, and answers that when everybody else is answered who is not.
    async fn turn_away(&self, user_id: Option<PrincipalId>, address: IpAddr, since: Instant) -> Refused {
        metrics::counter!("mediary_sign_ins_total", "result" => "refused").increment(1);
        tracing::info!(%address, "account.sign_in_refused");
        if let Some(more) = self.attempts.record(self.gate.clock().now()) {
            sessions::note_sign_in_refused(&self.gate, user_id, address, more).await;
        }
        tokio::time::sleep_until(since + REFUSED_AFTER).await;
        no(StatusCode::UNAUTHORIZED, NOT_RIGHT, "LOGIN_REFUSED")
    }
}

/// `GET /v1/session`: who is signed in by this browser. A session whose half is over is renewed.
async fn who(State(door): State<Door>, request: Request) -> Response {
    answer(async move {
        let from = door.from(&request);
        let Some(shown) = from.shown() else { return door.tell(None, None).await };
        let session = match door.authenticator.authenticate_browser(shown) {
            Ok(session) => session,
            Err(Denied::Refused) => return door.tell(None, Some(cookie::drop(from.is_secure))).await,
            Err(denied @ Denied::Unreadable) => {
                let message = denied.to_string();
                return Err(no(StatusCode::SERVICE_UNAVAILABLE, &message, "ACCOUNTS_UNREADABLE"));
            }
        };
        let now = door.gate.clock().now();
        let due = session.expires_at.filter(|end| sessions::renews_at(*end) <= now).and(session.session_id);
        let Some(session_id) = due else { return door.tell(Some((session, shown.to_owned())), None).await };
        let renewed = sessions::renew(&door.gate, &session.credential(), session_id).await;
        door.authenticator.reached(renewed.map_err(|error| refused(&error))?.position).await;
        let renewed = door.authenticator.authenticate_browser(shown).ok();
        let cookie = cookie::keep(&Secret::new(shown), from.is_secure);
        door.tell(renewed.map(|session| (session, shown.to_owned())), Some(cookie)).await
    })
    .await
}

/// `POST /v1/session`: signs in by a name and a password.
async fn sign_in(State(door): State<Door>, request: Request) -> Response {
    answer(async move {
        let since = Instant::now();
        let (from, SignIn { name, password }) = door.asked(request).await?;
        let now = door.gate.clock().now();
        let attempt = door.attempts.begin(Some(from.address), Some(&name), now).map_err(too_many)?;
        let wanted = name.clone();
        let known = door.look(move |state| state.user_named(&wanted).map(|(id, user)| (id, user.password)));
        let (user_id, counts) = known.await?.map_or((None, None), |(id, password)| (Some(id), password));
        // As long as a password may be, so that a longer one takes no longer.
        let is_long = password.reveal().len() > password::BYTES_MAX;
        let shown = if is_long { Secret::new("") } else { password };
        let vault = door.vault.clone();
        let find = move || user_id.and_then(|user_id| hash_of(&vault, user_id, counts));
        let is_right = password::is_that(shown, find).await.map_err(|Busy| busy())?;
        let (Some(shown_by), Some(password), true) = (user_id, counts, is_right) else {
            return Err(door.turn_away(user_id, from.address, since).await);
        };
        let opened = match sessions::open(&door.gate, shown_by, password.sealed_id, from.seen()).await {
            // Meanwhile another password counts, or he is nobody any more.
            Err(late) if ["PASSWORD_WRONG", "USER_NOT_FOUND"].contains(&late.code()) => {
                return Err(door.turn_away(user_id, from.address, since).await);
            }
            opened => opened.map_err(|error| refused(&error))?,
        };
        door.attempts.forgive(attempt);
        door.let_in(opened, from.is_secure).await
    })
    .await
}

/// `POST /v1/session/end`: signs out.
async fn sign_out(State(door): State<Door>, request: Request) -> Response {
    answer(async move {
        let from = door.from(&request);
        let gone = || (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::drop(from.is_secure))]);
        let Some(shown) = from.shown() else { return Ok(gone().into_response()) };
        // What is over already is signed out; the browser is still to forget it.
        if door.authenticator.authenticate_browser(shown) == Err(Denied::Refused) {
            return Ok(gone().into_response());
        }
        let session = forgery::let_in(&door.authenticator, request.method(), &from.headers, shown)?;
        if let Some(session_id) = session.session_id {
            let by = session.credential();
            let command_id = CommandId::from_uuid(door.gate.ids().next());
            let ended = sessions::end(&door.gate, &by, command_id, session_id, SessionEnd::SignedOut).await;
            let ended = ended.map_err(|error| refused(&error))?;
            door.authenticator.reached(ended.position).await;
        }
        Ok(gone().into_response())
    })
    .await
}

/// `POST /v1/setup/look`: what a link is, in words.
async fn look(State(door): State<Door>, request: Request) -> Response {
    answer(async move {
        let (from, Look { token }) = door.asked(request).await?;
        let now = door.gate.clock().now();
        let attempt = door.attempts.begin(Some(from.address), None, now).map_err(too_many)?;
        let found = sessions::invited(&door.gate, &token).await.map_err(|error| refused(&error))?;
        let (state, message) = match &found {
            None => ("UNKNOWN", "This link is not one that this server made."),
            Some(found) if found.is_taken => {
                ("USED", "This link was used, or another password was set since. Sign in instead.")
            }
            Some(found) if found.expires_at <= now => ("ENDED", "The time of this link is over."),
            Some(_) => ("OPEN", "Choose a password."),
        };
        let open = found.filter(|_| state == "OPEN");
        if open.is_some() {
            door.attempts.forgive(attempt);
        }
        let user_id = open.as_ref().map(|open| open.user_id);
        let name = door.look(move |accounts| Some(accounts.users.get(&user_id?)?.name.clone())).await?;
        let told = json!({
            "state": state, "message": message, "name": name, "isOwner": user_id == Some(PrincipalId::OWNER),
            "expiresAt": open.map(|open| open.expires_at.to_string()),
        });
        Ok(([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response())
    })
    .await
}

/// `POST /v1/setup`: takes a link, and signs in.
async fn take(State(door): State<Door>, request: Request) -> Response {
    answer(async move {
        let (from, Take { token, name, password }) = door.asked(request).await?;
        let now = door.gate.clock().now();
        let attempt = door.attempts.begin(Some(from.address), None, now).map_err(too_many)?;
        password::check(&password).map_err(|error| refused(&error.into()))?;
        // Nobody has us hash what leads to nothing.
        if sessions::invited(&door.gate, &token).await.map_err(|error| refused(&error))?.is_none() {
            return Err(refused(&mediary_events::account::Rejection::InvitationUnknown.into()));
        }
        let command_id = CommandId::from_uuid(door.gate.ids().next());
        let hashed = password::hashed(door.gate.identities(), command_id, password).await;
        let hash = hashed.map_err(|Busy| busy())?;
        let taken =
            sessions::take_invitation(&door.gate, &door.vault, command_id, &token, name, hash, from.seen());
        let opened = taken.await.map_err(|error| refused(&error))?;
        door.attempts.forgive(attempt);
        door.vault.reached(opened.position).await;
        door.let_in(opened, from.is_secure).await
    })
    .await
}

/// The hash of somebody's password; none if it can't be had, which the server's log says.
fn hash_of(vault: &Vault, user_id: PrincipalId, counts: Option<Password>) -> Option<Value> {
    let place = counts.map(|counts| Vault::password_place(user_id, counts.data_key_id, counts.sealed_id));
    match place.map_or(Ok(None), |place| vault.password(place)) {
        Ok(Some(hash)) => Some(hash),
        Ok(None) => {
            tracing::info!(%user_id, "a user has no password here: `mediary user invite` lets him set one");
            None
        }
        Err(error) => {
            tracing::error!(%user_id, %error, "the vault can't be read: nobody signs in");
            None
        }
    }
}

async fn answer(asked: impl Future<Output = Result<Response, Refused>>) -> Response {
    asked.await.unwrap_or_else(|refused| *refused)
}

#[expect(clippy::unnecessary_box_returns, reason = "a refusal is handed on as it is boxed")]
fn no(status: StatusCode, message: &str, code: &'static str) -> Refused {
    Box::new(refuse(status, &fault(message, code, false)))
}

#[expect(clippy::unnecessary_box_returns, reason = "a refusal is handed on as it is boxed")]
fn busy() -> Refused {
    let message = "too many people are signing in: try again in a moment";
    Box::new(refuse(StatusCode::SERVICE_UNAVAILABLE, &fault(message, "OVERLOADED", true)))
}

#[expect(clippy::unnecessary_box_returns, reason = "a refusal is handed on as it is boxed")]
fn too_many(wait: Duration) -> Refused {
    let seconds = wait.as_secs() + 1;
    let message = format!("too many attempts: try again in {seconds} seconds");
    let mut error = fault(message, "TOO_MANY_ATTEMPTS", true);
    if let Some(extensions) = &mut error.extensions {
        extensions.set("retryAfterSeconds", seconds);
    }
    metrics::counter!("mediary_sign_ins_total", "result" => "limited").increment(1);
    let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, &error);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Box::new(response)
}

/// A refusal of the gate as HTTP.
#[expect(clippy::unnecessary_box_returns, reason = "a refusal is handed on as it is boxed")]
fn refused(refusal: &Refusal) -> Refused {
    let (code, is_retryable) = (refusal.code(), refusal.is_retryable());
    let status = match code {
        "SETUP_UNKNOWN" => StatusCode::UNAUTHORIZED,
        "SETUP_USED" | "SETUP_ENDED" => StatusCode::GONE,
        _ if is_retryable => StatusCode::SERVICE_UNAVAILABLE,
        "INTERNAL" | "VAULT_FAILED" | "VAULT_KEY_REFUSED" => {
            tracing::error!(error = %chain(refusal), "a sign-in failed");
            let error = fault("this can't be done now: the server's log says why", code, false);
            return Box::new(refuse(StatusCode::INTERNAL_SERVER_ERROR, &error));
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut error = fault(refusal.to_string(), code, is_retryable);
    if let (Some(extensions), Some(advice)) = (&mut error.extensions, refusal.advice()) {
        extensions.set("advice", advice);
    }
    Box::new(refuse(status, &error))
}
