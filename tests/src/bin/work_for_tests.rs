//! Does work for whoever sends it, until it is killed: the other process of `it/workspace.rs`.
//!
//! `work_for_tests FOLDER PLUGINS`
//!
//! It has a folder of its own and the port of the workspace, and knows neither log nor library nor view.

#![expect(clippy::unwrap_used, reason = "a part of a test: a failure is a failed test")]

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::{FutureExt as _, future::BoxFuture};
use mediary::environment;
use mediary_actors::{
    download::Downloader,
    ffmpeg::Ffmpeg,
    file::Verifier,
    net::{self, Gateway, Guard, Net},
    playlist::Lister,
    process::{Assignment, Environment, Runner, Tools},
    room::Room,
    sources::Sources,
    workspace::{Hands, Port, Space, Unable},
    ytdlp::{Options as YtDlpOptions, YtDlp},
};
use mediary_log::gate::LongWork as _;
use mediary_schema::{
    FileId, IdSource,
    download::DownloadItem,
    file::VerifyFiles,
    job::{Progress, WorkKind},
    playlist::RefreshPlaylist,
};
use mediary_tests::{
    line::{Ear, Said, Told, say, say_bytes},
    socket, tools_folder,
};
use serde_json::Value;
use tokio::{
    net::{UnixListener, UnixStream},
    sync::{Mutex, mpsc},
};

/// What this process can do.
type Kinds = BTreeMap<WorkKind, Arc<dyn Hands>>;

#[tokio::main]
async fn main() {
    mediary::provide_tls();
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (folder, plugins) = (arguments.next().unwrap(), arguments.next().unwrap());
    let kinds = Arc::new(kinds(&folder, plugins).await);
    let listener = UnixListener::bind(socket(&folder)).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (kinds, folder) = (Arc::clone(&kinds), folder.clone());
        #[expect(clippy::disallowed_methods, reason = "nobody supervises a process of a test but the test")]
        tokio::spawn(async move {
            // A line that breaks is the platform's to notice.
            attend(stream, &kinds, &folder).await.ok();
        });
    }
}

async fn kinds(folder: &Path, plugins: PathBuf) -> Kinds {
    let runner = Runner::new(IdSource::system().next(), Environment::of(environment::variables()));
    let tools = Tools::new([tools_folder()].into_iter().chain(runner.environment().path_folders()));
    let guard = Guard::new(["127.0.0.0/8".parse().unwrap()]);
    let options = net::Options { guard, ..net::Options::in_folder(folder.join("net")) };
    let gateway = Gateway::open(Net::try_new(options).unwrap()).await.unwrap();
    let options = YtDlpOptions { plugin_dirs: vec![plugins], retries: 1, ..YtDlpOptions::default() };
    let ytdlp = YtDlp::new(runner.clone(), tools.clone(), options, gateway.clone());
    let sources = Arc::new(Sources::new(gateway.net().clone(), ytdlp));
    let room = Room::of_folder(folder.to_owned(), 1 << 20);
    let downloader = Downloader::new(Arc::clone(&sources) as _, Ffmpeg::new(runner, tools), room);
    let lister: Arc<dyn Hands> = Arc::new(Lister::new(sources));
    BTreeMap::from([
        (RefreshPlaylist::KIND, lister),
        (DownloadItem::KIND, Arc::new(downloader) as _),
        (VerifyFiles::KIND, Arc::new(Verifier) as _),
    ])
}

