//! Keeps the server: an actor for the supervisor, and a child of it that waits for the program's end.

use std::{path::PathBuf, sync::Arc, time::Duration};

use mediary_events::{
    Concern as _,
    account::{self, Account},
};
use mediary_log::{Filter, alarm::Alarms, fanout::user_lines, gate::Gate};
use mediary_schema::{PrincipalId, ProbeId, Timestamp};
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{
    Error,
    access::{self, Access},
    config,
};
use crate::process::{Caps, Ended, EndedBy, Line, Outputs, Reloader, Runner, Running, Spec, Tool, Tools};

/// How long it may take to write what it has in memory after TERM.
const GRACE: Duration = Duration::from_secs(8);
/// What a supervisor has to give it to stop.
pub const STOPS_WITHIN: Duration = Duration::from_secs(10);
/// How long it may take to begin to serve: with a large store it reads for a while.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// What it says when it serves, of every version from 2.9 on.
const READY: &str = "Server is ready";

/// Where the server is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ServerStatus {
    /// It isn't started yet, or doesn't serve yet.
    #[default]
    Starting,
    /// It serves.
    Ready {
        /// Its process.
        pid: u32,
    },
    /// It ended, and is started again unless that happened too often.
    Down {
        /// How.
        reason: String,
    },
    /// It was stopped.
    Stopped,
}

/// A `nats-server`, kept for as long as this actor lives; the actor fails when the server ends.
#[derive(Debug)]
pub struct NatsServer;

/// What a server is made of.
#[derive(Debug, Clone)]
pub struct NatsServerArguments {
    /// Starts the program.
    pub runner: Runner,
    /// Knows where it is.
    pub tools: Tools,
    /// Where it is kept what it says when it is asked for its version.
    pub outputs: Outputs,
    /// The data folder; the server's own is `nats` in it.
    pub data: PathBuf,
    /// The port and the passwords.
    pub access: Access,
    /// The most bytes that the stream of events keeps.
    pub stream_bytes_max: u64,
    /// Who knows the credentials that may speak over NATS.
    pub gate: Gate,
    /// Who rings when one of them ends.
    pub alarms: Alarms,
    /// Where it is told how the server is.
    pub status: Arc<watch::Sender<ServerStatus>>,
}

/// What the actor keeps in mind.
#[derive(Debug)]
pub struct State {
    keeper: ActorCell,
    stop: CancellationToken,
    status: Arc<watch::Sender<ServerStatus>>,
}

impl Actor for NatsServer {
    type Msg = ();
    type State = State;
    type Arguments = NatsServerArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<()>,
        arguments: NatsServerArguments,
    ) -> Result<State, ActorProcessingErr> {
        let stop = CancellationToken::new();
        let status = Arc::clone(&arguments.status);
        status.send_replace(ServerStatus::Starting);
        let kept = Kept { arguments, stop: stop.clone() };
        let (keeper, _) = Actor::spawn_linked(None, Keeper, kept, myself.get_cell()).await?;
        Ok(State { keeper: keeper.get_cell(), stop, status })
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        event: SupervisionEvent,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let reason = match event {
            SupervisionEvent::ActorFailed(_, error) => error.to_string(),
            SupervisionEvent::ActorTerminated(_, _, reason) => reason.unwrap_or_default(),
            SupervisionEvent::ActorStarted(_) | SupervisionEvent::ProcessGroupChanged(_) => return Ok(()),
        };
        state.status.send_replace(ServerStatus::Down { reason: reason.clone() });
        Err(reason.into())
    }

    async fn post_stop(&self, _: ActorRef<()>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.stop.cancel();
        if state.keeper.stop_and_wait(None, Some(STOPS_WITHIN)).await.is_err() {
            tracing::warn!("nats-server did not stop in time; the next start ends what is left of it");
        }
        state.status.send_replace(ServerStatus::Stopped);
        Ok(())
    }
}

/// Starts the program and waits for its end.
struct Keeper;

struct Kept {
    arguments: NatsServerArguments,
    stop: CancellationToken,
}

impl Actor for Keeper {
    type Msg = ();
    type State = Kept;
    type Arguments = Kept;

    async fn pre_start(&self, myself: ActorRef<()>, kept: Kept) -> Result<Kept, ActorProcessingErr> {
        myself.cast(())?;
        Ok(kept)
    }

    // The program's life is awaited here and not in the actor above; it is stopped by the token.
    async fn handle(&self, myself: ActorRef<()>, (): (), kept: &mut Kept) -> Result<(), ActorProcessingErr> {
        match kept.keep().await {
            Ok(()) => {
                myself.stop(None);
                Ok(())
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    advice = error.advice(),
                    "nats.server_down"
                );
                Err(error.into())
            }
        }
    }
}

