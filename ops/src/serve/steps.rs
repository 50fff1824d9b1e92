//! The steps of a start, each a value that those after it are made of. Their order, and why: [`super::start`].

use std::{net::SocketAddr, sync::Arc, time::Duration};

use mediary_actors::{
    file::ChapterReader,
    job::Desk,
    net::{self, Gateway, Guard, Net},
    process::{Environment, Host, Outputs, Runner, kill_children},
    reaction::Reacted,
    resource::{Budgets, Resources},
    supervisor::{LocalWorker, SupervisorHandle, reconcile},
    workspace::Hands,
    ytdlp,
};
use mediary_api::connections::Tls;
use mediary_events::lane;
use mediary_log::{
    Log, Options as LogOptions,
    alarm::{Alarms, Leaps},
    check::Checks,
    fanout::RelayHandle,
    gate::{Gate, Reaction},
    signal::SignalHub,
    telemetry::Samples,
    token::Tokens,
    vault::Vault,
    work,
};
use mediary_projections::{
    Views,
    telemetry::{Telemetry, TelemetryOptions},
};
use mediary_schema::{
    Clock, IdSource, Secret, capability::Capabilities, root::Standings, worker::WorkerLife,
};
use tokio::{net::TcpListener, sync::watch};

use super::{ServeError, access, built, fanout::Fanout, folders, worker};
use crate::{
    configuration::Configuration,
    environment,
    tree::{self, Roots},
};

/// The exit status when the log can't be written: the service manager starts it again (`EX_IOERR`).
const EXIT_LOG_FAILED: i32 = 74;

/// Where requests will come in.
pub(super) struct Entrance {
    pub(super) listener: TcpListener,
    /// The address that is listened on, its port included if that was left open.
    pub(super) address: SocketAddr,
    pub(super) tls: Option<Tls>,
}

impl Entrance {
    pub(super) async fn open(configuration: &Configuration) -> Result<Self, ServeError> {
        let tls = tls(configuration)?;
        let listener = listen(configuration.listen).await?;
        let address = listener
            .local_addr()
            .map_err(|source| ServeError::Listen { address: configuration.listen, source })?;
        Ok(Self { listener, address, tls })
    }
}

/// The log, and the only way to append to it.
pub(super) struct Record {
    pub(super) log: Log,
    pub(super) gate: Gate,
    /// Who rings at moments, for all of the server.
    alarms: Alarms,
    reactions: Vec<Arc<dyn Reaction>>,
}

impl Record {
    pub(super) fn open(
        configuration: &Configuration,
        address: SocketAddr,
        clock: Clock,
        leaps: Option<Leaps>,
    ) -> Result<Self, ServeError> {
        folders::prepare_data(configuration)?;
        let ids = IdSource::system();
        // Before the library is made: it would say that this folder had a log.
        let log = open_log(configuration, &clock, &ids)?;
        folders::prepare_library(configuration, &log)?;
        log.announce(&address.to_string()).map_err(ServeError::Announce)?;
        let reactions = tree::reactions(configuration);
        let alarms = Alarms::start(clock.clone(), leaps.unwrap_or_else(Leaps::system));
        let gate = Gate::new(log.clone(), clock, ids, work::REGISTRY)
            .with_capabilities(Capabilities::of(configuration.public))
            .with_retry(tree::retry(configuration))
            .with_reactions(reactions.iter().cloned());
        Ok(Self { log, gate, alarms, reactions })
    }

    /// Every reaction by name, in the order of their start.
    pub(super) fn reaction_names(&self) -> Vec<&'static str> {
        self.reactions.iter().map(|reaction| reaction.name()).collect()
    }
}

/// The ways out: child programs, and other machines.
pub(super) struct World {
    runner: Runner,
    resources: Resources,
    gateway: Gateway,
}

impl World {
    /// Ends what an earlier run left behind, and opens the one way to other machines.
    pub(super) async fn clear(configuration: &Configuration, record: &Record) -> Result<Self, ServeError> {
        let runner = Runner::new(record.log.id(), Environment::of(environment::variables()));
        for orphan in runner.end_orphans().await {
            tracing::warn!(?orphan, "ended a process that an earlier run left behind");
        }
        let (host, usual) = (configuration.net.connections_per_host, configuration.net.usual_budget());
        let resources = Resources::new(Budgets { host, usual, ..Budgets::default() });
        let gateway = way_out(configuration, record.gate.clock(), &resources).await?;
        Ok(Self { runner, resources, gateway })
    }
}

/// Whatever is a fold of the log and asked by requests.
pub(super) struct Readers {
    pub(super) views: Views,
    pub(super) tokens: Tokens,
    /// What is kept and told to nobody.
    pub(super) vault: Vault,
    /// What was measured.
    pub(super) telemetry: Telemetry,
    /// Where it is told.
    samples: Samples,
    /// What signs a browser in, at the first start of all.
    pub(super) first_token: Option<Secret>,
}

impl Readers {
    pub(super) async fn start(configuration: &Configuration, record: &Record) -> Result<Self, ServeError> {
        let views = Views::start(&record.log, &record.alarms, &configuration.data, mediary_api::views())
            .map_err(ServeError::Views)?;
        let first_token = access::ensure_local_token(&record.gate, &configuration.data).await?;
        let tokens = Tokens::start(&record.log, record.alarms.clone()).map_err(ServeError::Accounts)?;
        let key_file = configuration.vault_key_file.clone();
        let vault = Vault::start(&record.log, &configuration.data, key_file).map_err(ServeError::Vault)?;
        let options = TelemetryOptions {
            data: configuration.data.clone(),
            retention: configuration.telemetry.retention(),
            clock: record.gate.clock().clone(),
        };
        let (telemetry, samples) = Telemetry::start(options).map_err(ServeError::Telemetry)?;
        Ok(Self { views, tokens, vault, telemetry, samples, first_token })
    }
}

