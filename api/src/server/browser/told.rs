//! What a page is told of whoever looks at it.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use mediary_events::account::State;
use mediary_log::work::account::session::renews_at;
use mediary_schema::{PrincipalId, ProjectId, SessionId, account::Role, capability::Capabilities};
use serde::Serialize;

use super::forgery;
use crate::session::Session;

/// What `GET /v1/session` answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    viewer: Option<Viewer>,
    /// Whether anybody can sign in.
    is_set_up: bool,
    /// What this server offers at all.
    capabilities: Vec<&'static str>,
}

/// Whoever is signed in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Viewer {
    principal_id: PrincipalId,
    name: String,
    #[serde(serialize_with = "in_capitals")]
    role: Role,
    permissions: Vec<&'static str>,
    project_id: ProjectId,
    session: Signed,
    csrf: String,
}

impl std::fmt::Debug for Viewer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Viewer").field("principal_id", &self.principal_id).finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    id: SessionId,
    expires_at: String,
    renews_at: String,
}

/// As GraphQL has it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn in_capitals<S: serde::Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match role {
        Role::Viewer => "VIEWER",
        Role::Editor => "EDITOR",
        Role::Owner => "OWNER",
    })
}

/// What is told of accounts to somebody who may be signed in, by what his browser shows.
pub(super) fn told(state: &State, capabilities: Capabilities, signed_in: Option<(&Session, &str)>) -> Told {
    let viewer = signed_in.and_then(|(session, shown)| viewer(state, session, shown));
    let is_set_up = state.users.values().any(|user| user.password.is_some());
    Told { viewer, is_set_up, capabilities: capabilities.names().collect() }
}

fn viewer(state: &State, session: &Session, shown: &str) -> Option<Viewer> {
    let (id, expires_at) = (session.session_id?, session.expires_at?);
    let user = state.users.get(&session.speaks_as)?;
    Some(Viewer {
        principal_id: session.speaks_as,
        name: user.name.clone(),
        role: session.rights.role,
        permissions: session.rights.names_in(session.project).collect(),
        project_id: session.project,
        session: Signed {
            id,
            expires_at: expires_at.to_string(),
            renews_at: renews_at(expires_at).to_string(),
        },
        csrf: forgery::word(shown),
    })
}

impl Told {
    /// The answer, with the cookie that it sets or takes away, if it does.
    pub(super) fn with(self, cookie: Option<HeaderValue>) -> Response {
        let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        let mut response = (headers, Json(self)).into_response();
        if let Some(cookie) = cookie {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}