impl Kept {
    /// Runs the server until it is asked to stop. Any other end is an error.
    async fn keep(&self) -> Result<(), Error> {
        let mut running = tokio::select! {
            () = self.stop.cancelled() => return Ok(()),
            started = self.start() => started?,
        };
        let served = tokio::select! {
            () = self.stop.cancelled() => false,
            served = timeout(READY_WITHIN, ready(&mut running)) => match served {
                Ok(true) => true,
                Ok(false) => return Err(ended(&running.wait().await)),
                Err(_) => return Err(ended(&running.cancel().await)),
            },
        };
        if served {
            let pid = running.pid();
            tracing::info!(pid, port = self.arguments.access.port(), "nats.server_ready");
            self.arguments.status.send_replace(ServerStatus::Ready { pid });
        }
        let reloader = running.reloader();
        let end = tokio::select! {
            end = running.drive(&self.stop, |line| note(&line)) => end,
            error = self.follow_users(&reloader) => return Err(error),
        };
        if end.by == EndedBy::Cancelled { Ok(()) } else { Err(ended(&end)) }
    }

    async fn start(&self) -> Result<Running, Error> {
        let NatsServerArguments { runner, tools, data, .. } = &self.arguments;
        let folder = access::folder(data);
        self.configure(&self.users().await?.lines).await?;
        let program = tools.find(Tool::NatsServer).map_err(Error::Start)?;
        let spec = Spec::new(Tool::NatsServer.name(), program)
            .args(["-c", config::FILE])
            .working_dir(&folder)
            .output_file(Some(folder.join("output")))
            .grace(GRACE);
        runner.spawn(&spec).map_err(Error::Start)
    }
}

impl Kept {
    /// Writes the configuration.
    async fn configure(&self, users: &[String]) -> Result<(), Error> {
        let NatsServerArguments { runner, tools, outputs, data, access, stream_bytes_max, gate, .. } =
            &self.arguments;
        // Whoever waits for it is dropped when we are stopped, and the probe with it.
        let probe_id = ProbeId::from_uuid(gate.ids().next());
        let probe = outputs.assign(probe_id, Caps::PROBE, CancellationToken::new());
        let version = tools.version(runner, Tool::NatsServer, &probe).await.map_err(Error::Start)?;
        let (folder, text) = (access::folder(data), config::text(access, *stream_bytes_max, &version, users));
        let write = move || access::write_private(&folder, config::FILE, text.as_bytes());
        tokio::task::spawn_blocking(write).await.expect("a write doesn't panic")
    }

    /// The credentials that may speak over NATS now.
    async fn users(&self) -> Result<Users, Error> {
        let now = self.arguments.gate.clock().now();
        let look = move |state: &account::State| {
            let living = state.tokens.iter().filter(|(_, token)| token.is_living(now));
            let granted = living.filter_map(|(id, token)| Some((id, token, token.nats.as_ref()?)));
            let mut users = Users::default();
            for (id, token, hash) in granted {
                users.lines.push(user_lines(*id, hash));
                users.until = users.until.into_iter().chain(token.expires_at).min();
            }
            users
        };
        let users = self.arguments.gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), look).await;
        users.map_err(|refusal| Error::Ended { words: refusal.to_string() })
    }

    /// Lets the server know of every credential that is made, is revoked or ends. Answers only if that fails.
    async fn follow_users(&self, reloader: &Reloader) -> Error {
        let log = self.arguments.gate.log();
        let mut accounts = log.subscribe(log.head().position + 1, Filter::categories([Account::NAME]));
        let mut known = Vec::new();
        loop {
            let Users { lines, until } = match self.users().await {
                Err(error) => return error,
                Ok(users) => users,
            };
            if lines != known {
                if let Err(error) = self.configure(&lines).await {
                    return error;
                }
                reloader.reload();
                known = lines;
            }
            let next_look = async {
                match until {
                    Some(moment) => self.arguments.alarms.reached(moment).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                batch = accounts.next_batch(USERS_BATCH) => if let Err(error) = batch {
                    return Error::Ended { words: error.to_string() };
                },
                () = next_look => {}
            }
        }
    }
}

/// Who may speak over NATS.
#[derive(Debug, Default)]
struct Users {
    /// Lines of the server's configuration.
    lines: Vec<String>,
    /// When the first of them ends, if one does.
    until: Option<Timestamp>,
}

/// Changes of accounts that are looked at together.
const USERS_BATCH: usize = 256;

/// Whether it began to serve; otherwise it has nothing more to say.
async fn ready(running: &mut Running) -> bool {
    while let Some(line) = running.next_line().await {
        note(&line);
        if line.text.contains(READY) {
            return true;
        }
    }
    false
}

fn note(line: &Line) {
    tracing::trace!(line = line.text, "nats-server");
}

fn ended(end: &Ended) -> Error {
    let last = end.output_tail.last().map(|line| format!("; its last words: {line}")).unwrap_or_default();
    Error::Ended { words: format!("it ended with {:?}{last}", end.status) }
}
