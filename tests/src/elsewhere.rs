use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use futures::{FutureExt as _, future::BoxFuture};
use mediary_actors::workspace::{Finish, Hands, Outcome, Space};
use mediary_schema::{
    FailureClass,
    job::{Failure, ResourceUse, Work},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::{UnixStream, unix::OwnedWriteHalf},
    process::{Child, Command},
};

use crate::{
    line::{Ear, Said, Told, say, say_bytes},
    tools, until,
};

/// A process that does work and has only the port of the workspace: no log, no library, no view. Dropping it kills it.
#[derive(Debug)]
pub struct Elsewhere {
    child: Child,
    folder: TempDir,
    heard: Heard,
}

/// All that the platform said, but for the bytes of files.
type Heard = Arc<Mutex<Vec<String>>>;

impl Elsewhere {
    /// Starts it; `plugins` is where the sample site's plugin of yt-dlp is.
    pub async fn start(plugins: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "it is started as a person would on another machine")]
        let mut command = Command::new(tools::built("work_for_tests"));
        let child = command.arg(folder.path()).arg(plugins).kill_on_drop(true).spawn().unwrap();
        let elsewhere = Self { child, folder, heard: Heard::default() };
        until("the worker listens", || async { UnixStream::connect(elsewhere.socket()).await.ok() }).await;
        elsewhere
    }

    fn socket(&self) -> PathBuf {
        socket(self.folder.path())
    }

    /// Whoever passes work on to it.
    pub fn hands(&self) -> Arc<dyn Hands> {
        Arc::new(Line { socket: self.socket(), heard: Arc::clone(&self.heard) })
    }

    /// All that it was told of the platform, as it was said; the bytes of files left out.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// The folder in which it works.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The files and folders that it and its children hold open or stand in.
    pub fn open_files(&self) -> Vec<PathBuf> {
        let pid = self.child.id().expect("it runs");
        let links = self.children().into_iter().chain([pid]).flat_map(|pid| {
            let process = PathBuf::from(format!("/proc/{pid}"));
            // One that has ended holds nothing.
            let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
            open.map(|entry| entry.path()).chain([process.join("cwd")])
        });
        links.filter_map(|link| fs::read_link(link).ok()).collect()
    }

    /// The pids of its children.
    pub fn children(&self) -> Vec<u32> {
        let pid = self.child.id().expect("it runs");
        let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
        let of =
            |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        threads
            .map(of)
            .flat_map(|pids| pids.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
            .collect()
    }

    /// Kills it.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Where a worker in this folder listens.
pub fn socket(folder: &Path) -> PathBuf {
    folder.join("line")
}

/// The platform's end of lines to a worker.
#[derive(Debug)]
struct Line {
    socket: PathBuf,
    heard: Heard,
}

impl Hands for Line {
    fn work<'a>(&'a self, space: Space, work: &'a Work) -> BoxFuture<'a, Finish> {
        async move {
            self.pass_on(&space, work).await.unwrap_or_else(|error| {
                let failure = Failure::new(FailureClass::Network, format!("the worker is gone: {error}"));
                Finish { outcome: Outcome::Failed(failure), used: ResourceUse::default() }
            })
        }
        .boxed()
    }
}

impl Line {
    async fn tell(&self, half: &mut OwnedWriteHalf, told: &Told) -> io::Result<()> {
        self.heard.lock().unwrap().push(serde_json::to_string(told)?);
        say(half, told).await
    }

    async fn pass_on(&self, space: &Space, work: &Work) -> io::Result<Finish> {
        let (read, mut write) = UnixStream::connect(&self.socket).await?.into_split();
        let mut ear = Ear::new(read);
        self.tell(&mut write, &Told::Begin { job_id: space.job_id(), work: Box::new(work.clone()) }).await?;
        let (stop, port) = (space.assignment().stop().clone(), space.port());
        let mut is_told = false;
        loop {
            let said = tokio::select! {
                said = ear.hear() => said?,
                () = stop.cancelled(), if !is_told => {
                    is_told = true;
                    self.tell(&mut write, &Told::Stop).await?;
                    continue;
                }
            };
            let answer = match said {
                Said::Finish(finish) => return Ok(finish),
                Said::Progress(progress) => {
                    port.progress(&progress);
                    continue;
                }
                Said::Input(file_id) => match port.input(file_id).await {
                    Ok(file) => {
                        let size_bytes = file.metadata()?.len();
                        self.tell(&mut write, &Told::Bytes(size_bytes)).await?;
                        say_bytes(&mut write, file.into(), size_bytes).await?;
                        continue;
                    }
                    Err(unable) => Err(unable),
                },
                Said::Reserve => port.reserve().await.map(|()| Value::Null),
                Said::ReturnSlot => {
                    port.return_slot().await;
                    Ok(Value::Null)
                }
                Said::Output { way, size_bytes } => {
                    let path = space.folder().join(&way);
                    fs::create_dir_all(path.parent().unwrap_or(&path))?;
                    ear.save(size_bytes, &path).await?;
                    port.output(&way).await.map(|()| json!(size_bytes))
                }
                Said::Ask(question) => port.ask(question).await,
            };
            self.tell(&mut write, &Told::Answer(answer)).await?;
        }
    }
}
