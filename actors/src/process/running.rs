//! A child that runs, and how it ended.

use std::{
    os::unix::process::ExitStatusExt,
    process::ExitStatus,
    sync::{Arc, mpsc},
    time::Duration,
};

use mediary_schema::{
    FailureClass,
    job::{Failure, ResourceUse},
};
use rustix::process::Signal;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{control::Note, group::Group, lines::Line, queue::Queue};

/// A child that runs. Dropping it kills the child and everybody whom that started.
#[derive(Debug)]
pub struct Running {
    pub(super) queue: Arc<Queue>,
    pub(super) group: Arc<Group>,
    pub(super) notes: mpsc::Sender<Note>,
    pub(super) ended: watch::Receiver<Option<Arc<Ended>>>,
    pub(super) command_line: String,
    pub(super) hosted: bool,
}

impl Running {
    /// The pid of the child, which is the number of its group.
    pub fn pid(&self) -> u32 {
        self.group.leader().as_raw_nonzero().get().unsigned_abs()
    }

    /// The recorded command line: without secrets.
    pub fn command_line(&self) -> &str {
        &self.command_line
    }

    /// Whether it is a copy of a process that had its program loaded.
    pub fn is_hosted(&self) -> bool {
        self.hosted
    }

    /// The next line of output, or none once both pipes are at their end. Cancel safe.
    pub async fn next_line(&mut self) -> Option<Line> {
        self.queue.pop().await
    }

    /// A way to let it read its configuration anew.
    pub fn reloader(&self) -> Reloader {
        Reloader { group: Arc::clone(&self.group) }
    }

    /// Lets the lines go to the output file only, for a child that is not read; it never waits for us then.
    pub fn ignore_lines(&self) {
        self.queue.close();
    }

    /// Waits for the end and drops the lines that nobody took.
    pub async fn wait(mut self) -> Ended {
        self.queue.close();
        self.until_ended().await
    }

    /// Ends it: TERM, and KILL after the grace time. Answers when everybody is gone.
    pub async fn cancel(self) -> Ended {
        self.canceller().request();
        self.wait().await
    }

    /// Gives every line to `each` and answers how it ended; cancels it when `stop` is.
    pub async fn drive(mut self, stop: &CancellationToken, mut each: impl FnMut(Line)) -> Ended {
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return self.cancel().await,
                line = self.next_line() => match line {
                    Some(line) => each(line),
                    None => break,
                },
            }
        }
        // The pipes are at their end, but the child may still work.
        tokio::select! {
            () = stop.cancelled() => self.canceller().request(),
            _ = self.until_ended() => {}
        }
        self.wait().await
    }

    /// A way to end it from elsewhere.
    pub fn canceller(&self) -> Canceller {
        Canceller { notes: self.notes.clone(), ended: self.ended.clone() }
    }

    async fn until_ended(&mut self) -> Ended {
        end(&mut self.ended).await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.queue.close();
        // Here and now, since the process may be about to end and its threads with it.
        if self.ended.borrow().is_none() {
            self.group.signal(Signal::KILL);
        }
        // It fails if the child has ended already.
        self.notes.send(Note::Kill).ok();
    }
}

/// A way to let a child read its configuration anew.
#[derive(Debug, Clone)]
pub struct Reloader {
    group: Arc<Group>,
}

impl Reloader {
    /// Sends HUP, unless it has ended.
    pub fn reload(&self) {
        self.group.signal(Signal::HUP);
    }
}

/// A way to end a child from elsewhere.
#[derive(Debug, Clone)]
pub struct Canceller {
    notes: mpsc::Sender<Note>,
    ended: watch::Receiver<Option<Arc<Ended>>>,
}

impl Canceller {
    /// Ends the child: TERM, and KILL after the grace time. Answers when everybody is gone.
    pub async fn cancel(mut self) -> Ended {
        self.request();
        end(&mut self.ended).await
    }

    /// Waits for the end without causing it.
    pub async fn ended(mut self) -> Ended {
        end(&mut self.ended).await
    }

    /// Asks for the end without waiting for it.
    pub fn request(&self) {
        // It fails if the child has ended already.
        self.notes.send(Note::Cancel).ok();
    }
}

