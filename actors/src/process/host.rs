//! A program that is loaded once: its runs are copies of one process.
//!
//! What takes the time of a short run of a script is the loading of it. A host is a child that has loaded it and
//! forks a copy for each run. The copy is our own child (see `host.py` beside the adapter), a group of its own, with the run's marks,
//! environment, folder and pipes: for whoever watches over it, it is a run like any other. A host that ends, or is killed, takes no run
//! with it.
//!
//! It is a way to save, never a condition: while there is none, the run is started by itself.

use std::{
    ffi::OsString,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use rustix::{
    io::Errno,
    net::{RecvFlags, SendFlags, recv, send},
};

use super::{
    Environment, Error, Runner, Running, Spec,
    fork::{Refusal, Request, conversation, end_late_copy, fork},
    runner::Started,
};

/// Why runs of a program are started each by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unhosted {
    /// It can't be read.
    #[error("it can't be read: {words}")]
    Unreadable {
        /// What the system says.
        words: String,
    },
    /// It is a program by itself, or the script of a shell.
    #[error("it is no Python script")]
    NoScript,
    /// Which Python runs it can't be told, or is not there.
    #[error("the Python that runs it is not found by {line:?}")]
    Interpreter {
        /// The line of the script that says so.
        line: String,
    },
    /// It does more than call what it is named after.
    #[error("it does more than call yt-dlp: {line:?}")]
    Wrapper {
        /// A line that is not known.
        line: String,
    },
    /// A host was tried.
    #[error("{words}")]
    Refused {
        /// What it said.
        words: String,
    },
}

/// How the host of a program is started.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The interpreter and its arguments; it gets the script through its standard input, a socket.
    pub spec: Spec,
    /// What it is to do.
    pub script: &'static str,
}

/// How a host is started for a program, in an environment.
type Planner = fn(&Path, &Environment) -> Result<Plan, Unhosted>;

/// A host, started when a run asks for it, and anew when it is gone. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Host {
    planner: Planner,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What it was started for.
    program: Option<Program>,
    phase: Phase,
    /// How often in a row one ended, or fell silent, without a run.
    in_vain: u32,
    /// Runs that were copies.
    runs: u64,
    /// Whether there is to be none any more.
    over: bool,
}

/// A program, as it was at one moment.
#[derive(Debug, PartialEq, Eq)]
struct Program {
    path: PathBuf,
    written: Option<SystemTime>,
    bytes: u64,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Absent,
    Loading(Live),
    Ready(Live),
    Unfit(Unhosted),
}

/// A host that runs. Dropping it kills it, and nobody else.
#[derive(Debug)]
struct Live {
    channel: OwnedFd,
    running: Running,
}

/// What a host says of itself.
enum Said {
    Nothing,
    Ready,
    No(String),
    /// It has ended.
    End,
}

/// After so many hosts that did nothing, there is something about them.
const IN_VAIN_MAX: u32 = 3;
/// How often it is looked whether a host is ready, by whoever waits for it.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How long a host may take to load what it is to load; a cold Python takes seconds on a busy machine.
const LOADS_WITHIN: Duration = Duration::from_secs(30);

impl Host {
    /// A host whose start `planner` knows. It is started when a run asks for it.
    pub fn new(planner: Planner) -> Self {
        Self { planner, state: Arc::default() }
    }

