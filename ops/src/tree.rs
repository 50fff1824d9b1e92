//! The supervision tree: every child in the order of its start, with its deadline for stopping.

use std::{path::PathBuf, sync::Arc, time::Duration};

use mediary_actors::{
    bot::{Bots, BotsArguments},
    check::{CheckFolder, CheckFolderArguments, CheckRunner, CheckRunnerArguments, Equipment, Understand},
    delivery::{Outbox, OutboxArguments},
    ffmpeg::Ffmpeg,
    file::{Keeper, KeeperArguments, Ours},
    job::{Clerk, Desk, Dispatcher, DispatcherArguments, Performer, PerformerArguments},
    library::Library,
    nats::{self, NatsServer, NatsServerArguments},
    net::Gateway,
    plan::{Purger, PurgerArguments},
    process::{Caps, Host, Outputs, Runner, Tool, Tools},
    reaction::{Reacted, Reactor, ReactorArguments},
    room::Room,
    schedule::{Scheduler, SchedulerArguments},
    sources::Sources,
    staging::Staging,
    supervisor::{Child, Policy, StartError, Supervisor, SupervisorHandle},
    telemetry::{Meter, MeterArguments},
    watch::{Watcher, WatcherArguments},
    workspace::{Effect, Hands},
    ytdlp::{Options as YtDlpOptions, YtDlp},
};
use mediary_events::lane;
use mediary_log::{
    alarm::Alarms,
    check::Checks,
    gate::{Gate, Reaction},
    signal::SignalHub,
    telemetry::Samples,
    token::Tokens,
    vault::Vault,
    work::REGISTRY,
};
use mediary_schema::{job::RetryPolicy, root::Standings, worker::WorkerLife};
use tokio::sync::watch;

use crate::{commands::CONCERNS, configuration::Configuration};

/// What every child gets its parts from.
#[derive(Clone)]
pub(crate) struct Roots {
    pub(crate) gate: Gate,
    /// Who rings at moments.
    pub(crate) alarms: Alarms,
    /// Who may come in.
    pub(crate) tokens: Tokens,
    /// What is kept and told to nobody.
    pub(crate) vault: Vault,
    pub(crate) desk: Arc<Desk>,
    /// The local worker, in this life of it.
    pub(crate) worker: WorkerLife,
    pub(crate) signals: SignalHub,
    /// Where it is told what was measured.
    pub(crate) samples: Samples,
    /// What is known of checks beside the log.
    pub(crate) checks: Checks,
    /// Who does all work in place of this process, if it is done elsewhere.
    pub(crate) hands: Option<Arc<dyn Hands>>,
    pub(crate) runner: Runner,
    pub(crate) tools: Tools,
    /// What child programs wrote.
    pub(crate) outputs: Outputs,
    /// The one way out.
    pub(crate) gateway: Gateway,
    /// What has yt-dlp loaded for its runs, unless each is to start it anew.
    pub(crate) host: Option<Host>,
    pub(crate) reactions: Vec<Arc<dyn Reaction>>,
    pub(crate) reacted: Arc<Reacted>,
    pub(crate) held: Arc<watch::Sender<lane::State>>,
    pub(crate) standings: Arc<watch::Sender<Standings>>,
}

impl Roots {
    /// Who looks into media.
    pub(crate) fn ffmpeg(&self) -> Ffmpeg {
        Ffmpeg::new(self.runner.clone(), self.tools.clone())
    }
}

/// Attempts end their processes within 8 seconds; then they are killed.
const PERFORMER_STOPS_WITHIN: Duration = Duration::from_secs(10);
/// What is only in memory stops at once.
const STOPS_WITHIN: Duration = Duration::from_secs(2);

/// Messengers take about one message a second in a chat, and nobody reads faster.
const BOTS_TELL_EVERY: Duration = Duration::from_secs(3);

/// What the parts of concerns stand on: all that they share.
pub(crate) struct Ground<'a> {
    roots: &'a Roots,
    configuration: &'a Configuration,
    /// Who reads addresses.
    pub(crate) engine: Arc<Sources>,
    /// Where files are kept.
    pub(crate) library: Library,
    /// How much fits there.
    pub(crate) room: Room,
}

