use std::{io::IsTerminal as _, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use mediary_actors::{
    download::Library,
    file::{Standing, is_away},
    job::Desk,
    net::{self, Gateway, Guard, Net},
    process::{Environment, Runner, kill_children},
    reaction::{self, Reacted},
    staging::Staging,
    supervisor::{LocalWorker, SupervisorHandle, reconcile},
};
use mediary_api::{
    App, Platform,
    connections::{self, Tls},
    limits,
    session::Authenticator,
    websocket,
};
use mediary_events::{
    lane,
    worker::{Command, Worker},
};
use mediary_log::{
    Log, Options as LogOptions, Origin, OriginKind,
    fanout::RelayHandle,
    gate::{Caller, Gate},
    signal::SignalHub,
    token::Tokens,
    work,
};
use mediary_projections::Views;
use mediary_schema::{
    Clock, IdSource, IncarnationId, Secret,
    job::WorkKind,
    worker::{Offer, WorkerLife},
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
};
use uuid::Uuid;

use super::{ServeError, access, built, fanout::Fanout, observe, settings};
use crate::{
    configuration::Configuration,
    environment, spawn, telemetry,
    tree::{self, Roots},
};

/// How long open requests may go on when the server stops.
const REQUESTS_END_WITHIN: Duration = Duration::from_secs(3);
/// The exit status when the log can't be written: the service manager starts it again (`EX_IOERR`).
const EXIT_LOG_FAILED: i32 = 74;

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    log: Log,
    pub(super) views: Views,
    supervisor: SupervisorHandle,
    relay: Option<RelayHandle>,
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
pub async fn start(configuration: Configuration) -> Result<Server, ServeError> {
    let configuration = configuration.absolute().map_err(ServeError::WorkingFolder)?;
    telemetry::log_to_stderr(&configuration.logging);
    let recorder = telemetry::recorder();
    let tls = tls(&configuration)?;
    // The address comes first: a port in use costs nothing.
    let listener = listen(configuration.listen).await?;
    let address = listener
        .local_addr()
        .map_err(|source| ServeError::Listen { address: configuration.listen, source })?;
    prepare_data(&configuration)?;

    let (clock, ids) = (Clock::system(), IdSource::system());
    // Before the library is made: it would say that this folder had a log.
    let log = open_log(&configuration, &clock, &ids)?;
    prepare_library(&configuration, &log)?;
    log.announce(&address.to_string()).map_err(ServeError::Announce)?;
    let reactions = reaction::all(tree::retry(&configuration));
    let gate = Gate::new(log.clone(), clock.clone(), ids, work::REGISTRY)
        .with_retry(tree::retry(&configuration))
        .with_reactions(reactions.iter().cloned());
    let runner = Runner::new(log.id(), Environment::of(environment::variables()));
    for orphan in runner.end_orphans().await {
        tracing::warn!(?orphan, "ended a process that an earlier run left behind");
    }
    let gateway = way_out(&configuration, &clock).await?;
    let views = Views::start(&log, &configuration.data).map_err(ServeError::Views)?;
    let first_token = access::ensure_local_token(&gate, &configuration.data).await?;
    let worker = begin_life(&gate);
    join(&gate, worker).await?;
    let tokens = Tokens::start(&log, clock).map_err(ServeError::Accounts)?;

    let signals = SignalHub::default();
    let names: Vec<_> = reactions.iter().map(|reaction| reaction.name()).collect();
    let (reacted, reacted_to) = Reacted::new(names.iter().copied());
    let (held, held_now) = watch::channel(lane::State::default());
    let (library, library_now) = watch::channel(Standing::default());
    let path_folders = runner.environment().path_folders();
    let roots = Roots {
        gate: gate.clone(),
        desk: Desk::new(log.clone()),
        worker,
        signals: signals.clone(),
        tools: tree::tools(&configuration, path_folders),
        runner,
        gateway,
        reactions,
        reacted,
        held: Arc::new(held),
        library: Arc::new(library),
    };
    let mut fanout = Fanout::open(&configuration, &roots)?;
    let supervisor =
        tree::grow(&roots, &configuration, fanout.child.take()).await.map_err(ServeError::Actors)?;
    let relay = fanout.start(&gate, &tokens, &signals);

    // Beside everything else: a start waits for nothing that grows with the log.
    let proof = log.prove_in_background();
    let (stopping, stopped) = watch::channel(false);
    let limits = limits::Options::default();
    let parts = supervisor.watch();
    let world = observe::World { lanes: held_now.clone(), library: library_now };
    let readiness = observe::readiness(&log, &views, world, relay.as_ref(), proof, parts.clone());
    let platform = Platform {
        gate: gate.clone(),
        views: views.clone(),
        signals,
        reacted: reacted_to,
        tokens: tokens.clone(),
        held: held_now,
        reactions: names,
        verifying: Arc::new(Semaphore::new(1)),
        parts: observe::parts(parts),
    };
    let app = App {
        schema: mediary_api::build(platform, &limits),
        log: log.clone(),
        views: views.clone(),
        authenticator: Authenticator::new(tokens),
        readiness,
        settings: {
            let configuration = configuration.clone();
            Arc::new(move || settings::settings(&configuration))
        },
        metrics: observe::metrics(recorder, &log, &views),
        limits,
        sockets: websocket::Options {
            origins: configuration.origins.clone(),
            ..websocket::Options::default()
        },
        stopping: stopped.clone(),
    };
    let local = LocalWorker { life: worker, offer: offer() };
    let agreeing =
        spawn::part(reconcile(gate, local, supervisor.resumer(), supervisor.watch(), stopped.clone()));
    let http = spawn::part(connections::serve(listener, app.router(), places(), tls, stopped));
    if configuration.is_overheard() {
        tracing::warn!(
            %address,
            "tokens travel in the clear beyond this machine: set tls_certificate and tls_key, or put a reverse \
             proxy with TLS in front"
        );
    }
    tracing::info!(%address, data = %configuration.data.display(), position = log.head().position, "serving");
    Ok(Server { address, log, views, supervisor, relay, stopping, http, agreeing, first_token })
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
        self.agreeing.abort();
        let views = self.views;
        if tokio::task::spawn_blocking(move || views.stop()).await.is_err() {
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
                    "Set-up for a browser, valid for an hour: {url}/graphql#token={}",
                    token.reveal()
                ));
                crate::say("Later, `mediary token setup` makes a new one.");
            }
            Some(_) => crate::say("`mediary token setup` makes a link that signs a browser in."),
            None => {}
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::AddressInUse { address },
        _ => ServeError::Listen { address, source },
    })
}