    /// Starts it, if it isn't there, and waits until it can do runs of this program; else says why it can't.
    pub async fn ready(&self, runner: &Runner, program: &Path) -> Result<(), Unhosted> {
        let looks = LOADS_WITHIN.as_millis() / LOOK_AGAIN.as_millis();
        for _ in 0..looks {
            {
                let mut state = self.lock();
                state.look(runner, self.planner, program);
                match &state.phase {
                    Phase::Ready(_) => return Ok(()),
                    Phase::Unfit(why) => return Err(why.clone()),
                    Phase::Absent | Phase::Loading(_) => {}
                }
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err(Unhosted::Refused { words: format!("it is not loaded within {} s", LOADS_WITHIN.as_secs()) })
    }

    /// Ends it for good and answers when it is gone. Runs that it forked go on.
    pub async fn end(&self) {
        let phase = {
            let mut state = self.lock();
            state.over = true;
            std::mem::take(&mut state.phase)
        };
        if let Phase::Loading(live) | Phase::Ready(live) = phase {
            live.running.cancel().await;
        }
    }

    /// The pid of the host, if one runs.
    pub fn pid(&self) -> Option<u32> {
        match &self.lock().phase {
            Phase::Loading(live) | Phase::Ready(live) => Some(live.running.pid()),
            Phase::Absent | Phase::Unfit(_) => None,
        }
    }

    /// How many runs were copies of it so far.
    pub fn runs(&self) -> u64 {
        self.lock().runs
    }

    /// Does a run, if there is a host that can; else sees to it that there will be one. Blocks for milliseconds.
    pub(super) fn fork(
        &self,
        runner: &Runner,
        spec: &Spec,
        title: &str,
        variables: &[(OsString, OsString)],
        mark: &str,
    ) -> Option<Started> {
        let request = Request::of(spec, title, variables)?;
        let mut state = self.lock();
        state.look(runner, self.planner, &spec.program);
        let Phase::Ready(live) = &state.phase else { return None };
        let refusal = match fork(&live.channel, spec, &request, mark) {
            Ok(started) => {
                state.in_vain = 0;
                state.runs += 1;
                return Some(started);
            }
            Err(refusal) => refusal,
        };
        match refusal {
            Refusal::Run(why) => tracing::debug!(why, tool = spec.tool, "a run is started by itself"),
            Refusal::Gone => {
                state.lose();
                state.look(runner, self.planner, &spec.program);
            }
            Refusal::Silent(agreement) => {
                state.lose();
                end_late_copy(&agreement);
            }
            Refusal::Unfit(words) => state.give_up(Unhosted::Refused { words }),
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Brings what is known of the host up to date, and starts one if there is none.
    fn look(&mut self, runner: &Runner, planner: Planner, program: &Path) {
        if self.over {
            return;
        }
        let program = Program::look(program);
        if self.program.as_ref() != Some(&program) {
            // Another program, or another version of it: what was said of that one says nothing of this.
            (self.phase, self.in_vain) = (Phase::Absent, 0);
        }
        self.hear();
        if matches!(self.phase, Phase::Absent) {
            match planner(&program.path, runner.environment()) {
                Ok(plan) => match begin(runner, &plan) {
                    Ok(live) => self.phase = Phase::Loading(live),
                    // Too many processes or files are a matter of the moment: the next run tries again.
                    Err(words) => tracing::debug!(words, "no host is started"),
                },
                Err(why) => self.give_up(why),
            }
        }
        self.program = Some(program);
    }

    fn hear(&mut self) {
        match std::mem::take(&mut self.phase) {
            Phase::Loading(live) => match live.hear() {
                Said::Nothing => self.phase = Phase::Loading(live),
                Said::Ready => self.phase = Phase::Ready(live),
                Said::No(words) => self.give_up(Unhosted::Refused { words }),
                Said::End => self.lose(),
            },
            // One that was idle for long has ended by itself.
            Phase::Ready(live) if matches!(live.hear(), Said::End) => {}
            phase @ (Phase::Ready(_) | Phase::Absent | Phase::Unfit(_)) => self.phase = phase,
        }
    }

    /// One ended, or is to end, without having done anything.
    fn lose(&mut self) {
        self.phase = Phase::Absent;
        self.in_vain += 1;
        if self.in_vain >= IN_VAIN_MAX {
            let words = format!("a process that has it loaded ended {IN_VAIN_MAX} times without a run");
            self.give_up(Unhosted::Refused { words });
        }
    }

    fn give_up(&mut self, why: Unhosted) {
        tracing::info!(%why, "runs of a program are started each by itself");
        self.phase = Phase::Unfit(why);
    }
}

impl Program {
    fn look(path: &Path) -> Self {
        let facts = path.metadata().ok();
        let written = facts.as_ref().and_then(|facts| facts.modified().ok());
        Self { path: path.to_owned(), written, bytes: facts.map_or(0, |facts| facts.len()) }
    }
}

impl Live {
    fn hear(&self) -> Said {
        let mut word = [0; 1024];
        match recv(&self.channel, &mut word[..], RecvFlags::DONTWAIT) {
            Err(Errno::AGAIN | Errno::INTR) => Said::Nothing,
            Err(_) | Ok((0, _)) => Said::End,
            Ok((length, _)) => {
                let text = String::from_utf8_lossy(word.get(..length).unwrap_or_default());
                match text.strip_prefix("no ") {
                    Some(words) => Said::No(words.to_owned()),
                    None => Said::Ready,
                }
            }
        }
    }
}

/// Starts a host, without waiting until it is of use.
fn begin(runner: &Runner, plan: &Plan) -> Result<Live, String> {
    let (channel, theirs) = conversation().map_err(|error| error.to_string())?;
    let running = runner.spawn_with(&plan.spec, Stdio::from(theirs));
    let running = running.map_err(|error: Error| error.to_string())?;
    // It has words only for a failure, and these are kept as the last ones.
    running.ignore_lines();
    // It fails if that has ended already, which is heard.
    send(&channel, plan.script.as_bytes(), SendFlags::NOSIGNAL | SendFlags::DONTWAIT).ok();
    tracing::debug!(pid = running.pid(), tool = plan.spec.tool, "a host is started");
    Ok(Live { channel, running })
}
