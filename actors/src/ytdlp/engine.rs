//! What can be asked of yt-dlp.

use std::{collections::BTreeSet, fmt, path::PathBuf, time::Duration};

use futures::future::BoxFuture;
use mediary_schema::{
    download::Quality,
    item::ItemSource,
    job::{Failure, Progress},
    layout::SidecarKind,
    playlist::{ObservedEntry, ObservedPlaylist, PlaylistKind},
};
use tokio::sync::{mpsc, watch};

use super::{beside::Beside, pause, plan::Extracted, validators::Prober};
use crate::{
    access::{Credentials, Granted},
    net::Gateway,
    process::{Assignment, Error, Host, Runner, Spec, Tool, Tools},
};

/// What lists addresses and fetches items; [`YtDlp`] is the real one.
pub trait Engine: fmt::Debug + Send + Sync + 'static {
    /// Lists what an address holds and hands on row by row as they become known.
    ///
    /// A full channel makes it wait. When the receiver is dropped it ends early ([`ListEnd::Stopped`]).
    fn list<'a>(
        &'a self,
        request: &'a ListRequest,
        assignment: &'a Assignment,
        lines: mpsc::Sender<ListLine>,
    ) -> BoxFuture<'a, ListEnd>;

    /// Finds out what there is to fetch for an item.
    ///
    /// An earlier attempt's plan in the staging folder is used again while its source offers the same.
    fn extract<'a>(
        &'a self,
        request: &'a DownloadRequest,
        assignment: &'a Assignment,
    ) -> BoxFuture<'a, Result<Extracted, Failure>>;

    /// Fetches what was extracted and goes on with what an earlier attempt left in the staging folder.
    ///
    /// The file is what the source sent: whether that is whole is for [`crate::ffmpeg`] to say.
    fn download<'a>(
        &'a self,
        request: &'a DownloadRequest,
        extracted: &'a Extracted,
        assignment: &'a Assignment,
        progress: &'a watch::Sender<Progress>,
    ) -> BoxFuture<'a, Result<Downloaded, Failure>>;

    /// Fetches what of an item is wanted beside it, as far as its source offers that. What can't be had is told, and fails nothing.
    fn beside<'a>(
        &'a self,
        request: &'a DownloadRequest,
        extracted: &'a Extracted,
        wanted: &'a BTreeSet<SidecarKind>,
        assignment: &'a Assignment,
    ) -> BoxFuture<'a, Beside>;
}

/// What to fetch.
#[derive(Debug, Clone)]
pub struct DownloadRequest {
    /// The item and its address; http or https.
    pub source: ItemSource,
    /// What is to be kept of it.
    pub quality: Quality,
    /// A folder of this item's own; partial files stay in it from attempt to attempt.
    pub staging: PathBuf,
    /// How the source is asked.
    pub access: Granted,
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// The one file, inside the staging folder.
    pub path: PathBuf,
    /// Bytes that were there already from earlier attempts.
    pub resumed_bytes: u64,
}

/// What to list.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// The address; http or https.
    pub url: String,
    /// The index, from 1, to begin with.
    pub start_index: u32,
    /// How many rows are wanted of each list, if not all: whoever looks what is there wants to know which lists are in a list, and not
    /// what is in each of them. A source may tell more, and that nothing is left then says nothing of a list that has so many.
    pub rows_max: Option<u32>,
    /// How the source is asked.
    pub access: Granted,
}

/// What a refresh learns.
#[derive(Debug, Clone, PartialEq)]
pub enum ListLine {
    /// What is known of the list; said before the first row, and once more with all facts at the end.
    Playlist {
        /// Whether it is a list at all.
        kind: PlaylistKind,
        /// Its title and identity as far as known.
        playlist: ObservedPlaylist,
        /// How many rows the source says it has, which may include some that it doesn't show.
        count: Option<u32>,
    },
    /// There are lists within the list, so that places are counted by us and can't be gone on from.
    Nested,
    /// One of them, which may be asked for by itself.
    Within {
        /// Its title, if it is known.
        title: Option<String>,
        /// Its address.
        url: String,
    },
    /// A row.
    Entry(ObservedEntry),
    /// A row that is there but can't be used.
    SkippedItem {
        /// Its place, if that is known.
        index: Option<u32>,
        /// Why not.
        failure: Failure,
    },
}

