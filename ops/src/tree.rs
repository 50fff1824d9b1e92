//! The supervision tree: every child in the order of its start, with its deadline for stopping.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use mediary_actors::{
    download::{Downloader, Library},
    ffmpeg::Ffmpeg,
    file::{Keeper, KeeperArguments, Standing, Verifier},
    job::{Desk, Dispatcher, DispatcherArguments, Effect, Performer, PerformerArguments},
    nats::{self, NatsServer, NatsServerArguments},
    net::Gateway,
    playlist::Lister,
    process::{Host, Runner, Tool, Tools},
    reaction::{Reacted, Reactor, ReactorArguments},
    room::Room,
    sources::Sources,
    staging::Staging,
    supervisor::{Child, Policy, StartError, Supervisor, SupervisorHandle},
    ytdlp::{Options as YtDlpOptions, YtDlp},
};
use mediary_events::lane;
use mediary_log::{
    gate::{Gate, Reaction},
    signal::SignalHub,
};
use mediary_schema::{
    job::{RetryPolicy, WorkKind},
    worker::WorkerLife,
};
use tokio::sync::watch;

use crate::configuration::Configuration;

/// What every child gets its parts from.
#[derive(Clone)]
pub(crate) struct Roots {
    pub(crate) gate: Gate,
    pub(crate) desk: Arc<Desk>,
    /// The local worker, in this life of it.
    pub(crate) worker: WorkerLife,
    pub(crate) signals: SignalHub,
    pub(crate) runner: Runner,
    pub(crate) tools: Tools,
    /// The one way out.
    pub(crate) gateway: Gateway,
    /// What has yt-dlp loaded for its runs, unless each is to start it anew.
    pub(crate) host: Option<Host>,
    pub(crate) reactions: Vec<Arc<dyn Reaction>>,
    pub(crate) reacted: Arc<Reacted>,
    pub(crate) held: Arc<watch::Sender<lane::State>>,
    pub(crate) library: Arc<watch::Sender<Standing>>,
}

/// Attempts end their processes within 8 seconds; then they are killed.
const PERFORMER_STOPS_WITHIN: Duration = Duration::from_secs(10);
/// What is only in memory stops at once.
const STOPS_WITHIN: Duration = Duration::from_secs(2);

/// Starts the tree. Performers come before the dispatcher, so that whatever an earlier run had leased is
/// told to be lost before anything is leased anew.
pub(crate) async fn grow(
    roots: &Roots,
    configuration: &Configuration,
    nats: Option<NatsServerArguments>,
) -> Result<SupervisorHandle, StartError> {
    let data = &configuration.data;
    let engine = Arc::new(sources(roots, configuration));
    let ffmpeg = Ffmpeg::new(roots.runner.clone(), roots.tools.clone());
    let library = Library::new(configuration.library_folder());
    let room = Room::of_folder(library.root().to_owned(), configuration.downloads.free_min_bytes);
    let files = Staging::in_library(library.root(), roots.gate.log().id());

    let lister = Lister::new(Arc::clone(&engine) as _);
    let (folder, looks_every_s) = (library.root().to_owned(), configuration.files.look_every_s);
    let verifier = Verifier::new(folder.clone());
    let downloader = Downloader::new(engine, ffmpeg, library, room.clone());
    let children = nats.map(nats_server).into_iter().chain([
        performer("refresh", PERFORMER_STOPS_WITHIN, roots, data, Staging::in_data(data), lister),
        performer("download", PERFORMER_STOPS_WITHIN, roots, data, files, downloader),
        performer("verify", PERFORMER_STOPS_WITHIN, roots, data, Staging::in_data(data), verifier),
        keeper("keeper", STOPS_WITHIN, roots, folder.clone(), looks_every_s),
    ]);
    let children = children
        .chain(roots.reactions.iter().map(|reaction| reactor(reaction, STOPS_WITHIN, roots)))
        .chain([dispatcher("dispatcher", STOPS_WITHIN, roots, folder, room)]);
    Supervisor::start(children.collect(), Policy::default(), roots.gate.clock().clone()).await
}

