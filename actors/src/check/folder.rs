//! Checks that are said in files of a folder of the server: read when it starts, and again whenever one of them changes.
//!
//! Guarantees: a file that can't be understood changes nothing and says its line; what a file says no more is removed, but not
//! as long as the folder can't be read or has nothing in it: that is no word of anybody's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use mediary_events::check::{
    Ask,
    ask::{Add, Which},
};
use mediary_log::{
    Origin, OriginKind,
    check::Checks,
    gate::{Caller, Gate, Refusal, Story as _},
    work,
};
use mediary_schema::{CheckId, ProjectId, check::FileOfChecks};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use uuid::Uuid;

use super::roster::Roster;

/// Has looked at what files say.
#[derive(Debug)]
pub struct CheckFolder;

/// What it is made of.
#[derive(Debug, Clone)]
pub struct CheckFolderArguments {
    /// The gate.
    pub gate: Gate,
    /// Where it is told how the files are.
    pub checks: Checks,
    /// The folder; it is made if it is not there.
    pub folder: PathBuf,
    /// Who understands a file.
    pub understand: Understand,
}

/// Understands the text of a file: its checks, or what is wrong with it, with the line.
pub type Understand = fn(&str) -> Result<Vec<Said>, String>;

/// A check as a file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What is looked at, but for what it depends on.
    pub add: Add,
    /// The names of what it depends on.
    pub depends_on: Vec<String>,
}

/// What it is told.
#[derive(Debug)]
pub enum Message {
    /// Something happened to a file.
    Changed,
    /// It is time to read all of them.
    Read,
}

/// What it keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: CheckFolderArguments,
    /// What was said in which file, as recorded.
    said: BTreeMap<CheckId, String>,
    /// Whether they are read in a moment.
    is_waiting: bool,
    /// Ends with this; none if the system has no watch left.
    _watcher: Option<RecommendedWatcher>,
}

/// An editor writes a file in several steps: they are read once for all of them.
const SETTLES_AFTER: Duration = Duration::from_millis(300);
/// What was refused may be taken later: the log is full no more, or a channel is there that was not.
const AGAIN_AFTER: Duration = Duration::from_mins(1);
/// The longest file, in bytes: some ten thousand checks.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// What a file of checks ends with.
const ENDING: &str = "toml";

impl Actor for CheckFolder {
    type Msg = Message;
    type State = State;
    type Arguments = CheckFolderArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: CheckFolderArguments,
    ) -> Result<State, ActorProcessingErr> {
        let (log, folder, reader) = (arguments.gate.log().clone(), arguments.folder.clone(), myself.clone());
        let begin = tokio::task::spawn_blocking(move || {
            let watcher = watch(&folder, reader);
            let mut roster = Roster::restore(&log);
            roster.read_on(&log).map(|_| (roster.said_in_files(), watcher))
        });
        let (said, watcher) = begin.await??;
        if let Err(error) = &watcher {
            let folder = arguments.folder.display();
            tracing::warn!(%folder, %error, "changes of files of checks are seen at the next start only");
        }
        myself.cast(Message::Read)?;
        Ok(State { arguments, said, is_waiting: true, _watcher: watcher.ok() })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Changed if state.is_waiting => {}
            Message::Changed => {
                state.is_waiting = true;
                myself.send_after(SETTLES_AFTER, || Message::Read);
            }
            Message::Read => {
                state.is_waiting = false;
                if state.read().await? == Understood::InPart {
                    myself.send_after(AGAIN_AFTER, || Message::Changed);
                }
            }
        }
        Ok(())
    }
}

/// Tells whenever something happens to a file of the folder.
fn watch(folder: &Path, reader: ActorRef<Message>) -> notify::Result<RecommendedWatcher> {
    fs::create_dir_all(folder).map_err(notify::Error::io)?;
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // That a file was opened is said, too, also of our own reading.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            // One that is gone reads nothing.
            reader.cast(Message::Changed).ok();
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Whether all files are looked at as they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Understood {
    Whole,
    InPart,
}

/// What a file says, or why nobody knows.
type Read = BTreeMap<String, Result<Vec<Said>, String>>;

fn read_all(folder: &Path, understand: Understand) -> io::Result<Read> {
    let mut read = Read::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_one = path.extension().is_some_and(|ending| ending == ENDING) && path.is_file();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_one) {
            read.insert(name.to_owned(), read_one(&path).and_then(|text| understand(&text)));
        }
    }
    Ok(read)
}

