use std::{io::IsTerminal as _, net::SocketAddr, sync::Arc, time::Duration};

use mediary_actors::{
    process::{Host, kill_children},
    supervisor::SupervisorHandle,
    workspace::Hands,
};
use mediary_api::connections;
use mediary_log::{Log, alarm::Leaps, fanout::RelayHandle};
use mediary_projections::{Views, telemetry::Telemetry};
use mediary_schema::{Clock, Secret};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{sync::watch, task::JoinHandle};

use super::{
    ServeError, face, library,
    steps::{Entrance, Readers, Record, Work, World},
    worker,
};
use crate::{configuration::Configuration, environment, spawn, telemetry};

/// How long open requests may go on when the server stops.
pub(super) const REQUESTS_END_WITHIN: Duration = Duration::from_secs(3);

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    log: Log,
    pub(super) views: Views,
    telemetry: Telemetry,
    supervisor: SupervisorHandle,
    relay: Option<RelayHandle>,
    host: Option<Host>,
    stopping: watch::Sender<bool>,
    pub(super) http: JoinHandle<std::io::Result<()>>,
    pub(super) agreeing: JoinHandle<()>,
    first_token: Option<Secret>,
}

/// Serves until it is asked to stop: the first signal lets work end, the second ends at once.
pub async fn run(configuration: Configuration) -> Result<(), ServeError> {
    let mut signals = environment::Signals::listen().map_err(ServeError::Signals)?;
    let mut server = start(configuration).await?;
    server.greet();
    let ended = tokio::select! {
        () = signals.next() => {
            tracing::info!("stopping; a second signal ends at once");
            Ok(())
        }
        part = server.ended() => {
            tracing::error!(part, "a part ended, which nobody asked for; the server stops");
            Err(ServeError::PartEnded { part })
        }
    };
    tokio::select! {
        () = server.stop() => ended,
        () = signals.next() => {
            tracing::warn!("ended at once");
            kill_children();
            std::process::exit(130)
        }
    }
}

/// Starts every part and answers once requests are taken.
///
/// Each step is given what the steps before it made, so that their order is held by the compiler as far as it can be;
/// the rest is said beside them.
pub async fn start(configuration: Configuration) -> Result<Server, ServeError> {
    start_with(configuration, Surroundings::default()).await
}

/// What a server takes from where it runs, for those who run it elsewhere.
#[derive(Debug)]
pub struct Surroundings {
    /// Who does the work; none is this process.
    pub hands: Option<Arc<dyn Hands>>,
    /// Where time comes from.
    pub clock: Clock,
    /// Who tells that it was set; none is the kernel.
    pub leaps: Option<Leaps>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { hands: None, clock: Clock::system(), leaps: None }
    }
}

