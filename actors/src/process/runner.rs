//! Starts children.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::File,
    io::{self, Read},
    os::{fd::OwnedFd, unix::process::CommandExt},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use rustix::{
    io::Errno,
    process::{Pid, Resource, Rlimit, WaitId, WaitIdOptions, getpid, prlimit, waitid},
};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    Environment, Error, Host, Line, Running, Source, Spec,
    control::{Control, Limits, Note, StageCell},
    group::Group,
    growth::Growth,
    life::Life,
    lines::{RawLine, Splitter},
    output::{CappedFile, Record},
    proc_fs,
    queue::Queue,
    redact::{self, Hidden},
};

/// Names the log whose work a process does.
pub(super) const MARK_LOG: &str = "MEDIARY_LOG";
/// Names one run: the process that started it, and a number.
pub(super) const MARK_RUN: &str = "MEDIARY_RUN";

/// Runs of this process so far; of the process and not of a runner, so that marks stay unique.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// Starts children. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Runner {
    log_id: Uuid,
    environment: Arc<Environment>,
}

/// Says what the metrics of this module mean.
pub fn describe_metrics() {
    metrics::describe_counter!("mediary_processes_started_total", "Child programs started, by tool.");
    metrics::describe_counter!(
        "mediary_processes_hosted_total",
        "Child programs, of those started, that were copies of a process that had them loaded, by tool."
    );
    metrics::describe_counter!(
        "mediary_processes_ended_total",
        "Child programs ended, by tool and by what ended them."
    );
    metrics::describe_histogram!("mediary_process_seconds", "Wall time of child programs, by tool.");
    metrics::describe_histogram!("mediary_process_cpu_seconds", "Processor time of child programs, by tool.");
    metrics::describe_histogram!(
        "mediary_process_memory_peak_bytes",
        "Peak resident memory of child programs, by tool."
    );
}

impl Runner {
    /// A runner whose children carry the id of the log; the nil id stands for no log.
    pub fn new(log_id: Uuid, environment: Environment) -> Self {
        Self { log_id, environment: Arc::new(environment) }
    }

    /// The id that children carry.
    pub fn log_id(&self) -> Uuid {
        self.log_id
    }

    /// What children know of our environment.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What the mark of a run of this process begins with.
    pub(super) fn own_mark() -> String {
        let start = proc_fs::look(getpid()).map_or(0, |own| own.start_ticks);
        format!("{}-{start}-", getpid().as_raw_nonzero())
    }

    /// Starts a child, as a copy of what has its program loaded if the spec names that and it can.
    ///
    /// If it is dropped before it answers, the child is killed.
    pub async fn begin(&self, spec: &Spec) -> Result<Running, Error> {
        let Some(host) = spec.host.clone() else { return self.spawn(spec) };
        let (runner, wanted) = (self.clone(), spec.clone());
        // A host takes milliseconds to make a copy of itself, and longer on a busy machine.
        let begun = tokio::task::spawn_blocking(move || runner.spawn_by(&wanted, Some(&host), Stdio::null()));
        let lost = |error| Error::Start { program: spec.program_name(), source: io::Error::other(error) };
        begun.await.map_err(lost)?
    }

    /// Starts a child by itself.
    pub fn spawn(&self, spec: &Spec) -> Result<Running, Error> {
        self.spawn_with(spec, Stdio::null())
    }

    /// Starts a child by itself, with something to read.
    pub(super) fn spawn_with(&self, spec: &Spec, stdin: Stdio) -> Result<Running, Error> {
        self.spawn_by(spec, None, stdin)
    }

    fn spawn_by(&self, spec: &Spec, host: Option<&Host>, stdin: Stdio) -> Result<Running, Error> {
        check_program(spec)?;
        check_folder(spec)?;
        let mut record = Record::new(open_output(spec)?);
        let command_line = spec.command_line();
        record.note(&format!("$ {command_line}"));
        let mark = format!("{}{}", Self::own_mark(), RUNS.fetch_add(1, Ordering::Relaxed));
        let variables = self.variables(spec, &mark);
        let copy = host.and_then(|host| host.fork(self, spec, &command_line, &variables, &mark));
        let hosted = copy.is_some();
        let started = copy.map_or_else(|| start(spec, &variables, stdin), Ok)?;
        if let Some(bytes) = spec.memory_bytes_max.filter(|_| hosted) {
            cap_memory(started.leader, bytes);
        }
        let pid = started.leader.as_raw_nonzero();
        tracing::debug!(tool = spec.tool, %pid, hosted, command = command_line, "child is started");
        metrics::counter!("mediary_processes_started_total", "tool" => spec.tool).increment(1);
        if hosted {
            metrics::counter!("mediary_processes_hosted_total", "tool" => spec.tool).increment(1);
        }
        Ok(watch_over(started, mark, record, spec, command_line, hosted))
    }

