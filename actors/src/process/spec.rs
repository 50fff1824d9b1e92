//! What to run and within which limits.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Caps, Host, Owner,
    redact::{self, Hidden},
};

/// Variables with secrets.
#[derive(Clone, Default)]
pub(super) struct SecretVariables(pub(super) Vec<(OsString, OsString)>);

impl std::fmt::Debug for SecretVariables {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretVariables")
    }
}

/// What to run and within which limits.
#[derive(Debug, Clone)]
pub struct Spec {
    pub(super) tool: &'static str,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) operands: Vec<OsString>,
    pub(super) working_dir: Option<PathBuf>,
    pub(super) extra: Vec<(OsString, OsString)>,
    pub(super) secret: SecretVariables,
    pub(super) hidden: Hidden,
    pub(super) owner: Option<Owner>,
    pub(super) output_file: Option<PathBuf>,
    pub(super) unrecorded: &'static [&'static str],
    pub(super) in_order: bool,
    pub(super) no_progress: Option<Duration>,
    pub(super) writes_into: Option<PathBuf>,
    pub(super) deadline: Option<Duration>,
    pub(super) memory_bytes_max: Option<u64>,
    pub(super) grace: Duration,
    pub(super) host: Option<Host>,
}

impl Spec {
    /// How long a child may take to end after TERM unless said otherwise: cancel has to reach the
    /// process within 2 s (PL-24), and none of our tools has anything to save that we rely on.
    pub const GRACE: Duration = Duration::from_secs(2);

    /// A run of `program` without arguments, deadlines and output file; `tool` names it in metrics.
    pub fn new(tool: &'static str, program: impl Into<PathBuf>) -> Self {
        Self {
            tool,
            program: program.into(),
            arguments: Vec::new(),
            operands: Vec::new(),
            working_dir: None,
            extra: Vec::new(),
            secret: SecretVariables::default(),
            hidden: Hidden::default(),
            owner: None,
            output_file: None,
            unrecorded: &[],
            in_order: false,
            no_progress: None,
            writes_into: None,
            deadline: None,
            memory_bytes_max: None,
            grace: Self::GRACE,
            host: None,
        }
    }

    /// Adds an argument of our own making: an option or its value.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds several arguments of our own making.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds an operand: it stands after `--`, so that a foreign text can't become an option.
    #[must_use]
    pub fn operand(mut self, operand: impl Into<OsString>) -> Self {
        self.operands.push(operand.into());
        self
    }

    /// The folder to work in.
    #[must_use]
    pub fn working_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.working_dir = Some(folder.into());
        self
    }

    /// Sets a variable beyond the inherited ones.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }

    /// Sets a variable that has a secret, which is left out of all that the program says.
    #[must_use]
    pub fn secret_env(mut self, name: impl Into<OsString>, value: &str) -> Self {
        self.hidden.add(value);
        self.secret.0.push((name.into(), value.into()));
        self
    }

    /// Whose this run is.
    #[must_use]
    pub fn owner(mut self, owner: Option<Owner>) -> Self {
        self.owner = owner;
        self
    }

    /// Where to keep the output; runs of one owner share the file and add to it.
    #[must_use]
    pub fn output_file(mut self, file: Option<PathBuf>) -> Self {
        self.output_file = file;
        self
    }

    /// Lines that begin so are protocol, not words: delivered, but neither kept nor in the last words.
    #[must_use]
    pub fn unrecorded(mut self, prefixes: &'static [&'static str]) -> Self {
        self.unrecorded = prefixes;
        self
    }

    /// Lets what it prints and what it complains of come in the order in which it said them: both through one pipe, since
    /// two are read as the machine has time for each. What begins as [`Spec::unrecorded`] is its output then, and all
    /// else its complaints.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// Ends the run when it shows no sign of life for this long; every line is one.
    #[must_use]
    pub fn no_progress(mut self, limit: Duration) -> Self {
        self.no_progress = Some(limit);
        self
    }

    /// The folder that it writes into: a file that grows there is a sign of life, too. What joins a long film says
    /// nothing for many minutes.
    #[must_use]
    pub fn writes_into(mut self, folder: impl Into<PathBuf>) -> Self {
        self.writes_into = Some(folder.into());
        self
    }

    /// Ends the run when it takes longer than this in total.
    #[must_use]
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self
    }

    /// Lets none of its processes have more memory of its own than this: the system gives no more, and what a program does
    /// then is its own affair.
    #[must_use]
    pub fn memory_max(mut self, bytes: u64) -> Self {
        self.memory_bytes_max = Some(bytes);
        self
    }

    /// Within these caps; what it was given before holds if it is less.
    #[must_use]
    pub(super) fn within(mut self, caps: Caps) -> Self {
        self.deadline = self.deadline.into_iter().chain(caps.time).min();
        self.memory_bytes_max = self.memory_bytes_max.into_iter().chain(caps.memory_bytes).min();
        self
    }

    /// How long it may take to end after TERM.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// What has the program loaded and may do the run: see [`super::Runner::begin`].
    #[must_use]
    pub fn hosted_by(mut self, host: Option<Host>) -> Self {
        self.host = host;
        self
    }

    /// The command line for people: without secrets.
    pub fn command_line(&self) -> String {
        redact::command_line(&self.program, &self.command_arguments())
    }

    /// The program's name without folders.
    pub(super) fn program_name(&self) -> String {
        let name = self.program.file_name().unwrap_or(self.program.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Every argument as the program gets it.
    pub(super) fn command_arguments(&self) -> Vec<&OsStr> {
        let mut all: Vec<&OsStr> = self.arguments.iter().map(OsString::as_os_str).collect();
        if !self.operands.is_empty() {
            all.push(OsStr::new("--"));
            all.extend(self.operands.iter().map(OsString::as_os_str));
        }
        all
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        self.working_dir.as_deref()
    }
}
