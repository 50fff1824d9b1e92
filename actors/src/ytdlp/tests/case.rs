//! One item to download, and what the site has of it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use mediary_schema::{
    download::Quality,
    item::ItemSource,
    job::{Failure, Progress},
};
use serde_json::Value;
use tokio::{sync::watch, time::timeout};

use super::{
    super::{DownloadRequest, Downloaded, Engine as _, Extracted},
    Bench, assignment,
    site::{File, Site},
};
use crate::{
    access::Granted,
    process::{Spec, Tool},
};

/// No step of a test takes longer.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// Bytes that repeat nowhere near, different for every seed.
pub(super) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(&mut next).take(length).collect()
}

/// A bench with one item to download.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) bench: Bench,
    pub(super) site: Site,
    pub(super) request: DownloadRequest,
}

impl Case {
    /// A direct file `film.mp4`.
    pub(super) async fn of_file(file: File) -> Self {
        let mut case = Self::of_url("/media/film.mp4", Quality::best()).await;
        case.request.source.extractor = "generic".to_owned();
        case.site.file("film.mp4", file);
        case
    }

    pub(super) async fn of_url(path: &str, quality: Quality) -> Self {
        let (bench, site) = (Bench::new().await, Site::start().await);
        let (extractor, source_id) = ("mediarytestvideo".to_owned(), "v1".to_owned());
        let source = ItemSource { extractor, source_id, url: site.url(path) };
        let request = DownloadRequest {
            source,
            quality,
            staging: bench.path().join("staging"),
            access: Granted::default(),
        };
        Self { bench, site, request }
    }

    /// A video of the test extractor.
    pub(super) async fn of_video(quality: &str, video: impl FnOnce(&Site) -> Value) -> Self {
        let case = Self::of_url("/watch/v1", quality.parse().unwrap()).await;
        let video = video(&case.site);
        case.site.content().videos.insert("v1".to_owned(), video);
        case
    }

    pub(super) async fn extract(&self) -> Result<Extracted, Failure> {
        let (sources, assignment) = (self.bench.sources(), assignment(None));
        timeout(PATIENCE, sources.extract(&self.request, &assignment)).await.expect("it ends")
    }

    pub(super) async fn run(&self) -> Result<(Downloaded, Progress), Failure> {
        let extracted = self.extract().await?;
        let (progress, last) = watch::channel(Progress::default());
        let assignment = assignment(Some(self.bench.path().join("output")));
        let sources = self.bench.sources();
        let download = sources.download(&self.request, &extracted, &assignment, &progress);
        let downloaded = timeout(PATIENCE, download).await.expect("it ends")?;
        let last = last.borrow().clone();
        Ok((downloaded, last))
    }

    /// Downloads until so many bytes are reported and is stopped then.
    pub(super) async fn run_until(&self, bytes: u64) -> Failure {
        let extracted = self.extract().await.unwrap();
        let (progress, mut last) = watch::channel(Progress::default());
        let assignment = assignment(None);
        let stop = async {
            last.wait_for(|progress| progress.done >= bytes).await.expect("it gets so far");
            assignment.stop().cancel();
        };
        let sources = self.bench.sources();
        let download = sources.download(&self.request, &extracted, &assignment, &progress);
        let (ended, ()) = timeout(PATIENCE, async { tokio::join!(download, stop) }).await.expect("it ends");
        ended.expect_err("it was stopped")
    }

    pub(super) fn staged(&self, name: &str) -> PathBuf {
        self.request.staging.join(name)
    }

    pub(super) fn served(&self) -> usize {
        self.site.content().files["film.mp4"].served
    }

    pub(super) fn requests_of_media(&self) -> Vec<String> {
        let content = self.site.content();
        content.requests.iter().filter(|request| request.contains("/media/")).cloned().collect()
    }
}

pub(super) fn slow(file: File) -> File {
    File { chunk_delay: Duration::from_millis(10), ..file }
}

pub(super) fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// Makes media in a folder of the bench.
pub(super) async fn make(bench: &Bench, arguments: &str) -> PathBuf {
    let folder = bench.path().join("media");
    std::fs::create_dir_all(&folder).unwrap();
    let spec = Spec::new("ffmpeg", bench.engine.tools.find(Tool::Ffmpeg).unwrap())
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments.split(' '))
        .working_dir(&folder);
    let ended = bench.engine.runner.spawn(&spec).unwrap().wait().await;
    assert!(ended.is_clean(), "{ended:?}");
    folder
}

pub(super) const FILM: &str = "-f lavfi -i testsrc2=s=320x180:r=10:d=6 -f lavfi -i sine=d=6 -c:v libx264 -preset ultrafast -g 10 -c:a aac";