    /// The whole environment of a run.
    fn variables(&self, spec: &Spec, mark: &str) -> Vec<(OsString, OsString)> {
        let inherited = self.environment.variables();
        let mut all: BTreeMap<OsString, OsString> =
            inherited.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        all.insert(MARK_RUN.into(), mark.into());
        if !self.log_id.is_nil() {
            all.insert(MARK_LOG.into(), self.log_id.to_string().into());
        }
        if let Some(owner) = spec.owner {
            all.insert(owner.mark().into(), owner.to_string().into());
        }
        all.extend(spec.extra.iter().chain(&spec.secret.0).cloned());
        all.into_iter().collect()
    }
}

/// A child that was started: it leads a group, and nobody has reaped it.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) leader: Pid,
    pub(super) stdout: File,
    /// None if it writes both into one pipe.
    pub(super) stderr: Option<File>,
}

fn start(spec: &Spec, variables: &[(OsString, OsString)], stdin: Stdio) -> Result<Started, Error> {
    let mut command = program(spec);
    command.args(spec.command_arguments()).env_clear();
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    if let Some(folder) = spec.folder() {
        command.current_dir(folder);
    }
    let Pipes { stdout, stderr, output, errors } =
        Pipes::of(spec).map_err(|source| Error::Start { program: spec.program_name(), source })?;
    command.stdin(stdin).stdout(output).stderr(errors).process_group(0);
    let child = command.spawn().map_err(|source| start_error(spec, source))?;
    // What is known of it from here on is its number, by which it is waited for.
    Ok(Started { leader: Pid::from_child(&child), stdout, stderr })
}

/// What a child writes to, and where that is read.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) stdout: File,
    pub(super) stderr: Option<File>,
    pub(super) output: io::PipeWriter,
    pub(super) errors: io::PipeWriter,
}

impl Pipes {
    pub(super) fn of(spec: &Spec) -> io::Result<Self> {
        let (stdout, output) = io::pipe()?;
        let (stderr, errors) = if spec.in_order {
            (None, output.try_clone()?)
        } else {
            let (stderr, errors) = io::pipe()?;
            (Some(File::from(OwnedFd::from(stderr))), errors)
        };
        Ok(Self { stdout: File::from(OwnedFd::from(stdout)), stderr, output, errors })
    }
}

/// What is called with the arguments. Who may not have all memory has a shell set the limit that it then becomes: a child
/// of his could be there before we would set it from outside.
fn program(spec: &Spec) -> Command {
    const CAPPED: &str = "ulimit -d \"$0\"; exec \"$@\"";
    let called = |program: &std::path::Path| {
        #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
        let command = Command::new(program);
        command
    };
    let Some(bytes) = spec.memory_bytes_max else { return called(&spec.program) };
    let mut shell = called("/bin/sh".as_ref());
    shell.args(["-c", CAPPED, &(bytes >> 10).to_string()]).arg(&spec.program);
    shell
}

/// Caps what a copy that a host forked, and whoever it starts, may have of memory, each. Not the address space, of which some
/// programs reserve terabytes that they never use.
fn cap_memory(leader: Pid, bytes: u64) {
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    match prlimit(Some(leader), Resource::Data, limit) {
        // It has ended already.
        Ok(_) | Err(Errno::SRCH) => {}
        Err(error) => tracing::warn!(%error, "the memory of a child can't be capped"),
    }
}

fn start_error(spec: &Spec, source: io::Error) -> Error {
    match source.kind() {
        // A script whose interpreter is gone; a file that is no program.
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
            Error::ToolMissing { program: spec.program_name() }
        }
        _ => Error::Start { program: spec.program_name(), source },
    }
}

/// Children are named by their place: `PATH` is searched by [`super::Tools`], not by the system.
fn check_program(spec: &Spec) -> Result<(), Error> {
    if is_program(&spec.program) { Ok(()) } else { Err(Error::ToolMissing { program: spec.program_name() }) }
}

/// Before the start, because the system's answer to a missing folder is the one to a missing program.
fn check_folder(spec: &Spec) -> Result<(), Error> {
    let Some(folder) = spec.folder() else { return Ok(()) };
    let check = std::fs::read_dir(folder);
    check.map(drop).map_err(|source| Error::WorkingDir { path: folder.to_owned(), source })
}

fn open_output(spec: &Spec) -> Result<Option<CappedFile>, Error> {
    let Some(path) = &spec.output_file else { return Ok(None) };
    let file = match CappedFile::open(path) {
        // Somebody took the whole folder away: that is no reason to do no work.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_folder(path).and_then(|()| CappedFile::open(path))
        }
        opened => opened,
    };
    file.map(Some).map_err(|source| Error::OutputFile { path: path.clone(), source })
}

