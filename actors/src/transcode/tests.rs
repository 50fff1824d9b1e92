//! Where tests make films by the real ffmpeg.

use std::path::PathBuf;

use mediary_schema::{AttemptId, IdSource};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{
    ffmpeg::Ffmpeg,
    process::{Assignment, Environment, Runner, Spec, Tool, Tools},
};

/// ffmpeg, and a folder with what is made.
pub(super) struct Studio {
    runner: Runner,
    pub(super) tools: Tools,
    folder: TempDir,
}

impl Studio {
    pub(super) fn open() -> Self {
        let runner = Runner::new(IdSource::system().next(), Environment::of(std::env::vars_os()));
        let folders = mediary_tools::private_folder().into_iter().chain(runner.environment().path_folders());
        let tools = Tools::new(folders.collect::<Vec<_>>());
        assert!(tools.find(Tool::Ffprobe).is_ok(), "`ops/test` installs ffprobe, in the package of ffmpeg");
        Self { runner, tools, folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs ffmpeg in the folder with these arguments.
    pub(super) async fn run(&self, arguments: &str) {
        let spec = Spec::new("ffmpeg", self.tools.find(Tool::Ffmpeg).unwrap())
            .args(["-v", "error", "-nostdin", "-y"])
            .args(arguments.split_whitespace())
            .working_dir(self.folder.path());
        let ended = self.runner.spawn(&spec).unwrap().wait().await;
        assert!(ended.is_clean(), "{arguments}: {ended:?}");
    }

    /// The adapter of what is called ffmpeg there.
    pub(super) fn ffmpeg(&self, tools: &Tools) -> Ffmpeg {
        Ffmpeg::new(self.runner.clone(), tools.clone())
    }

    /// An attempt that nobody ends.
    pub(super) fn assignment() -> Assignment {
        let id = AttemptId::from_uuid(IdSource::system().next());
        Assignment::new(id, None, CancellationToken::new())
    }
}