/// How a refresh ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListEnd {
    /// The end of the list was seen and nothing was complained of: only this may declare a removal.
    Complete,
    /// Something of the list was seen.
    Partial(Failure),
    /// Nothing was seen.
    Failed(Failure),
    /// It was stopped by us.
    Stopped,
}

/// How yt-dlp is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folders of yt-dlp plugins; one of them has `<any>/yt_dlp_plugins/` in it.
    pub plugin_dirs: Vec<PathBuf>,
    /// Extractors that may be used, asked in this order (`--ies`); none are all.
    pub extractors: Option<String>,
    /// How long one answer of a source may take.
    pub socket_timeout: Duration,
    /// How often yt-dlp itself tries a request again; the queue tries again, too.
    pub retries: u32,
    /// How long it may be silent, and write nothing, before it counts as stalled.
    pub no_progress: Duration,
    /// How long a refresh may take in total.
    pub list_deadline: Duration,
    /// How long a download may take in total.
    pub download_deadline: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            plugin_dirs: Vec::new(),
            extractors: None,
            socket_timeout: Duration::from_secs(20),
            retries: 3,
            // A page of a slow source, four times over; a join that is silent shows in the file that it writes.
            no_progress: Duration::from_mins(5),
            list_deadline: Duration::from_hours(6),
            download_deadline: Duration::from_hours(24),
        }
    }
}

/// The real yt-dlp. Cheap to clone.
#[derive(Debug, Clone)]
pub struct YtDlp {
    pub(super) runner: Runner,
    pub(super) tools: Tools,
    pub(super) options: Options,
    pub(super) gateway: Gateway,
    pub(super) host: Option<Host>,
}

impl YtDlp {
    /// yt-dlp as `tools` finds it, which reaches sources by `gateway` and nothing around it.
    pub fn new(runner: Runner, tools: Tools, options: Options, gateway: Gateway) -> Self {
        Self { runner, tools, options, gateway, host: None }
    }

    /// The same, whose runs are copies of what has it loaded, where they can be: see [`super::host`].
    #[must_use]
    pub fn hosted_by(self, host: Option<Host>) -> Self {
        Self { host, ..self }
    }

    /// The same, which reaches sources by another gateway.
    #[must_use]
    pub(crate) fn by(&self, gateway: Gateway) -> Self {
        Self { gateway, ..self.clone() }
    }

    pub(super) fn prober(&self, assignment: &Assignment) -> Prober {
        Prober { net: self.gateway.net().by("validators", assignment.attempt_id()) }
    }

    /// A run with what every run has, and perhaps with cookies and a login.
    pub(super) fn spec_with(&self, credentials: Credentials<'_>) -> Result<Spec, Error> {
        let mut spec = self.spec()?;
        if credentials != Credentials::default() {
            // Handed to ffmpeg, cookies would be an argument, those that a login brings, too.
            spec = spec.args(["--downloader", "native"]);
        }
        if let Some(file) = credentials.cookies {
            spec = spec.arg("--cookies").arg(file);
        }
        if let Some(file) = credentials.login {
            spec = spec.args(["--netrc", "--netrc-location"]).arg(file);
        }
        Ok(spec)
    }