impl<'a> Ground<'a> {
    fn new(roots: &'a Roots, configuration: &'a Configuration) -> Self {
        let library = Library::new(configuration.library_folder());
        let room = Room::of_folder(library.root().to_owned(), configuration.downloads.free_min_bytes);
        let engine = Arc::new(sources(roots, configuration));
        Self { roots, configuration, engine, library, room }
    }

    /// Who looks into media.
    pub(crate) fn ffmpeg(&self) -> Ffmpeg {
        self.roots.ffmpeg()
    }

    /// What is kept and told to nobody.
    pub(crate) fn vault(&self) -> Vault {
        self.roots.vault.clone()
    }

    /// Folders of unfinished work in the data folder.
    pub(crate) fn in_data(&self) -> Staging {
        Staging::in_data(&self.configuration.data)
    }

    /// Folders of unfinished work beside the library, on its file system.
    pub(crate) fn beside_library(&self) -> Staging {
        Staging::in_library(self.library.root(), self.roots.gate.log().id())
    }

    /// Who performs a kind of work, and who records it; the part is named after it.
    pub(crate) fn performer<E, C>(&self, name: &'static str, staging: Staging, effect: E, clerk: C) -> Child
    where
        E: Effect,
        C: Clerk<Task = E::Task>,
    {
        let hands = self.roots.hands.clone().unwrap_or_else(|| Arc::new(effect));
        let Roots { gate, desk, worker, signals, .. } = self.roots;
        let arguments = PerformerArguments {
            gate: gate.clone(),
            head: gate.log().watch_head(),
            desk: Arc::clone(desk),
            worker: *worker,
            signals: signals.clone(),
            staging,
            output: self.roots.outputs.clone(),
            caps: Caps { memory_bytes: self.configuration.jobs.process_memory_bytes_max, time: None },
        };
        Child::actor(name, PERFORMER_STOPS_WITHIN, move || {
            (Performer::new(clerk.clone(), Arc::clone(&hands)), arguments.clone())
        })
    }

    /// Who looks at the kept files from time to time.
    pub(crate) fn keeper(&self, name: &'static str) -> Child {
        let every_s = self.configuration.files.look_every_s;
        let arguments = KeeperArguments {
            gate: self.roots.gate.clone(),
            alarms: self.roots.alarms.clone(),
            every: (every_s > 0).then(|| Duration::from_secs(every_s)),
            standings: Arc::clone(&self.roots.standings),
        };
        Child::actor(name, STOPS_WITHIN, move || (Keeper, arguments.clone()))
    }

    /// Who destroys files whose time in the trash is over.
    pub(crate) fn purger(&self, name: &'static str) -> Child {
        let arguments = PurgerArguments { gate: self.roots.gate.clone(), alarms: self.roots.alarms.clone() };
        Child::actor(name, STOPS_WITHIN, move || (Purger, arguments.clone()))
    }

    /// Who gives the commands of schedules.
    pub(crate) fn scheduler(&self, name: &'static str) -> Child {
        let Roots { gate, alarms, tokens, .. } = self.roots.clone();
        let arguments = SchedulerArguments { gate, alarms, tokens };
        Child::actor(name, STOPS_WITHIN, move || (Scheduler, arguments.clone()))
    }

    /// Which files are known.
    pub(crate) fn ours(&self) -> Ours {
        Ours::of(self.roots.gate.log().clone())
    }

    /// Who has files taken that settled in watched folders.
    pub(crate) fn watcher(&self, name: &'static str, ours: Ours) -> Child {
        let Roots { gate, alarms, tokens, .. } = self.roots.clone();
        let arguments = WatcherArguments { gate, alarms, tokens, ours };
        Child::actor(name, STOPS_WITHIN, move || (Watcher, arguments.clone()))
    }

    /// Who looks at what is to be looked at.
    pub(crate) fn check_runner(&self, name: &'static str) -> Child {
        let Roots { gate, alarms, vault, runner, outputs, gateway, samples, checks, .. } = self.roots.clone();
        let (net, log, identities) = (gateway.net().by(name, None), gate.log().clone(), gate.identities());
        let equipment = Equipment { net, runner, outputs, vault, log, identities };
        let arguments = CheckRunnerArguments { gate, alarms, equipment, samples, checks };
        Child::actor(name, PERFORMER_STOPS_WITHIN, move || (CheckRunner, arguments.clone()))
    }

    /// Who reads what files say of checks.
    pub(crate) fn check_folder(&self, name: &'static str, understand: Understand) -> Child {
        let Roots { gate, checks, .. } = self.roots.clone();
        let folder = self.configuration.data.join("checks");
        let arguments = CheckFolderArguments { gate, checks, folder, understand };
        Child::actor(name, STOPS_WITHIN, move || (CheckFolder, arguments.clone()))
    }

    /// Who sends notices.
    pub(crate) fn outbox(&self, name: &'static str) -> Child {
        let Roots { gate, alarms, vault, gateway, .. } = self.roots.clone();
        let public_url = self.configuration.public_url.clone();
        let arguments = OutboxArguments { gate, alarms, vault, net: gateway.net().clone(), public_url };
        Child::actor(name, STOPS_WITHIN, move || (Outbox, arguments.clone()))
    }

    /// Who answers people who ask by a messenger.
    pub(crate) fn bots(&self, name: &'static str) -> Child {
        let Roots { gate, desk, vault, tokens, gateway, signals, reacted, .. } = self.roots.clone();
        let (net, reacted, pace) = (gateway.net().clone(), reacted.watch(), BOTS_TELL_EVERY);
        let arguments = BotsArguments { gate, desk, vault, tokens, net, signals, reacted, pace };
        Child::actor(name, STOPS_WITHIN, move || (Bots, arguments.clone()))
    }

    /// Who tells what work takes, and how the machine is.
    pub(crate) fn meter(&self, name: &'static str) -> Child {
        let Roots { gate, alarms, samples, .. } = self.roots.clone();
        let every = self.configuration.telemetry.host_every();
        let arguments = MeterArguments { gate, alarms, samples, every };
        Child::actor(name, STOPS_WITHIN, move || (Meter, arguments.clone()))
    }

    fn reactor(&self, reaction: &Arc<dyn Reaction>) -> Child {
        let arguments = ReactorArguments {
            gate: self.roots.gate.clone(),
            head: self.roots.gate.log().watch_head(),
            reaction: Arc::clone(reaction),
            reacted: Arc::clone(&self.roots.reacted),
        };
        Child::actor(reaction.name(), STOPS_WITHIN, move || (Reactor, arguments.clone()))
    }

    fn dispatcher(&self, name: &'static str) -> Child {
        let Roots { gate, alarms, desk, worker, held, .. } = self.roots;
        let arguments = DispatcherArguments {
            gate: gate.clone(),
            head: gate.log().watch_head(),
            alarms: alarms.clone(),
            desk: Arc::clone(desk),
            worker: *worker,
            offered: REGISTRY.work_kinds(),
            room: self.room.clone(),
            library: self.library.root().to_owned(),
            held: Arc::clone(held),
        };
        Child::actor(name, STOPS_WITHIN, move || (Dispatcher, arguments.clone()))
    }
}

/// Starts the tree. Performers come before the dispatcher, so that whatever an earlier run had leased is
/// told to be lost before anything is leased anew.
pub(crate) async fn grow(
    roots: &Roots,
    configuration: &Configuration,
    nats: Option<NatsServerArguments>,
) -> Result<SupervisorHandle, StartError> {
    let ground = Ground::new(roots, configuration);
    let children = nats
        .map(nats_server)
        .into_iter()
        .chain(CONCERNS.iter().flat_map(|concern| (concern.parts)(&ground)))
        .chain(roots.reactions.iter().map(|reaction| ground.reactor(reaction)))
        .chain([ground.dispatcher("dispatcher")]);
    Supervisor::start(children.collect(), Policy::default(), roots.gate.clock().clone()).await
}

/// What follows from events, of every concern, in the order of their start.
pub(crate) fn reactions(configuration: &Configuration) -> Vec<Arc<dyn Reaction>> {
    CONCERNS.iter().flat_map(|concern| (concern.reactions)(retry(configuration))).collect()
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
        (Tool::Ffprobe, &configuration.tools.ffprobe),
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