/// How new jobs are tried again.
pub(crate) const fn retry(configuration: &Configuration) -> RetryPolicy {
    RetryPolicy {
        tries_max: configuration.jobs.tries_max,
        wait_ms: configuration.jobs.retry_wait_ms,
        wait_max_ms: configuration.jobs.retry_wait_max_ms,
    }
}

/// External programs: as configured, else in the configured folder, else where `ops/run` installed them for
/// this build, else in `PATH`.
pub(crate) fn tools(configuration: &Configuration, path_folders: Vec<PathBuf>) -> Tools {
    let folders =
        configuration.tools_folders().into_iter().chain(mediary_tools::private_folder()).chain(path_folders);
    let named = [
        (Tool::YtDlp, &configuration.tools.yt_dlp),
        (Tool::Ffmpeg, &configuration.tools.ffmpeg),
        (Tool::Deno, &configuration.tools.deno),
        (Tool::NatsServer, &configuration.tools.nats_server),
    ];
    named.into_iter().fold(Tools::new(folders), |tools, (tool, path)| match path {
        Some(path) => tools.with(tool, path),
        None => tools,
    })
}

fn sources(roots: &Roots, configuration: &Configuration) -> Sources {
    let ytdlp = &configuration.ytdlp;
    let options = YtDlpOptions {
        plugin_dirs: ytdlp.plugin_dirs.clone(),
        extractors: ytdlp.extractors.clone(),
        socket_timeout: Duration::from_secs(ytdlp.socket_timeout_s),
        retries: ytdlp.retries,
        no_progress: Duration::from_secs(ytdlp.no_progress_s),
        ..YtDlpOptions::default()
    };
    let ytdlp = YtDlp::new(roots.runner.clone(), roots.tools.clone(), options, roots.gateway.clone());
    let ytdlp = ytdlp.hosted_by(roots.host.clone());
    Sources::new(roots.gateway.net().clone(), ytdlp)
}

fn nats_server(arguments: NatsServerArguments) -> Child {
    Child::actor("nats", nats::STOPS_WITHIN, move || (NatsServer, arguments.clone()))
}

fn performer<E: Effect>(
    name: &'static str,
    stops_within: Duration,
    roots: &Roots,
    data: &Path,
    staging: Staging,
    effect: E,
) -> Child {
    let arguments = PerformerArguments {
        gate: roots.gate.clone(),
        head: roots.gate.log().watch_head(),
        desk: Arc::clone(&roots.desk),
        worker: roots.worker,
        signals: roots.signals.clone(),
        staging,
        output: data.join("output"),
    };
    Child::actor(name, stops_within, move || (Performer::new(effect.clone()), arguments.clone()))
}

fn reactor(reaction: &Arc<dyn Reaction>, stops_within: Duration, roots: &Roots) -> Child {
    let arguments = ReactorArguments {
        gate: roots.gate.clone(),
        head: roots.gate.log().watch_head(),
        reaction: Arc::clone(reaction),
        reacted: Arc::clone(&roots.reacted),
    };
    Child::actor(reaction.name(), stops_within, move || (Reactor, arguments.clone()))
}

fn keeper(
    name: &'static str,
    stops_within: Duration,
    roots: &Roots,
    library: PathBuf,
    every_s: u64,
) -> Child {
    let arguments = KeeperArguments {
        gate: roots.gate.clone(),
        library,
        every: (every_s > 0).then(|| Duration::from_secs(every_s)),
        standing: Arc::clone(&roots.library),
    };
    Child::actor(name, stops_within, move || (Keeper, arguments.clone()))
}

fn dispatcher(
    name: &'static str,
    stops_within: Duration,
    roots: &Roots,
    library: PathBuf,
    room: Room,
) -> Child {
    let arguments = DispatcherArguments {
        gate: roots.gate.clone(),
        head: roots.gate.log().watch_head(),
        desk: Arc::clone(&roots.desk),
        worker: roots.worker,
        offered: WorkKind::ALL.to_vec(),
        room,
        library,
        held: Arc::clone(&roots.held),
    };
    Child::actor(name, stops_within, move || (Dispatcher, arguments.clone()))
}
