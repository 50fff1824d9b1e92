//! A replay that can be asked: GraphQL and the page on views that stand, and nothing that acts.
//!
//! Guarantees: no actor, relay, child program or client is made; who comes in shows the one token of this replay, which
//! lies in its folder and is gone with it, and no token of the log lets anybody in.

use std::{collections::HashMap, net::SocketAddr, path::Path, sync::Arc};

use futures::future::{BoxFuture, FutureExt as _};
use mediary_api::{
    Ending, Outputs, Parts, Platform, Queue, ReplayApp, connections, limits, session::Authenticator,
};
use mediary_log::{
    Log,
    alarm::{Alarms, Leaps},
    check::Checks,
    gate::Gate,
    signal::SignalHub,
    token::Tokens,
    vault::Vault,
    work,
};
use mediary_projections::{Views, telemetry::Telemetry};
use mediary_schema::{
    AttemptId, CheckId, Clock, IdSource, JobId, RunId,
    check::KeptLog,
    job::Output,
    lane::Load,
    root::Standings,
    setting::{QuotaOf, QuotaUse},
    site::Pace,
    ticket::Wait,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::timeout,
};

use super::{
    ServeError, access,
    server::{REQUESTS_END_WITHIN, places},
    steps,
};
use crate::spawn;

/// A replay that is asked.
#[derive(Debug)]
pub(crate) struct ReplayServer {
    address: SocketAddr,
    log: Log,
    views: Views,
    stopping: watch::Sender<bool>,
    http: JoinHandle<std::io::Result<()>>,
}

impl ReplayServer {
    /// Takes the address before anything is built: one in use costs nothing.
    pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
        steps::listen(address).await
    }

    /// Answers what is asked of views that stand, whose log is a copy in a folder of its own.
    pub(crate) async fn start(
        listener: TcpListener,
        log: Log,
        views: Views,
        ending: Ending,
        folder: &Path,
    ) -> Result<Self, ServeError> {
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let address =
            listener.local_addr().map_err(|source| ServeError::Listen { address: unknown, source })?;
        let clock = Clock::system();
        // Of the copy: what is recorded there is behind the end of the replay, and goes with it.
        let gate = Gate::new(log.clone(), clock.clone(), IdSource::system(), work::REGISTRY);
        let token_id = access::write_local_token(&gate, folder).await?;
        log.announce(&address.to_string()).map_err(ServeError::Announce)?;
        let tokens = Tokens::start(&log, Alarms::start(clock.clone(), Leaps::system()));
        let tokens = tokens.map_err(ServeError::Accounts)?;
        let limits = limits::Options::default();
        let platform = Platform {
            gate,
            views: views.clone(),
            telemetry: Telemetry::none(clock.clone()),
            signals: SignalHub::default(),
            reacted: watch::channel(0).1,
            tokens: tokens.clone(),
            vault: Vault::start(&log, folder, None).map_err(ServeError::Vault)?,
            queue: Arc::new(Nobody),
            checks: Checks::default(),
            outputs: Arc::new(Nobody),
            standings: watch::channel(Standings::default()).1,
            reactions: Vec::new(),
            verifying: Arc::new(Semaphore::new(1)),
            parts: Parts::new(Vec::new),
        };
        let app = ReplayApp {
            schema: mediary_api::build_replay(platform, &limits, ending),
            authenticator: Authenticator::new(tokens).only(token_id),
            limits,
        };
        let (stopping, stopped) = watch::channel(false);
        let http = spawn::part(connections::serve(listener, app.router(), places(), None, stopped));
        Ok(Self { address, log, views, stopping, http })
    }

    /// Where it is asked, by who is on this machine.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether others than this machine hear what is asked.
    pub(crate) const fn is_overheard(&self) -> bool {
        !self.address.ip().is_loopback()
    }

    /// Waits until it ends though nobody asked for it.
    pub(crate) async fn ended(&mut self) -> ServeError {
        // It has no other end: whoever stops it has taken it.
        drop((&mut self.http).await);
        ServeError::PartEnded { part: "http" }
    }

    /// Stops: no new requests, then the views and the copy of the log.
    pub(crate) async fn stop(self) {
        let Self { log, views, stopping, mut http, .. } = self;
        stopping.send_replace(true);
        if !http.is_finished() && timeout(REQUESTS_END_WITHIN, &mut http).await.is_err() {
            http.abort();
        }
        if tokio::task::spawn_blocking(move || views.stop()).await.is_err() {
            tracing::error!("a view panicked while stopping");
        }
        log.close().await;
    }
}

/// Who gives jobs out, and keeps what they write: in a replay nobody does.
#[derive(Debug)]
struct Nobody;

impl Queue for Nobody {
    fn waits(&self, _: Vec<JobId>) -> BoxFuture<'static, HashMap<JobId, Wait>> {
        async { HashMap::new() }.boxed()
    }

    fn lanes(&self) -> BoxFuture<'static, Vec<Load>> {
        async { Vec::new() }.boxed()
    }

    fn quota_uses(&self, _: Vec<QuotaOf>) -> BoxFuture<'static, HashMap<QuotaOf, QuotaUse>> {
        async { HashMap::new() }.boxed()
    }

    fn paces(&self, _: Vec<String>) -> BoxFuture<'static, HashMap<String, Pace>> {
        async { HashMap::new() }.boxed()
    }

    fn bytes_in_trash(&self) -> BoxFuture<'static, Option<u64>> {
        async { None }.boxed()
    }
}

impl Outputs for Nobody {
    fn read(&self, _: AttemptId, _: u64, _: usize) -> BoxFuture<'static, Option<Output>> {
        async { None }.boxed()
    }

    fn read_look(&self, _: (CheckId, RunId), _: u64, _: usize) -> BoxFuture<'static, Option<Output>> {
        async { None }.boxed()
    }

    fn looks(&self, _: CheckId) -> BoxFuture<'static, Vec<KeptLog>> {
        async { vec![] }.boxed()
    }

    fn check_of(&self, _: RunId) -> BoxFuture<'static, Option<CheckId>> {
        async { None }.boxed()
    }
}
