//! GraphQL over HTTP, and who sends it.

use std::{pin::Pin, sync::Arc};

use async_graphql::{BatchRequest, Data, ServerError};
use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use mediary_log::{OriginKind, token::Denied};
use serde_json::json;

use super::{
    fault::fault,
    websocket::{AuthError, Credentials, Session as SocketSession},
};
use crate::{
    MediarySchema,
    session::{Authenticator, Session},
};

/// The header by which a program says that it is the command line.
const CLIENT: &str = "mediary-client";
/// Requests of one batch.
const BATCH_MAX: usize = 20;

/// What answers GraphQL.
#[derive(Clone)]
pub(super) struct Entrance {
    pub(super) schema: MediarySchema,
    pub(super) authenticator: Authenticator,
}

/// Answers a request or a batch of them.
pub(super) async fn execute(State(entrance): State<Entrance>, headers: HeaderMap, body: Bytes) -> Response {
    let origin = match headers.get(CLIENT).and_then(|value| value.to_str().ok()) {
        Some("cli") => OriginKind::Cli,
        Some(_) | None => OriginKind::Page,
    };
    let session = match authenticate(&entrance.authenticator, &headers, origin) {
        Ok(session) => session,
        Err(refused) => return refused,
    };
    let batch: BatchRequest = match serde_json::from_slice(&body) {
        Ok(batch) => batch,
        Err(error) => {
            let message = format!("the body is no GraphQL request in JSON: {error}");
            return refuse(StatusCode::BAD_REQUEST, fault(message, "BAD_REQUEST", false));
        }
    };
    if let BatchRequest::Batch(requests) = &batch
        && requests.len() > BATCH_MAX
    {
        let message = format!("a batch has at most {BATCH_MAX} requests");
        return refuse(StatusCode::BAD_REQUEST, fault(message, "BATCH_TOO_LARGE", false));
    }
    let answer = entrance.schema.execute_batch(batch.data(session)).await;
    (answer.http_headers(), Json(answer)).into_response()
}

/// The session of whoever sent the headers, or the refusal to be sent.
pub(super) fn authenticate(
    authenticator: &Authenticator,
    headers: &HeaderMap,
    origin: OriginKind,
) -> Result<Session, Response> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = shown.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim).unwrap_or_default();
    let refused = |message: &str| refuse(StatusCode::UNAUTHORIZED, fault(message, "UNAUTHENTICATED", false));
    if token.is_empty() {
        return Err(refused(
            "show a token in the header `Authorization: Bearer …`; `mediary token setup` makes one",
        ));
    }
    authenticator.authenticate(token, origin).map_err(|denied| match denied {
        Denied::Refused => refused("the token is not valid; `mediary token setup` makes a new one"),
        Denied::Unreadable => {
            let error = fault(denied.to_string(), "ACCOUNTS_UNREADABLE", false);
            refuse(StatusCode::SERVICE_UNAVAILABLE, error)
        }
    })
}

fn refuse(status: StatusCode, error: ServerError) -> Response {
    let errors = vec![error];
    (status, Json(json!({ "errors": errors }))).into_response()
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
            let token = credentials.token().ok_or(AuthError::Refused)?;
            let session =
                authenticator.authenticate(token, OriginKind::Page).map_err(|denied| match denied {
                    Denied::Refused => AuthError::Refused,
                    Denied::Unreadable => AuthError::Unavailable,
                })?;
            let mut data = Data::default();
            data.insert(session);
            let (look, wait) = (Arc::clone(&authenticator), Arc::clone(&authenticator));
            let acknowledged = SocketSession::new(session.principal, data);
            Ok(acknowledged
                .while_open(move || look.is_open(&session))
                .until(async move { wait.ended(session).await }))
        })
    }
}
