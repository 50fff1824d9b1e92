//! Every route, and who may use it: nothing but `/healthz`, `/readyz`, pages without data and the door by which people sign
//! in is answered to somebody who shows neither a token nor a session; a file also to whoever shows a signed link to it, a report of
//! a check is taken of whoever shows the key of its project, and how a check is, is told to everybody if somebody made it public.

use std::{fmt, io, sync::Arc};

use axum::{
    Extension, Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use mediary_log::{Attached, BackupSettings, Log, check::Checks, gate::Gate, vault::Vault};
use mediary_projections::{Views, telemetry::Telemetry};
use mediary_schema::ProjectId;
use tokio::sync::watch;

use super::{
    archive, backup,
    browser::Door,
    compression::compression,
    export,
    fault::fault,
    files::{Files, KeptFiles},
    graphql,
    limits::{self, limit_requests},
    page,
    peer::{Proxies, name_client},
    ping::Ping,
    run_hook::RunHook,
    spawn_blocking,
    status::Status,
    websocket::{self, Sockets},
    writing::Writing,
};
use crate::{
    MediarySchema,
    session::{Authenticator, Session},
};

/// Whether the server can do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Whether it can.
    pub is_ready: bool,
    /// Each part with its state, a line each.
    pub parts: Vec<(String, String)>,
}

/// What the HTTP server is made of.
#[derive(Clone)]
pub struct App {
    /// What answers GraphQL.
    pub schema: MediarySchema,
    /// The way to append, for whoever signs in.
    pub gate: Gate,
    /// Where the hashes of passwords lie.
    pub vault: Vault,
    /// The log, for exports.
    pub log: Log,
    /// What is shown, for archives.
    pub views: Views,
    /// What was measured, for whatever is public of it.
    pub telemetry: Telemetry,
    /// What is known of checks beside the log, and how reports are heard.
    pub checks: Checks,
    /// Opens kept files.
    pub kept: Arc<dyn KeptFiles>,
    /// Who knows the tokens.
    pub authenticator: Authenticator,
    /// Asks every part how it is.
    pub readiness: Arc<dyn Fn() -> Readiness + Send + Sync>,
    /// Writes the metrics in Prometheus' text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Reads the files that belong to a backup and are no events, by their paths in the folder.
    pub settings: Arc<dyn Fn() -> io::Result<BackupSettings> + Send + Sync>,
    /// Copies what goes along with a backup if that is asked for.
    pub attached: Arc<dyn Fn() -> io::Result<Vec<Attached>> + Send + Sync>,
    /// Reverse proxies that are believed.
    pub proxies: Proxies,
    /// Limits on requests.
    pub limits: limits::Options,
    /// Limits on websockets.
    pub sockets: websocket::Options,
    /// True once the server stops.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// Every route.
    pub fn router(self) -> Router {
        let sockets = Sockets::new(
            self.schema.clone(),
            graphql::authenticate_socket(self.authenticator.clone()),
            self.sockets.clone(),
            self.stopping.clone(),
        );
        let graphql = Router::new()
            .route("/graphql", page::graphiql().post(graphql::execute))
            .with_state(self.schema.clone());
        let door = Door::new(self.gate.clone(), self.vault.clone(), self.authenticator.clone()).routes();
        // What it answers is a stream, to whoever shows a token, a session or a link: it asks for them itself.
        let files = Files::new(
            self.gate.clone(),
            self.vault.clone(),
            self.authenticator.clone(),
            Arc::clone(&self.kept),
        );
        // Whoever reports shows the key of a project, and nothing else.
        let ping = Ping::new(self.gate.clone(), self.vault.clone(), self.checks.clone()).routes();
        // Whoever has a check looked at signs that he may.
        let run_hook = RunHook::new(self.gate.clone(), self.vault.clone()).routes();
        // What somebody made public is everybody's.
        let status = Status::new(
            self.views.clone(),
            self.checks.clone(),
            self.telemetry.clone(),
            self.gate.clock().clone(),
        );
        let guarded = Router::new()
            .route("/metrics", get(metrics))
            .route("/v1/download/archive", get(archive::archive))
            .route("/v1/log/export", get(export::bundle))
            .route("/v1/log/backup", get(backup::whole))
            .layer(Extension(Writing::new(self.authenticator.clone())))
            .layer(from_fn_with_state(self.clone(), require_token))
            .with_state(self.clone());
        let proxies = self.proxies.clone();
        let compressed = Router::new()
            .merge(
                limit_requests(graphql, &self.limits)
                    .layer(from_fn_with_state(self.authenticator.clone(), graphql::require_session)),
            )
            .merge(page::routes())
            .merge(limit_requests(status.routes(), &self.limits))
            .fallback(page::room)
            .layer(compression());
        Router::new()
            .merge(compressed)
            .merge(limit_requests(door, &self.limits))
            .merge(limit_requests(ping, &self.limits))
            .merge(limit_requests(run_hook, &self.limits))
            .merge(guarded)
            .merge(files.routes())
            .route("/graphql/ws", sockets.route())
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(readyz).with_state(self))
            .layer(from_fn_with_state(proxies, name_client))
    }
}

async fn readyz(State(app): State<App>) -> Response {
    let readiness = (app.readiness)();
    let status = if readiness.is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let lines: Vec<String> = readiness.parts.iter().map(|(part, state)| format!("{part}: {state}")).collect();
    let body = lines.join("\n") + "\n";
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}

async fn metrics(State(app): State<App>, Extension(session): Extension<Session>) -> Response {
    // They count what is the installation's, whosever it is.
    if session.project != ProjectId::HOME {
        let message = "metrics are the installation's: a token of the project `home` reads them";
        return graphql::refuse(StatusCode::FORBIDDEN, &fault(message, "FORBIDDEN", false));
    }
    // Some are read off the log and the views.
    match spawn_blocking(move || (app.metrics)()).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn require_token(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match graphql::authenticate(&app.authenticator, &request) {
        Ok(session) => {
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        Err(refused) => *refused,
    }
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("App").field("limits", &self.limits).finish_non_exhaustive()
    }
}