async fn end(ended: &mut watch::Receiver<Option<Arc<Ended>>>) -> Ended {
    let known = ended.wait_for(Option::is_some).await.ok().and_then(|ended| ended.as_deref().cloned());
    known.expect("the control thread publishes the end before it ends")
}

/// How a child exited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// With this code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// The system didn't say.
    Lost,
}

impl From<ExitStatus> for Status {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Exited(code),
            (None, Some(signal)) => Self::Signalled(signal),
            (None, None) => Self::Lost,
        }
    }
}

/// What made a child end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// Nobody; it may have been killed by the system.
    Itself,
    /// A cancel, or the drop of its handle.
    Cancelled,
    /// No sign of life for too long.
    NoProgress,
    /// It took too long in total.
    Deadline,
}

impl EndedBy {
    /// The name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Cancelled => "cancelled",
            Self::NoProgress => "no_progress",
            Self::Deadline => "deadline",
        }
    }
}

/// How a child ended; nobody of its group is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How it exited.
    pub status: Status,
    /// What made it end.
    pub by: EndedBy,
    /// What it used, with the children that it waited for.
    pub resources: ResourceUse,
    /// How long it ran.
    pub elapsed: Duration,
    /// Its last words, at most [`Failure::OUTPUT_LINES_MAX`] lines.
    pub output_tail: Vec<String>,
}

impl Ended {
    /// Whether it ended by itself and says that all went well, which no adapter takes as success.
    pub fn is_clean(&self) -> bool {
        self.by == EndedBy::Itself && self.status == Status::Exited(0)
    }

    /// The part of each of so many for whom it worked.
    #[must_use]
    pub fn share(&self, count: usize) -> Self {
        let cpu_ms = self.resources.cpu_ms / count.max(1) as u64;
        Self { resources: ResourceUse { cpu_ms, ..self.resources }, ..self.clone() }
    }

    /// The exit code, if it ended with one by itself.
    pub fn exit_code(&self) -> Option<i32> {
        match (self.by, self.status) {
            (EndedBy::Itself, Status::Exited(code)) => Some(code),
            _ => None,
        }
    }

    /// A failure with the exit code and the last words.
    pub fn failure(&self, class: FailureClass, message: impl Into<String>) -> Failure {
        Failure {
            exit_code: self.exit_code(),
            output: self.output_tail.clone(),
            ..Failure::new(class, message)
        }
    }

    /// The failure that we ourselves or the system caused, whatever the child had to say; none if the
    /// child exited by itself.
    pub fn forced(&self, program: &str) -> Option<Failure> {
        let seconds = self.elapsed.as_secs();
        match (self.by, self.status) {
            (EndedBy::NoProgress, _) => Some(self.failure(
                FailureClass::Stalled,
                format!("{program} showed no sign of life for too long and was ended after {seconds} s"),
            )),
            (EndedBy::Deadline, _) => Some(self.failure(
                FailureClass::Stalled,
                format!("{program} took too long in total and was ended after {seconds} s"),
            )),
            (EndedBy::Cancelled, _) => {
                Some(self.failure(FailureClass::WorkerLost, format!("{program} was cancelled")))
            }
            (EndedBy::Itself, Status::Signalled(signal)) => Some(self.failure(
                FailureClass::WorkerLost,
                format!("{program} was ended from outside by signal {signal}"),
            )),
            (EndedBy::Itself, Status::Lost) => {
                Some(self.failure(FailureClass::Unknown, format!("the exit of {program} is not known")))
            }
            (EndedBy::Itself, Status::Exited(_)) => None,
        }
    }

    pub(super) fn measure(&self, tool: &'static str) {
        let ended_by = self.by.name();
        metrics::counter!("mediary_processes_ended_total", "tool" => tool, "ended_by" => ended_by)
            .increment(1);
        metrics::histogram!("mediary_process_seconds", "tool" => tool).record(self.elapsed.as_secs_f64());
        let cpu_seconds = self.resources.cpu_ms as f64 / 1000.0;
        metrics::histogram!("mediary_process_cpu_seconds", "tool" => tool).record(cpu_seconds);
        let memory = self.resources.memory_peak_bytes as f64;
        metrics::histogram!("mediary_process_memory_peak_bytes", "tool" => tool).record(memory);
    }
}