fn read_one(path: &Path) -> Result<String, String> {
    let size_bytes = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size_bytes > FILE_BYTES_MAX {
        return Err(format!("it is longer than {} MiB", FILE_BYTES_MAX >> 20));
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}

impl State {
    async fn read(&mut self) -> Result<Understood, ActorProcessingErr> {
        let CheckFolderArguments { folder, understand, gate, .. } = self.arguments.clone();
        let read = tokio::task::spawn_blocking(move || read_all(&folder, understand)).await?;
        let read_at = gate.clock().now();
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%error, "the folder of checks can't be read: all of them stay as they are");
                return Ok(Understood::InPart);
            }
        };
        let mut files: BTreeMap<String, FileOfChecks> = BTreeMap::new();
        let mut wanted = Vec::new();
        for (name, understood) in read {
            let mut file = FileOfChecks { name: name.clone(), checks: 0, errors: Vec::new(), read_at };
            match understood {
                Ok(all) => wanted.extend(all.into_iter().map(|said| (name.clone(), said))),
                Err(error) => file.errors.push(error),
            }
            files.insert(name, file);
        }
        let is_understood = |files: &BTreeMap<String, FileOfChecks>, name: &str| {
            // A file that is gone says nothing more, unless all of them are.
            files.get(name).map_or(!files.is_empty(), |file| file.errors.is_empty())
        };
        let mut gone: BTreeSet<CheckId> = self.said.keys().copied().collect();
        gone.retain(|id| self.said.get(id).is_some_and(|name| is_understood(&files, name)));
        self.say(wanted, &mut files, &mut gone).await?;
        for id in gone {
            self.remove(id).await?;
        }
        let before = self.arguments.checks.files();
        let was_told = |file: &FileOfChecks| {
            before.iter().any(|known| known.name == file.name && known.errors == file.errors)
        };
        let wrong: Vec<&FileOfChecks> = files.values().filter(|file| !file.errors.is_empty()).collect();
        for file in wrong.iter().filter(|file| !was_told(file)) {
            tracing::warn!(file = file.name, errors = ?file.errors, "a file of checks is not all understood");
        }
        let understood = if wrong.is_empty() { Understood::Whole } else { Understood::InPart };
        self.arguments.checks.set_files(files.into_values().collect());
        Ok(understood)
    }

    /// Has all of that looked at; what depends on others after them.
    async fn say(
        &mut self,
        mut wanted: Vec<(String, Said)>,
        files: &mut BTreeMap<String, FileOfChecks>,
        gone: &mut BTreeSet<CheckId>,
    ) -> Result<(), ActorProcessingErr> {
        let identities = self.arguments.gate.identities();
        let id_of = |name: &str| identities.check(ProjectId::HOME, name);
        let mut names = BTreeMap::new();
        wanted.retain(|(file, said)| {
            let other = names.entry(said.add.name.clone()).or_insert_with(|| file.clone());
            let is_first = other == file;
            if !is_first && let Some(file) = files.get_mut(file) {
                file.errors.push(format!("{:?}: it is said in {other}, too", said.add.name));
            }
            is_first
        });
        loop {
            let (count, mut waiting) = (wanted.len(), Vec::new());
            for (file, said) in wanted {
                let id = id_of(&said.add.name);
                // What is said in a way that can't be is not what is said no more.
                gone.remove(&id);
                let mut add = said.add.clone();
                add.definition.depends_on = said.depends_on.iter().map(|name| id_of(name)).collect();
                match self.ask_to_add(add, &file).await {
                    Ok(()) => {
                        self.said.insert(id, file.clone());
                        if let Some(file) = files.get_mut(&file) {
                            file.checks += 1;
                        }
                    }
                    Err(refusal) => waiting.push((file, said, refusal)),
                }
            }
            if waiting.is_empty() || waiting.len() == count {
                for (file, said, refusal) in waiting {
                    if let Some(file) = files.get_mut(&file) {
                        file.errors.push(format!("{:?}: {}", said.add.name, words(&refusal, &said)));
                    }
                }
                return Ok(());
            }
            wanted = waiting.into_iter().map(|(file, said, _)| (file, said)).collect();
        }
    }

    async fn ask_to_add(&self, add: Add, file: &str) -> Result<(), Refusal> {
        let (gate, file) = (&self.arguments.gate, file.to_owned());
        let said = gate.transact(caller(gate), move |story| work::check::say_in_file(story, &add, &file));
        said.await.map(|_| ())
    }

    async fn remove(&mut self, id: CheckId) -> Result<(), ActorProcessingErr> {
        let gate = &self.arguments.gate;
        let asked = Ask::Remove(Which { check_id: id });
        match gate.transact(caller(gate), move |story| asked.tell(story)).await {
            Ok(_) => {
                self.said.remove(&id);
                Ok(())
            }
            Err(refusal) => Err(refusal.into()),
        }
    }
}

/// Why it is refused; of what it depends on and is not there by its name, which the refusal does not know.
fn words(refusal: &Refusal, said: &Said) -> String {
    match refusal {
        Refusal::Rejected(rejection) if rejection.code() == "CHECK_BAD_DEPENDENCY" => {
            format!("not all of what it depends on is there: {}", said.depends_on.join(", "))
        }
        refusal => refusal.to_string(),
    }
}

fn caller(gate: &Gate) -> Caller {
    Caller::platform(Origin { kind: OriginKind::Actor, id: Uuid::nil() }, gate.ids())
}
