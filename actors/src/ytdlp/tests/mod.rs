//! The real yt-dlp against a small site on the loopback.

mod asking;
mod beside;
mod case;
mod choosing;
mod downloading;
mod hosting;
mod loading;
mod nesting;
mod owning;
mod refreshing;
mod site;
mod waiting;

use std::path::{Path, PathBuf};

use mediary_schema::{AttemptId, IdSource};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    net::{self, Gateway, Guard, Net},
    process::{Assignment, Environment, Runner, Tool, Tools},
    sources::Sources,
};

/// A yt-dlp with the test extractors, and a folder to work in.
#[derive(Debug)]
struct Bench {
    engine: YtDlp,
    folder: TempDir,
}

impl Bench {
    /// One whose runs are copies of what has yt-dlp loaded.
    async fn new() -> Self {
        let mut bench = Self::unhosted().await;
        bench.host().await;
        bench
    }

    /// One that starts yt-dlp for each run.
    async fn unhosted() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("plugins/test/yt_dlp_plugins/extractor");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("mediary_test.py"), include_str!("plugin.py")).unwrap();
        let options = Options {
            plugin_dirs: vec![folder.path().join("plugins")],
            // Loading the others takes half a second.
            extractors: Some("mediarytest.*,generic".to_owned()),
            retries: 1,
            ..Options::default()
        };
        let runner = Runner::new(IdSource::system().next(), Environment::of(std::env::vars_os()));
        let tools = tools(&runner);
        let guard = Guard::new(["127.0.0.0/8".parse().unwrap()]);
        let net = net::Options { guard, ..net::Options::in_folder(folder.path().join("net")) };
        let gateway = Gateway::open(Net::try_new(net).unwrap()).await.unwrap();
        Self { engine: YtDlp::new(runner, tools, options, gateway), folder }
    }

    /// Gives it a host of its own, which is ready.
    async fn host(&mut self) {
        let host = host();
        let program = self.engine.tools.find(Tool::YtDlp).unwrap();
        host.ready(&self.engine.runner, &program).await.expect("the yt-dlp of these tests can be hosted");
        self.engine.host = Some(host);
    }

    /// What a server asks: media files are fetched without yt-dlp.
    fn sources(&self) -> Sources {
        Sources::new(self.engine.gateway.net().clone(), self.engine.clone())
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The programs of the project's own folder, then those of `PATH`.
fn tools(runner: &Runner) -> Tools {
    let tools =
        Tools::new(mediary_tools::private_folder().into_iter().chain(runner.environment().path_folders()));
    for tool in [Tool::YtDlp, Tool::Ffmpeg] {
        assert!(tools.find(tool).is_ok(), "these tests need {tool}: run `ops/test`, which installs it");
    }
    tools
}

fn assignment(output_file: Option<PathBuf>) -> Assignment {
    Assignment::new(AttemptId::from_uuid(IdSource::system().next()), output_file, CancellationToken::new())
}