    pub(super) fn spec(&self) -> Result<Spec, Error> {
        let socket_timeout = self.options.socket_timeout.as_secs_f64().to_string();
        let retries = self.options.retries.to_string();
        let mut spec = Spec::new(Tool::YtDlp.name(), self.tools.find(Tool::YtDlp)?)
            .args(["--ignore-config", "--no-cache-dir", "--no-update", "--color", "never"])
            .args(["--socket-timeout", &socket_timeout])
            .args(["--retries", &retries, "--extractor-retries", &retries, "--fragment-retries", &retries])
            .args(["--file-access-retries", "1"])
            // Nothing of the owner's home or of the interpreter's packages runs as a plugin.
            .arg("--no-plugin-dirs")
            .env("PYTHONUNBUFFERED", "1")
            // Nor does a package of theirs: what stands there may run at each start of Python.
            .env("PYTHONNOUSERSITE", "1")
            .no_progress(self.options.no_progress)
            .hosted_by(self.host.clone());
        for (name, value) in self.gateway.variables() {
            spec = spec.env(name, value);
        }
        for folder in &self.options.plugin_dirs {
            spec = spec.arg("--plugin-dirs").arg(folder);
        }
        // Without one of them some sites, YouTube above all, offer less.
        if let Ok(deno) = self.tools.find(Tool::Deno) {
            spec = spec.arg("--js-runtimes").arg(format!("deno:{}", deno.display()));
        }
        if let Some(extractors) = &self.options.extractors {
            spec = spec.arg("--ies").arg(extractors);
        }
        Ok(spec)
    }
}

impl Engine for YtDlp {
    fn list<'a>(
        &'a self,
        request: &'a ListRequest,
        assignment: &'a Assignment,
        lines: mpsc::Sender<ListLine>,
    ) -> BoxFuture<'a, ListEnd> {
        Box::pin(async move {
            let given = request.access.at_first();
            let mut end = super::list::run(self, request, given, assignment, lines.clone()).await;
            // Nothing was seen: it is as if it had not been asked.
            if let ListEnd::Failed(failure) = &end
                && let Some(given) = request.access.after(failure)
            {
                end = super::list::run(self, request, given, assignment, lines).await;
            }
            match end {
                ListEnd::Failed(failure) => {
                    ListEnd::Failed(pause::learn(self, &request.url, assignment, failure).await)
                }
                ListEnd::Partial(failure) => {
                    ListEnd::Partial(pause::learn(self, &request.url, assignment, failure).await)
                }
                end @ (ListEnd::Complete | ListEnd::Stopped) => end,
            }
        })
    }

    fn extract<'a>(
        &'a self,
        request: &'a DownloadRequest,
        assignment: &'a Assignment,
    ) -> BoxFuture<'a, Result<Extracted, Failure>> {
        Box::pin(async move {
            let given = request.access.at_first();
            let mut extracted = super::extract::run(self, request, given, assignment).await;
            if let Err(failure) = &extracted
                && let Some(given) = request.access.after(failure)
            {
                extracted = super::extract::run(self, request, given, assignment).await;
            }
            match extracted {
                Err(failure) => Err(pause::learn(self, &request.source.url, assignment, failure).await),
                extracted => extracted,
            }
        })
    }

    fn beside<'a>(
        &'a self,
        request: &'a DownloadRequest,
        extracted: &'a Extracted,
        wanted: &'a BTreeSet<SidecarKind>,
        assignment: &'a Assignment,
    ) -> BoxFuture<'a, Beside> {
        Box::pin(super::beside::run(self, request, extracted, wanted, assignment))
    }

    fn download<'a>(
        &'a self,
        request: &'a DownloadRequest,
        extracted: &'a Extracted,
        assignment: &'a Assignment,
        progress: &'a watch::Sender<Progress>,
    ) -> BoxFuture<'a, Result<Downloaded, Failure>> {
        Box::pin(async move {
            let given = request.access.at_first();
            let run = super::download::run(self, (request, given), extracted, assignment, progress);
            let mut downloaded = run.await;
            if let Err(failure) = &downloaded
                && let Some(given) = request.access.after(failure)
            {
                let run = super::download::run(self, (request, given), extracted, assignment, progress);
                downloaded = run.await;
            }
            match downloaded {
                Err(failure) => Err(pause::learn(self, &request.source.url, assignment, failure).await),
                downloaded => downloaded,
            }
        })
    }
}
