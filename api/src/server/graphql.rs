//! GraphQL over HTTP, and who sends it.
//!
//! The form of answers follows the specification of GraphQL over HTTP: `application/graphql-response+json`
//! to whoever asks for it, with a status that says whether the operation ran; `application/json` to others.

use std::{pin::Pin, sync::Arc};

use async_graphql::{Data, Request as Operation, Response as Answer, ServerError, Variables};
use axum::{
    Extension,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use mediary_log::{OriginKind, token::Denied};
use mediary_schema::account::Permission;
use serde::Deserialize;
use serde_json::json;

use super::{
    browser,
    fault::fault,
    limits::is_refused,
    peer::peer,
    websocket::{AuthError, Credentials, Session as SocketSession, bearer},
};
use crate::{
    MediarySchema,
    session::{Authenticator, Session},
};

/// The header by which a program says that it is the command line.
const CLIENT: &str = "mediary-client";
/// A client that is refused for want of room is told to come back after this time.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");
/// Answers to programs that want no other form.
const JSON: &str = "application/json; charset=utf-8";
/// What an answer depends on.
const VARY: &str = "accept, authorization, cookie";
/// How a client shows who it is (RFC 6750).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"mediary\"");

/// One operation as it is sent.
#[derive(Debug, Deserialize)]
struct Asked {
    query: String,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Variables>,
    #[serde(default)]
    extensions: Extensions,
}

/// What a request says beside its operation: `asOf`, and what other programs send and nobody here knows.
pub(super) type Extensions = Option<std::collections::HashMap<String, async_graphql::Value>>;

/// In which form a client takes an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `application/graphql-response+json`: the status tells whether the operation ran.
    GraphqlResponse,
    /// `application/json`: what is well-formed is answered with 200.
    Json,
}

/// Lets a request pass that shows a token, before a byte of its body is read. Pages need none.
pub(super) async fn require_session(
    State(authenticator): State<Authenticator>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::POST {
        match authenticate(&authenticator, &request) {
            Ok(session) => request.extensions_mut().insert(session),
            Err(refused) => return *refused,
        };
        if !is_json(request.headers()) {
            let message = "the body has to be `application/json`";
            return refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                &fault(message, "UNSUPPORTED_MEDIA_TYPE", false),
            );
        }
    }
    next.run(request).await
}

/// Answers one operation.
pub(super) async fn execute(
    State(schema): State<MediarySchema>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::of(&headers);
    let asked = match serde_json::from_slice::<Asked>(&body) {
        Ok(asked) => asked,
        Err(error) => {
            let message = if body.trim_ascii_start().starts_with(b"[") {
                "a request has one operation: batches are not taken".to_owned()
            } else {
                format!("the body is no GraphQL request in JSON: {error}")
            };
            return refuse(StatusCode::BAD_REQUEST, &fault(message, "BAD_REQUEST", false));
        }
    };
    let mut operation = Operation::new(asked.query).variables(asked.variables.unwrap_or_default());
    operation.operation_name = asked.operation_name;
    operation.extensions = async_graphql::Extensions(asked.extensions.unwrap_or_default());
    form.answer(&schema.execute(operation.data(session)).await)
}

impl Form {
    fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let wants = |accepted: &str| {
            let mut kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
            kinds.any(|kind| kind.eq_ignore_ascii_case("application/graphql-response+json"))
        };
        if accepted.into_iter().any(wants) { Self::GraphqlResponse } else { Self::Json }
    }

    fn answer(self, answer: &Answer) -> Response {
        let code = answer.errors.first().and_then(|error| error.extensions.as_ref()?.get("code"));
        let is_busy = code == Some(&async_graphql::Value::from("OVERLOADED"));
        let status = match self {
            _ if is_refused(answer) && is_busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::GraphqlResponse if is_refused(answer) => StatusCode::BAD_REQUEST,
            Self::GraphqlResponse | Self::Json => StatusCode::OK,
        };
        let media_type = match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => JSON,
        };
        // What never ran has no data, not even none.
        let body = if is_refused(answer) {
            serde_json::to_vec(&json!({ "errors": answer.errors }))
        } else {
            serde_json::to_vec(answer)
        };
        let body = body.expect("keys are strings and numbers are finite or null");
        let headers = [(header::CONTENT_TYPE, media_type), (header::VARY, VARY)];
        let mut response = (status, headers, body).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }
}