/// Makes a folder for its owner only.
fn make(path: &Path) -> Result<(), ServeError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(path);
    made.map_err(|source| ServeError::Folder { path: path.to_owned(), source })
}

/// Makes the data folder, and nothing in it that says that it had a log.
fn prepare_data(configuration: &Configuration) -> Result<(), ServeError> {
    use std::os::unix::fs::PermissionsExt as _;
    let data = &configuration.data;
    make(data)?;
    // It may have been there before, open to everybody: the log has addresses with keys in them.
    std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700))
        .map_err(|source| ServeError::Folder { path: data.clone(), source })
}

/// The one client for other machines, and the gateway for children that fetch.
async fn way_out(configuration: &Configuration, clock: &Clock) -> Result<Gateway, ServeError> {
    let section = &configuration.net;
    let options = net::Options {
        guard: Guard::new(configuration.allow_network.iter().copied()),
        upstream: section.upstream().map_err(ServeError::Proxy)?,
        answers_within: Duration::from_secs(configuration.ytdlp.socket_timeout_s),
        bytes_per_second: section.bytes_per_second,
        connections_per_host: section.connections_per_host,
        cache_bytes_max: section.cache_bytes_max,
        clock: clock.clone(),
        ..net::Options::in_folder(configuration.data.join("cache/net"))
    };
    let net = Net::try_new(options).map_err(ServeError::Net)?;
    Gateway::open(net).await.map_err(ServeError::Net)
}

/// Makes the folders beside the log, and tries how files get into the library, unless that is not there: nothing is
/// made under the mount point of a disk that is missing.
fn prepare_library(configuration: &Configuration, log: &Log) -> Result<(), ServeError> {
    let data = &configuration.data;
    let library = Library::new(configuration.library_folder());
    for folder in [&data.join("staging"), &data.join("output")] {
        make(folder)?;
    }
    // A log that can't be read now says nothing of what should be there: the keeper asks it again.
    if is_away(log, library.root()).unwrap_or(true) {
        return Ok(());
    }
    make(library.root())?;
    // What can't be placed is not fetched first.
    match library.probe(&Staging::beside(library.root()), "") {
        Err(unusable) if unusable.is_full() => {
            tracing::warn!("the library's disk is full");
            Ok(())
        }
        Err(source) => Err(ServeError::Library { path: library.root().to_owned(), source }),
        Ok(_) => Ok(()),
    }
}

fn open_log(configuration: &Configuration, clock: &Clock, ids: &IdSource) -> Result<Log, ServeError> {
    let options = LogOptions {
        cache_bytes: configuration.log.cache_bytes,
        reserve_bytes: configuration.log.reserve_bytes,
        on_fatal: Arc::new(|fatal| {
            crate::say(&format!("the log can't be written: {fatal}; nothing that was acknowledged is lost"));
            // Nobody stops them now, and the next start would have to.
            kill_children();
            std::process::exit(EXIT_LOG_FAILED);
        }),
        clock: clock.clone(),
        not_before: if configuration.log.accept_clock { None } else { built::not_before() },
        ids: ids.clone(),
        host: environment::machine(),
        ..LogOptions::new(&configuration.data)
    };
    Log::open(options).map_err(ServeError::Log)
}

/// A life of the local worker begins.
fn begin_life(gate: &Gate) -> WorkerLife {
    WorkerLife {
        worker_id: gate.identities().local_worker(gate.log().id()),
        incarnation_id: IncarnationId::from_uuid(gate.ids().next()),
    }
}

fn offer() -> Offer {
    Offer { kinds: WorkKind::ALL.to_vec() }
}

/// Tells that the local worker is there; what it had leased in an earlier run is told to be lost by the performers.
async fn join(gate: &Gate, worker: WorkerLife) -> Result<(), ServeError> {
    let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
    let command = Command::Join { incarnation_id: worker.incarnation_id, offer: offer() };
    let caller = Caller::platform(origin, gate.ids());
    match gate.execute::<Worker>(caller, worker.worker_id.uuid(), command).await {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.is_retryable() => {
            tracing::warn!(%refusal, "the start of the worker is not recorded yet");
            Ok(())
        }
        Err(refusal) => Err(ServeError::Refused(refusal)),
    }
}

/// What is spoken with other machines, if it was configured.
fn tls(configuration: &Configuration) -> Result<Option<Tls>, ServeError> {
    let files = configuration.tls_certificate.as_deref().zip(configuration.tls_key.as_deref());
    files.map(|(certificate, key)| Tls::open(certificate, key).map_err(ServeError::Tls)).transpose()
}

/// As many connections as the files of this process allow.
fn places() -> connections::Options {
    let files_max = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    connections::Options::within_files(files_max.unwrap_or(u64::MAX))
}