/// Makes the folder of a file, for its owner only: what tools say has addresses with keys in it.
fn make_folder(path: &std::path::Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let Some(folder) = path.parent() else { return Ok(()) };
    std::fs::DirBuilder::new().mode(0o700).create(folder)
}

/// Starts the threads that live as long as the child: one per pipe, one that waits for its end and one
/// that controls it.
fn watch_over(
    Started { leader, stdout, stderr }: Started,
    mark: String,
    record: Record,
    spec: &Spec,
    command_line: String,
    hosted: bool,
) -> Running {
    let group = Arc::new(Group::new(leader, mark));
    let pipes = 1 + usize::from(stderr.is_some());
    let queue = Arc::new(Queue::new(pipes));
    let life = Arc::new(Life::begin());
    let record = Arc::new(Mutex::new(record));
    let (sender, notes) = mpsc::channel();
    let reader = Reader {
        queue: Arc::clone(&queue),
        life: Arc::clone(&life),
        record: Arc::clone(&record),
        notes: sender.clone(),
        unrecorded: spec.unrecorded,
        hidden: spec.hidden.clone(),
    };
    if let Some(stderr) = stderr {
        let second_reader = reader.clone();
        start_thread(spec.tool, "out", move || reader.read(Some(Source::Stdout), stdout));
        start_thread(spec.tool, "err", move || second_reader.read(Some(Source::Stderr), stderr));
    } else {
        start_thread(spec.tool, "out", move || reader.read(None, stdout));
    }
    let waiter = sender.clone();
    start_thread(spec.tool, "wait", move || wait_for_end(leader, &waiter));
    let (ended_sender, ended) = watch::channel(None);
    let control = Control {
        tool: spec.tool,
        notes,
        _sender: sender.clone(),
        group: Arc::clone(&group),
        life,
        queue: Arc::clone(&queue),
        record,
        limits: Limits { no_progress: spec.no_progress, deadline: spec.deadline, grace: spec.grace },
        growth: spec.writes_into.as_deref().map(Growth::of),
        stage: StageCell::default(),
        pipes_open: pipes,
        ended: ended_sender,
    };
    start_thread(spec.tool, "ctl", move || control.run());
    Running { queue, group, notes: sender, ended, command_line, hosted }
}

fn start_thread(tool: &str, role: &str, body: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name(format!("{tool}-{role}")).spawn(body);
    thread.expect("the system has room for a thread beside the process it had room for");
}

/// Waits without reaping, so that the number of the group stays its own until the group is gone.
fn wait_for_end(leader: Pid, notes: &mpsc::Sender<Note>) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(error) = waitid(WaitId::Pid(leader), options) {
        if error != Errno::INTR {
            tracing::error!(%error, "a child can't be waited for");
            break;
        }
    }
    // The control thread waits for exactly this.
    notes.send(Note::LeaderEnded).ok();
}

/// Reads one pipe to its end.
#[derive(Debug, Clone)]
struct Reader {
    queue: Arc<Queue>,
    life: Arc<Life>,
    record: Arc<Mutex<Record>>,
    notes: mpsc::Sender<Note>,
    unrecorded: &'static [&'static str],
    hidden: Hidden,
}

impl Reader {
    const CHUNK_BYTES: usize = 64 << 10;

    /// Both if no source is named: then each line says by its beginning which it is of.
    fn read(self, source: Option<Source>, mut pipe: impl Read) {
        let mut splitter = Splitter::default();
        let mut chunk = vec![0; Self::CHUNK_BYTES];
        loop {
            match pipe.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => {
                    self.life.sign();
                    splitter.feed(chunk.get(..length).unwrap_or_default(), |line| self.take(source, &line));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    tracing::warn!(%error, "pipe of a child can't be read");
                    break;
                }
            }
        }
        splitter.flush(&mut |line| self.take(source, &line));
        self.queue.producer_done();
        // It fails if the control thread gave up on this pipe.
        self.notes.send(Note::Drained).ok();
    }

    fn take(&self, source: Option<Source>, line: &RawLine) {
        let mut text = self.hidden.leave_out(String::from_utf8_lossy(&line.bytes).into_owned());
        let is_protocol = self.unrecorded.iter().any(|prefix| text.starts_with(prefix));
        let source = source.unwrap_or(if is_protocol { Source::Stdout } else { Source::Stderr });
        if source == Source::Stderr {
            text = redact::text(&text).into_owned();
        }
        if !is_protocol {
            let clean = redact::text(&text);
            self.record.lock().unwrap_or_else(PoisonError::into_inner).word(&clean);
        }
        self.queue.push(Line { source, text, truncated: line.truncated });
        self.life.sign();
    }
}

/// Whether the system has this program: a regular file that somebody may execute.
pub(crate) fn is_program(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}