/// The supervision tree, the relay, and what they say of themselves.
pub(super) struct Work {
    pub(super) supervisor: SupervisorHandle,
    pub(super) relay: Option<RelayHandle>,
    pub(super) signals: SignalHub,
    /// The board of the server.
    pub(super) desk: Arc<Desk>,
    /// Up to which position every reaction has reacted.
    pub(super) reacted: watch::Receiver<u64>,
    /// Which lanes are held.
    pub(super) held: watch::Receiver<lane::State>,
    /// Which roots are there.
    pub(super) standings: watch::Receiver<Standings>,
    /// What has yt-dlp loaded; it is started by the first run.
    pub(super) host: Option<Host>,
    /// What is known of checks beside the log.
    pub(super) checks: Checks,
    /// What child programs wrote.
    pub(super) outputs: Outputs,
    /// Who asks kept files for their chapters.
    pub(super) chapters: ChapterReader,
}

impl Work {
    pub(super) async fn start(
        configuration: &Configuration,
        record: &Record,
        readers: &Readers,
        World { runner, resources, gateway }: World,
        worker: WorkerLife,
        hands: Option<Arc<dyn Hands>>,
    ) -> Result<Self, ServeError> {
        let signals = SignalHub::default();
        let (reacting, reacted) = Reacted::new(record.reaction_names());
        let (holding, held) = watch::channel(lane::State::default());
        let (standing, standings) = watch::channel(Standings::default());
        let path_folders = runner.environment().path_folders();
        let roots = Roots {
            gate: record.gate.clone(),
            alarms: record.alarms.clone(),
            tokens: readers.tokens.clone(),
            vault: readers.vault.clone(),
            desk: Desk::new(record.log.clone(), resources),
            worker,
            signals: signals.clone(),
            samples: readers.samples.clone(),
            hands,
            checks: Checks::default(),
            tools: tree::tools(configuration, path_folders),
            outputs: Outputs::in_folder(
                configuration.data.join("output"),
                configuration.jobs.output_bytes_max,
            ),
            runner,
            gateway,
            host: configuration.ytdlp.host.then(ytdlp::host),
            reactions: record.reactions.clone(),
            reacted: reacting,
            held: Arc::new(holding),
            standings: Arc::new(standing),
        };
        // A server of our own is a child of the tree, and so before the relay, which goes to it.
        let mut fanout = Fanout::open(configuration, &roots)?;
        let supervisor =
            tree::grow(&roots, configuration, fanout.child.take()).await.map_err(ServeError::Actors)?;
        let relay = fanout.start(&record.gate, &readers.tokens, &signals);
        let chapters = ChapterReader::new(roots.ffmpeg(), record.gate.ids().clone());
        let Roots { desk, host, outputs, checks, .. } = roots;
        Ok(Self {
            supervisor,
            relay,
            signals,
            desk,
            reacted,
            held,
            standings,
            host,
            checks,
            outputs,
            chapters,
        })
    }

    /// Keeps supervisor and log of one mind until it is stopped.
    pub(super) fn agree(
        &self,
        gate: Gate,
        life: WorkerLife,
        stopped: watch::Receiver<bool>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let local = LocalWorker { life, offer: worker::offer() };
        reconcile(gate, local, self.supervisor.resumer(), self.supervisor.watch(), stopped)
    }
}

fn open_log(configuration: &Configuration, clock: &Clock, ids: &IdSource) -> Result<Log, ServeError> {
    let options = LogOptions {
        vault_key_file: configuration.vault_key_file.clone(),
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

/// The one client for other machines, and the gateway for children that fetch.
async fn way_out(
    configuration: &Configuration,
    clock: &Clock,
    resources: &Resources,
) -> Result<Gateway, ServeError> {
    let section = &configuration.net;
    let options = net::Options {
        guard: Guard::new(configuration.allow_network.iter().copied()),
        upstream: section.upstream().map_err(ServeError::Proxy)?,
        answers_within: Duration::from_secs(configuration.ytdlp.socket_timeout_s),
        bytes_per_second: section.bytes_per_second,
        resources: resources.clone(),
        cache_bytes_max: section.cache_bytes_max,
        clock: clock.clone(),
        ..net::Options::in_folder(configuration.data.join("cache/net"))
    };
    let net = Net::try_new(options).map_err(ServeError::Net)?;
    Gateway::open(net).await.map_err(ServeError::Net)
}

pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::AddressInUse { address },
        _ => ServeError::Listen { address, source },
    })
}

/// What is spoken with other machines, if it was configured.
fn tls(configuration: &Configuration) -> Result<Option<Tls>, ServeError> {
    let files = configuration.tls_certificate.as_deref().zip(configuration.tls_key.as_deref());
    let tls =
        files.map(|(certificate, key)| Tls::open(certificate, key).map_err(ServeError::Tls)).transpose()?;
    Ok(tls.map(|tls| tls.with_hsts(configuration.tls_hsts)))
}