/// The same, elsewhere.
pub async fn start_with(
    configuration: Configuration,
    surroundings: Surroundings,
) -> Result<Server, ServeError> {
    let Surroundings { hands, clock, leaps } = surroundings;
    let configuration = configuration.absolute().map_err(ServeError::WorkingFolder)?;
    // First: every step may have something to tell.
    telemetry::log_to_stderr(&configuration.logging);
    let recorder = telemetry::recorder();
    // Before anything is written: a port in use, or a certificate that can't be read, costs nothing.
    let entrance = Entrance::open(&configuration).await?;
    // Before whatever reads it or is told in it; the folders are made once the log has said what should be there.
    let record = Record::open(&configuration, entrance.address, clock, leaps)?;
    // Before any work: what an earlier run left behind writes into the same folders.
    let world = World::clear(&configuration, &record).await?;
    // Before whoever asks them; they catch up beside everything else.
    let readers = Readers::start(&configuration, &record).await?;
    // Before the parts that act in its name.
    let worker = worker::join(&record.gate).await?;
    // Before whoever looks after the roots.
    library::register(&record.gate, configuration.library_folder()).await?;
    // Before the first request: a command that is accepted finds who carries it out.
    let work = Work::start(&configuration, &record, &readers, world, worker, hands).await?;
    // Beside everything else: a start waits for nothing that grows with the log.
    let proof = record.log.prove_in_background();
    let (stopping, stopped) = watch::channel(false);
    let agreeing = spawn::part(work.agree(record.gate.clone(), worker, stopped.clone()));
    // Last: whoever comes in finds all of it.
    let app = face::app(&configuration, &record, &readers, &work, recorder, proof, stopped.clone());
    let Entrance { listener, address, tls } = entrance;
    let http = spawn::part(connections::serve(listener, app.router(), places(), tls, stopped));

    if configuration.is_overheard() {
        tracing::warn!(
            %address,
            "tokens travel in the clear beyond this machine: set tls_certificate and tls_key, or put a reverse \
             proxy with TLS in front"
        );
    }
    let Record { log, .. } = record;
    tracing::info!(%address, data = %configuration.data.display(), position = log.head().position, "serving");
    let Readers { views, telemetry, first_token, .. } = readers;
    let Work { supervisor, relay, host, .. } = work;
    Ok(Server {
        address,
        log,
        views,
        telemetry,
        supervisor,
        relay,
        host,
        stopping,
        http,
        agreeing,
        first_token,
    })
}

impl Server {
    /// The address that is listened on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the server for a browser on this machine.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The log, to look at.
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// Waits for the first part that ends although nobody asked for it, and names it.
    pub(super) async fn ended(&mut self) -> &'static str {
        let relay = async {
            match &mut self.relay {
                Some(relay) => relay.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = &mut self.http => "http",
            _ = &mut self.agreeing => "reconciler",
            () = self.supervisor.ended() => "supervisor",
            () = relay => "fanout",
            view = self.views.ended() => view,
        }
    }

    /// Stops: no new requests, then the actors in their order, the views, and the log last.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        let mut http = self.http;
        if !http.is_finished() && tokio::time::timeout(REQUESTS_END_WITHIN, &mut http).await.is_err() {
            tracing::warn!("requests that were still open are cut off");
            http.abort();
        }
        if let Some(relay) = self.relay {
            relay.stop().await;
        }
        self.supervisor.stop().await;
        // After the attempts that had their runs from it.
        if let Some(host) = self.host {
            host.end().await;
        }
        self.agreeing.abort();
        let (views, telemetry) = (self.views, self.telemetry);
        let stop = move || {
            // After whoever measures.
            telemetry.stop();
            views.stop();
        };
        if tokio::task::spawn_blocking(stop).await.is_err() {
            tracing::error!("a view panicked while stopping");
        }
        self.log.close().await;
        tracing::info!("stopped");
    }

    /// Says on stderr where it is to be found.
    fn greet(&self) {
        let url = self.url();
        crate::say(&format!("Mediary serves on {url} (GraphQL: {url}/graphql)"));
        match &self.first_token {
            // What a service manager writes down is read by others.
            Some(token) if std::io::stderr().is_terminal() => {
                crate::say(&format!(
                    "Choose a name and a password in a browser, within an hour: {url}/#token={}",
                    token.reveal()
                ));
                crate::say("Later, `mediary token setup` makes a new link.");
            }
            Some(_) => crate::say("`mediary token setup` makes a link by which a browser is signed in."),
            None => {}
        }
    }
}

/// As many connections as the files of this process allow, which are as many as connections need, if the system lets it.
pub(super) fn places() -> connections::Options {
    /// What sessions and services mostly begin with is less, for programs of long ago; they may have more if they ask.
    const FILES_WANTED: u64 = 8_192;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let allowed = maximum.map_or(FILES_WANTED, |maximum| maximum.min(FILES_WANTED));
    let files_max = match current {
        Some(files) if files < allowed => {
            let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), maximum });
            raised.map_or(files, |()| allowed)
        }
        Some(files) => files,
        None => u64::MAX,
    };
    connections::Options::within_files(files_max)
}
