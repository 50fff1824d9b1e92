//! Fetches an item into its staging folder.

use std::path::{Path, PathBuf};

use mediary_schema::{
    FailureClass,
    job::{Failure, Progress},
};
use serde::Deserialize;
use tokio::sync::watch;

use super::{
    engine::{DownloadRequest, Downloaded, YtDlp},
    extract::storage,
    failure::Complaints,
    partial::Partial,
    plan::{Extracted, MEDIA, Protocol},
    progress::Meter,
    validators::{Prober, Saved, Validators},
};
use crate::{
    access::Credentials,
    process::{Assignment, Ended, Line, Source, Spec, Tool},
};

const PROGRESS: &str = "mediary-progress ";
const JOINING: &str = "mediary-joining ";
const FILE: &str = "mediary-file ";

/// Fetches an item by its plan and answers the one file that it became.
pub(super) async fn run(
    engine: &YtDlp,
    (request, credentials): (&DownloadRequest, Credentials<'_>),
    extracted: &Extracted,
    assignment: &Assignment,
    progress: &watch::Sender<Progress>,
) -> Result<Downloaded, Failure> {
    let staging = &request.staging;
    let partial = Partial::new(staging, &extracted.streams);
    let prober = engine.prober(assignment);
    let before = guard(&prober, &partial, extracted, staging).await?;
    let resumed_bytes = before.resumed_bytes;
    let meter = Meter::new(progress, total(&before.validators, extracted), extracted.streams.len());
    let mut talk = Talk { meter, complaints: Complaints::default(), files: Vec::new() };
    let spec = spec(engine, request, credentials, extracted)?;
    let run = assignment.run(&engine.runner, spec, |line| talk.take(&line)).await;
    let ended = run.map_err(|error| error.failure())?;
    let path = talk.outcome(&ended, staging)?;
    if has_changed(&prober, &before.validators, extracted).await {
        partial.discard().map_err(|error| storage(&error))?;
        return Err(ended.failure(FailureClass::Damaged, "the source changed the file while it was fetched"));
    }
    partial.discard_fragments().map_err(|error| storage(&error))?;
    Ok(Downloaded { path, resumed_bytes })
}

/// What is known before the first byte.
#[derive(Debug)]
struct Before {
    validators: Saved,
    resumed_bytes: u64,
}

/// Makes sure that only the same bytes are gone on with.
async fn guard(
    prober: &Prober,
    partial: &Partial<'_>,
    extracted: &Extracted,
    staging: &Path,
) -> Result<Before, Failure> {
    let earlier = Saved::load(staging);
    let exists = partial.exists().map_err(|error| storage(&error))?;
    let mut validators = Saved::default();
    for stream in &extracted.streams {
        let at_stake = exists && earlier.of(stream).is_some_and(Validators::identify);
        let known = match prober.ask(stream).await {
            Err(failure) if at_stake => return Err(failure),
            // yt-dlp may know better how to ask.
            Err(_) => Validators::default(),
            Ok(known) => known,
        };
        validators.0.insert(stream.file_name.clone(), known);
    }
    let prepare = || {
        let resumed_bytes = partial.prepare(&earlier, &validators)?;
        validators.save(staging)?;
        Ok(resumed_bytes)
    };
    let resumed_bytes = prepare().map_err(|error: std::io::Error| storage(&error))?;
    if resumed_bytes > 0 {
        tracing::info!(resumed_bytes, "download is gone on with");
    }
    Ok(Before { validators, resumed_bytes })
}

/// Whether the source offers something else by now: yt-dlp asks again after every break, by size alone.
async fn has_changed(prober: &Prober, before: &Saved, extracted: &Extracted) -> bool {
    // Fragments have names of their own, while their manifests may be made anew for every request.
    for stream in extracted.streams.iter().filter(|stream| stream.protocol == Protocol::Http) {
        // One that doesn't answer any more says nothing against the bytes.
        if let (Ok(now), Some(earlier)) = (prober.ask(stream).await, before.of(stream))
            && now.contradict(earlier)
        {
            return true;
        }
    }
    false
}

fn total(validators: &Saved, extracted: &Extracted) -> Option<u64> {
    let lengths =
        extracted.streams.iter().map(|stream| validators.of(stream).and_then(|known| known.file.length));
    lengths.sum::<Option<u64>>().or(extracted.size_bytes)
}

fn spec(
    engine: &YtDlp,
    request: &DownloadRequest,
    credentials: Credentials<'_>,
    extracted: &Extracted,
) -> Result<Spec, Failure> {
    // Before the start: without it yt-dlp fetches picture and sound, doesn't join them and ends well.
    let ffmpeg = engine.tools.find(Tool::Ffmpeg).map_err(|error| error.failure())?;
    let info_json = extracted.info_json.as_ref();
    let no_facts = || Failure::new(FailureClass::Unknown, "yt-dlp was given nothing to download from");
    let info_json = info_json.ok_or_else(no_facts)?;
    let progress = "%(progress.{status,downloaded_bytes,total_bytes,total_bytes_estimate,speed,eta})j";
    let spec = engine.spec_with(credentials).map_err(|error| error.failure())?;
    Ok(spec
        .arg("--load-info-json")
        .arg(info_json)
        .args(["--format", &request.quality.format])
        .arg("--ffmpeg-location")
        .arg(ffmpeg)
        .args(["--output", &format!("{MEDIA}%(ext)s")])
        .args(["--no-mtime", "--continue", "--part", "--no-simulate"])
        // Fragments are kept so that a file can be built from them anew after a kill.
        .args(["--abort-on-unavailable-fragments", "--keep-fragments"])
        // What is read and not yet written is lost by a kill; yt-dlp would read up to 4 MiB at once.
        .args(["--buffer-size", "64K", "--no-resize-buffer"])
        .args(["--newline", "--progress", "--progress-delta", "0.5"])
        .args(["--progress-template", &format!("download:{PROGRESS}{progress}")])
        .args(["--progress-template", &format!("postprocess:{JOINING}%(progress.status)s")])
        .args(["--print", &format!("after_move:{FILE}%(.{{filepath}})j")])
        .working_dir(&request.staging)
        .writes_into(&request.staging)
        .unrecorded(&[PROGRESS, JOINING, FILE])
        .deadline(engine.options.download_deadline))
}

/// What yt-dlp says while it works.
#[derive(Debug)]
struct Talk<'a> {
    meter: Meter<'a>,
    complaints: Complaints,
    files: Vec<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Moved {
    filepath: PathBuf,
}

impl Talk<'_> {
    fn take(&mut self, line: &Line) {
        if let Some(json) = line.text.strip_prefix(PROGRESS) {
            self.meter.take(json);
        } else if line.text.starts_with(JOINING) {
            self.meter.joining();
        } else if let Some(json) = line.text.strip_prefix(FILE) {
            self.files.extend(serde_json::from_str(json).map(|moved: Moved| moved.filepath));
        } else if line.source == Source::Stderr {
            self.complaints.take(&line.text);
        }
    }

    /// The one file that the item became, if it is there and where it should be.
    fn outcome(&self, ended: &Ended, staging: &Path) -> Result<PathBuf, Failure> {
        if !ended.is_clean() || !self.complaints.is_empty() {
            return Err(self.complaints.failure(ended));
        }
        let wrong = |message: &str| Err(ended.failure(FailureClass::Unknown, message));
        let [path] = self.files.as_slice() else {
            return wrong("yt-dlp ended well but named no file, or several");
        };
        let name = path.file_name().unwrap_or_default();
        // In our own terms: yt-dlp may have resolved a link on the way.
        let path = staging.join(name);
        if !name.to_string_lossy().starts_with(MEDIA) || !path.is_file() {
            return wrong("yt-dlp ended well but the file that it named is not there");
        }
        Ok(path)
    }
}