/// Does the work that a line asks for.
async fn attend(stream: UnixStream, kinds: &Kinds, folder: &Path) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut ear = Ear::new(read);
    // Whoever only looks whether somebody listens has nothing to be done.
    let Ok(Told::Begin { job_id, work }) = ear.hear().await else { return Ok(()) };
    let folder = folder.join(job_id.to_string());
    fs::create_dir_all(&folder)?;
    let (said, mut to_say) = mpsc::unbounded_channel();
    let (answers, answered) = mpsc::channel(1);
    let assignment = Assignment::default();
    let stop = assignment.stop().clone();
    let port = Arc::new(FarPort { said, folder: folder.clone(), answered: Mutex::new(answered) });
    let space = Space::new(job_id, folder.clone(), assignment, Arc::clone(&port) as _);
    let hands = Arc::clone(kinds.get(&work.kind).unwrap());
    let working = async move {
        let finish = hands.work(space, &work).await;
        port.said.send((Said::Finish(finish), None)).unwrap();
    };
    let saying = async {
        while let Some((said, path)) = to_say.recv().await {
            say(&mut write, &said).await?;
            if let (Said::Output { size_bytes, .. }, Some(path)) = (&said, path) {
                say_bytes(&mut write, tokio::fs::File::open(path).await?, *size_bytes).await?;
            }
        }
        Ok(())
    };
    let hearing = async {
        loop {
            match ear.hear().await? {
                Told::Answer(answer) => answers.send(answer.map(Heard::Answer)).await.unwrap(),
                Told::Bytes(size_bytes) => {
                    let path = folder.join("input");
                    ear.save(size_bytes, &path).await?;
                    answers.send(Ok(Heard::File(path))).await.unwrap();
                }
                Told::Stop => stop.cancel(),
                Told::Begin { .. } => unreachable!("a line is for one attempt"),
            }
        }
    };
    tokio::select! {
        ((), said) = futures::future::join(working, saying) => said,
        heard = hearing => heard,
    }
}

/// What the platform answered.
enum Heard {
    Answer(Value),
    File(PathBuf),
}

/// The port of an attempt, at the far end of a line.
#[derive(Debug)]
struct FarPort {
    said: mpsc::UnboundedSender<(Said, Option<PathBuf>)>,
    folder: PathBuf,
    answered: Mutex<mpsc::Receiver<Result<Heard, Unable>>>,
}

impl FarPort {
    async fn call(&self, said: Said, bytes: Option<PathBuf>) -> Result<Heard, Unable> {
        // One at a time: answers have no names.
        let mut answered = self.answered.lock().await;
        self.said.send((said, bytes)).map_err(Unable::unknown)?;
        answered.recv().await.unwrap_or(Err(Unable::Lost))
    }

    async fn put(&self, way: &str) -> Result<(), Unable> {
        let path = self.folder.join(way);
        let size_bytes = path.metadata().map_err(Unable::unknown)?.len();
        self.call(Said::Output { way: way.to_owned(), size_bytes }, Some(path)).await.map(drop)
    }

    async fn get(&self, file_id: FileId) -> Result<File, Unable> {
        match self.call(Said::Input(file_id), None).await? {
            Heard::File(path) => File::open(path).map_err(Unable::unknown),
            Heard::Answer(_) => Err(Unable::unknown("a file was asked for")),
        }
    }

    async fn question(&self, question: Value) -> Result<Value, Unable> {
        match self.call(Said::Ask(question), None).await? {
            Heard::Answer(answer) => Ok(answer),
            Heard::File(_) => Err(Unable::unknown("no file was asked for")),
        }
    }
}

impl Port for FarPort {
    fn input(&self, file_id: FileId) -> BoxFuture<'_, Result<File, Unable>> {
        self.get(file_id).boxed()
    }

    fn reserve(&self) -> BoxFuture<'_, Result<(), Unable>> {
        self.call(Said::Reserve, None).map(|answer| answer.map(drop)).boxed()
    }

    fn output<'a>(&'a self, way: &'a str) -> BoxFuture<'a, Result<(), Unable>> {
        self.put(way).boxed()
    }

    fn ask(&self, question: Value) -> BoxFuture<'_, Result<Value, Unable>> {
        self.question(question).boxed()
    }

    fn return_slot(&self) -> BoxFuture<'_, ()> {
        self.call(Said::ReturnSlot, None).map(drop).boxed()
    }

    fn progress(&self, progress: &Progress) {
        self.said.send((Said::Progress(progress.clone()), None)).unwrap();
    }
}