/// Whether the body says that it is JSON: a page of another host can't say so without being asked first.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let is_media_type = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let is_utf8 = |part: &str| match part.split_once('=') {
        Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
            charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        Some(_) | None => true,
    };
    is_media_type && parts.all(is_utf8)
}

/// What whoever shows a wrong token is told.
const REFUSED: &str = "the token is not valid: it was revoked, has ended, or is another server's; with one that is valid, \
     `mediary token create NAME` makes another";

/// What is answered in place of what was asked for.
pub(super) type Refused = Box<Response>;

/// The session of whoever sent the headers, or the refusal to be sent.
pub(super) fn authenticate(authenticator: &Authenticator, request: &Request) -> Result<Session, Refused> {
    let headers = request.headers();
    let origin = match headers.get(CLIENT).and_then(|value| value.to_str().ok()) {
        Some("cli") => OriginKind::Cli,
        Some(_) | None => OriginKind::Page,
    };
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let refused =
        |message: &str| Box::new(refuse(StatusCode::UNAUTHORIZED, &fault(message, "UNAUTHENTICATED", false)));
    if !headers.contains_key(header::AUTHORIZATION) {
        let is_secure = browser::is_secure(headers, authenticator.browsers());
        if let Some(shown) = browser::shown(headers, is_secure) {
            return browser::let_in(authenticator, request.method(), headers, shown);
        }
    }
    let Some(token) = shown.and_then(bearer) else {
        return Err(refused(
            "sign in on the page, or show a token in the header `Authorization: Bearer …`: `mediary token create NAME` makes one",
        ));
    };
    authenticator.authenticate(token, peer(request.extensions()), origin).map_err(|denied| match denied {
        Denied::Refused => refused(REFUSED),
        Denied::Unreadable => {
            let error = fault(denied.to_string(), "ACCOUNTS_UNREADABLE", false);
            Box::new(refuse(StatusCode::SERVICE_UNAVAILABLE, &error))
        }
    })
}

/// The refusal of a session that lacks a permission.
pub(super) fn forbidden(permission: Permission) -> Response {
    let message = format!("this is not allowed to you (it needs the permission {permission})");
    refuse(StatusCode::FORBIDDEN, &fault(message, "FORBIDDEN", false))
}

/// An answer that is a refusal, in the form of GraphQL's errors.
pub(super) fn refuse(status: StatusCode, error: &ServerError) -> Response {
    let body = json!({ "errors": [error] }).to_string();
    let headers = [(header::CONTENT_TYPE, JSON), (header::VARY, VARY)];
    let mut response = (status, headers, body).into_response();
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

type Acknowledged = Pin<Box<dyn Future<Output = Result<SocketSession, AuthError>> + Send>>;

/// Who opens a websocket; the socket closes when the token is revoked or ends.
pub(super) fn authenticate_socket(
    authenticator: Authenticator,
) -> impl Fn(Credentials) -> Acknowledged + Send + Sync + 'static {
    let authenticator = Arc::new(authenticator);
    move |credentials| {
        let authenticator = Arc::clone(&authenticator);
        Box::pin(async move {
            let shown = credentials.browser.as_ref().and_then(|headers| {
                browser::shown(headers, browser::is_secure(headers, authenticator.browsers()))
            });
            let found = match (credentials.token(), shown) {
                (Some(token), _) => authenticator.authenticate(token, credentials.peer, OriginKind::Page),
                (None, Some(shown)) => authenticator.authenticate_browser(shown),
                (None, None) => Err(Denied::Refused),
            };
            let session = found.map_err(|denied| match denied {
                Denied::Refused => AuthError::Refused,
                Denied::Unreadable => AuthError::Unavailable,
            })?;
            let mut data = Data::default();
            data.insert(session);
            let (look, wait) = (Arc::clone(&authenticator), Arc::clone(&authenticator));
            // Places are counted for each token: one program can't take those of the others.
            let acknowledged = SocketSession::new(session.token_id, data);
            Ok(acknowledged
                .while_open(move || look.is_open(&session))
                .until(async move { wait.ended(session).await }))
        })
    }
}
