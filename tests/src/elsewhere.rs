use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
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
    net::UnixStream,
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
}

impl Elsewhere {
    /// Starts it; `plugins` is where the sample site's plugin of yt-dlp is.
    pub async fn start(plugins: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "it is started as a person would on another machine")]
        let mut command = Command::new(tools::built("work_for_tests"));
        let child = command.arg(folder.path()).arg(plugins).kill_on_drop(true).spawn().unwrap();
        let elsewhere = Self { child, folder };
        until("the worker listens", || async { UnixStream::connect(elsewhere.socket()).await.ok() }).await;
        elsewhere
    }

    fn socket(&self) -> PathBuf {
        socket(self.folder.path())
    }

    /// Whoever passes work on to it.
    pub fn hands(&self) -> Arc<dyn Hands> {
        Arc::new(Line { socket: self.socket() })
    }

    /// The folder in which it works.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The files and folders that it holds open.
    pub fn open_files(&self) -> Vec<PathBuf> {
        let pid = self.child.id().expect("it runs");
        let entries = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
        entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok()).collect()
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
    async fn pass_on(&self, space: &Space, work: &Work) -> io::Result<Finish> {
        let (read, mut write) = UnixStream::connect(&self.socket).await?.into_split();
        let mut ear = Ear::new(read);
        say(&mut write, &Told::Begin { job_id: space.job_id(), work: Box::new(work.clone()) }).await?;
        let (stop, port) = (space.assignment().stop().clone(), space.port());
        let mut is_told = false;
        loop {
            let said = tokio::select! {
                said = ear.hear() => said?,
                () = stop.cancelled(), if !is_told => {
                    is_told = true;
                    say(&mut write, &Told::Stop).await?;
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
                        say(&mut write, &Told::Bytes(size_bytes)).await?;
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
            say(&mut write, &Told::Answer(answer)).await?;
        }
    }
}
