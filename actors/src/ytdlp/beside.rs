//! Fetches what a source offers beside an item: its picture and what is said in it. None of it fails the item (DL-04).

use std::{collections::BTreeSet, fs, io, path::Path, time::Duration};

use mediary_log::whole;
use mediary_schema::{
    Timestamp, bounded,
    layout::{MissingSidecar, SidecarKind},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    engine::{DownloadRequest, YtDlp},
    failure::Complaints,
    moment::published,
    plan::{Extracted, text},
};
use crate::{
    access::Credentials,
    process::{Assignment, Error, Line, Source, Spec, Tool, redact},
};

/// What its source says of an item, besides what is needed to fetch it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct About {
    /// Who published it.
    pub uploader: Option<String>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// What it is about.
    pub description: Option<String>,
}

/// What its source offers beside an item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offered {
    /// Whether it has a picture.
    pub thumbnail: bool,
    /// The languages of its subtitles, without those that a machine made.
    pub languages: BTreeSet<String>,
}

/// What was fetched beside an item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Beside {
    /// Files in the staging folder.
    pub fetched: Vec<FetchedSidecar>,
    /// What was wanted, was offered, and is not there.
    pub missing: Vec<MissingSidecar>,
}

/// A file that was fetched beside an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedSidecar {
    /// What it is.
    pub kind: SidecarKind,
    /// The language, of subtitles.
    pub language: Option<String>,
    /// The name of the file.
    pub name: String,
    /// What stands in place of the ending of the item's file.
    pub ending: String,
}

/// The facts that yt-dlp fetches them by.
const OFFERED_FILE: &str = "offered.json";
/// What every file that it makes then begins with.
const BESIDE: &str = "beside.";
/// What players read, the best first.
const FORMATS: [&str; 4] = ["srt", "vtt", "ass", "ssa"];
/// Languages that are fetched at most: each is a request.
const LANGUAGES_MAX: usize = 20;
/// Of a description, in bytes: what a list of everything that is in a long video has.
const DESCRIPTION_BYTES_MAX: usize = 20_000;
/// Of a reason, in bytes.
const REASON_BYTES_MAX: usize = 300;
/// Some requests to a slow source.
const DEADLINE: Duration = Duration::from_mins(10);

impl FetchedSidecar {
    /// Whether it can be a file that was fetched beside an item: of the staging folder, but no other one of it, and called so that
    /// it lies beside the item's. Whoever hands it over may be another process.
    pub(crate) fn is_own(&self) -> bool {
        let is_plain = |text: &str| {
            text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))
        };
        let is_staged = self.name.starts_with(BESIDE) && is_plain(&self.name);
        is_staged && self.ending.starts_with(['.', '-']) && is_plain(&self.ending)
    }
}

impl About {
    pub(super) fn of(info: &Map<String, Value>) -> Self {
        let uploader = ["uploader", "channel", "creator", "artist"];
        let uploader =
            uploader.iter().find_map(|name| text(info, name).filter(|text| !text.trim().is_empty()));
        let seconds = info.get("timestamp").and_then(Value::as_f64);
        let day = text(info, "upload_date");
        Self {
            uploader,
            published_at: published(seconds, day.as_deref()),
            description: text(info, "description").map(|text| bounded::cut(text, DESCRIPTION_BYTES_MAX)),
        }
    }
}

impl Offered {
    /// What there is, of which only what can be used is left in the facts.
    pub(super) fn of(info: &Map<String, Value>) -> Self {
        let thumbnail = info.get("thumbnails").and_then(Value::as_array).is_some_and(|all| !all.is_empty())
            || text(info, "thumbnail").is_some();
        Self { thumbnail, languages: subtitles(info).into_iter().map(|(language, _)| language).collect() }
    }
}

/// Subtitles by language, in forms that players read.
fn subtitles(info: &Map<String, Value>) -> Vec<(String, Value)> {
    let is_language = |language: &str| {
        let letters = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        language != "live_chat" && (1..=20).contains(&language.len()) && language.chars().all(letters)
    };
    let is_read = |format: &&Value| {
        format.get("ext").and_then(Value::as_str).is_some_and(|ending| FORMATS.contains(&ending))
    };
    let offered = info.get("subtitles").and_then(Value::as_object).into_iter().flatten();
    let usable = offered.filter(|(language, _)| is_language(language)).filter_map(|(language, formats)| {
        let formats: Vec<Value> = formats.as_array()?.iter().filter(is_read).cloned().collect();
        (!formats.is_empty()).then(|| (language.clone(), Value::Array(formats)))
    });
    usable.take(LANGUAGES_MAX).collect()
}

/// Writes the facts by which it is fetched: those by which the item is, and what lies beside it.
pub(super) fn write(info: &Map<String, Value>, kept: &Map<String, Value>, staging: &Path) -> io::Result<()> {
    let mut facts = kept.clone();
    facts.insert("subtitles".to_owned(), Value::Object(subtitles(info).into_iter().collect()));
    for name in ["thumbnails", "thumbnail"] {
        if let Some(value) = info.get(name) {
            facts.insert(name.to_owned(), value.clone());
        }
    }
    whole::write(&staging.join(OFFERED_FILE), &serde_json::to_vec(&facts).map_err(io::Error::other)?)
}

/// What is wanted of what is offered.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    thumbnail: bool,
    languages: Option<&'a BTreeSet<String>>,
}

/// Fetches what is wanted and offered. What is on the disk then decides, whatever yt-dlp says.
pub(super) async fn run(
    engine: &YtDlp,
    request: &DownloadRequest,
    extracted: &Extracted,
    wanted: &BTreeSet<SidecarKind>,
    assignment: &Assignment,
) -> Beside {
    let thumbnail = extracted.offered.thumbnail && wanted.contains(&SidecarKind::Thumbnail);
    let languages = Some(&extracted.offered.languages).filter(|_| wanted.contains(&SidecarKind::Subtitles));
    if !thumbnail && languages.is_none_or(BTreeSet::is_empty) {
        return Beside::default();
    }
    let (staging, asked) = (&request.staging, Asked { thumbnail, languages });
    // Half a picture, which a kill has left, is called as a whole one.
    if let Err(error) = sweep(staging, &[]) {
        let reason = format!("what an earlier attempt left can't be removed: {error}");
        return Beside::missed(extracted, wanted, &reason);
    }
    let beside = ask(engine, (request, request.access.at_first()), asked, assignment).await;
    let Some(given) = beside.second(request) else { return beside };
    if assignment.stop().is_cancelled() || sweep(staging, &beside.fetched).is_err() {
        return beside;
    }
    ask(engine, (request, given), asked, assignment).await
}

/// Removes what earlier runs have made, but for these files.
fn sweep(staging: &Path, kept: &[FetchedSidecar]) -> io::Result<()> {
    for entry in fs::read_dir(staging)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_kept = kept.iter().any(|file| name == file.name.as_str());
        if name.as_encoded_bytes().starts_with(BESIDE.as_bytes()) && !is_kept {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Asks once for what is not there yet, and looks what is there then.
async fn ask(
    engine: &YtDlp,
    (request, given): (&DownloadRequest, Credentials<'_>),
    Asked { thumbnail, languages }: Asked<'_>,
    assignment: &Assignment,
) -> Beside {
    let staging = &request.staging;
    let wants_picture = thumbnail && picture(staging).is_none();
    let mut said = Vec::new();
    let each = |line: Line| {
        if line.source == Source::Stderr && said.len() < LANGUAGES_MAX * 4 {
            said.push(line.text);
        }
    };
    match spec(engine, (request, given), wants_picture, languages.is_some()) {
        Ok(spec) => {
            if let Err(error) = assignment.run(&engine.runner, spec, each).await {
                said.push(error.failure().message);
            }
        }
        Err(error) => said.push(error.failure().message),
    }
    let mut beside = Beside::default();
    if thumbnail {
        beside.add((SidecarKind::Thumbnail, None), picture(staging), &said, "thumbnail");
    }
    for language in languages.into_iter().flatten() {
        let found = file(staging, &format!("{language}."), &FORMATS);
        beside.add((SidecarKind::Subtitles, Some(language)), found, &said, &format!("'{language}'"));
    }
    beside
}

/// A file that was made, and its ending.
fn file(staging: &Path, middle: &str, endings: &[&'static str]) -> Option<(String, &'static str)> {
    endings.iter().find_map(|ending| {
        let name = format!("{BESIDE}{middle}{ending}");
        is_made(&staging.join(&name)).then_some((name, *ending))
    })
}

/// The picture that was made. One that was a JPEG already is not made anew, and ends as its address does.
fn picture(staging: &Path) -> Option<(String, &'static str)> {
    file(staging, "", &["jpg"]).or_else(|| {
        let names =
            fs::read_dir(staging).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let is_picture = |name: &String| {
            let ending = name.strip_prefix(BESIDE).unwrap_or_default();
            let is_jpeg = ["jpg", "jpeg"].iter().any(|known| ending.eq_ignore_ascii_case(known));
            is_jpeg && is_made(&staging.join(name))
        };
        // The same one each time.
        names.filter(is_picture).min().map(|name| (name, "jpg"))
    })
}

/// Whether there is a file, and something in it.
fn is_made(place: &Path) -> bool {
    fs::symlink_metadata(place).is_ok_and(|facts| facts.is_file() && facts.len() > 0)
}

impl Beside {
    /// What is wanted and offered, none of which could be asked for.
    pub(crate) fn missed(extracted: &Extracted, wanted: &BTreeSet<SidecarKind>, reason: &str) -> Self {
        let mut beside = Self::default();
        let said = [reason.to_owned()];
        if extracted.offered.thumbnail && wanted.contains(&SidecarKind::Thumbnail) {
            beside.add((SidecarKind::Thumbnail, None), None, &said, "thumbnail");
        }
        let languages = extracted.offered.languages.iter();
        for language in languages.filter(|_| wanted.contains(&SidecarKind::Subtitles)) {
            beside.add((SidecarKind::Subtitles, Some(language)), None, &said, language);
        }
        beside
    }

    /// What a second run is given if something is missing that was refused without; none if that would be the same again.
    fn second<'a>(&self, request: &'a DownloadRequest) -> Option<Credentials<'a>> {
        let mut complaints = Complaints::default();
        for missing in &self.missing {
            // yt-dlp only warns of what lies beside an item, in the words of its errors.
            complaints.take(&format!("ERROR: {}", missing.reason));
        }
        complaints.of_rows().find_map(|failure| request.access.after(&failure))
    }

    fn add(
        &mut self,
        (kind, language): (SidecarKind, Option<&String>),
        found: Option<(String, &str)>,
        said: &[String],
        about: &str,
    ) {
        let Some((name, ending)) = found else {
            let telling = said.iter().find(|line| line.contains(about)).or_else(|| said.last());
            let reason =
                telling.map_or("nothing was said of it", |line| line.trim_start_matches("WARNING: "));
            let reason = bounded::cut(redact::text(reason).into_owned(), REASON_BYTES_MAX);
            self.missing.push(MissingSidecar { kind, language: language.cloned(), reason });
            return;
        };
        let ending = match language {
            Some(language) => format!(".{language}.{ending}"),
            None => format!("-thumb.{ending}"),
        };
        self.fetched.push(FetchedSidecar { kind, language: language.cloned(), name, ending });
    }
}

fn spec(
    engine: &YtDlp,
    (request, given): (&DownloadRequest, Credentials<'_>),
    thumbnail: bool,
    subtitles: bool,
) -> Result<Spec, Error> {
    let mut spec = engine.spec_with(given)?;
    if thumbnail {
        // Most players show nothing else.
        spec = spec.args(["--write-thumbnail", "--convert-thumbnails", "jpg"]);
        spec = spec.arg("--ffmpeg-location").arg(engine.tools.find(Tool::Ffmpeg)?);
    }
    if subtitles {
        let formats = format!("{}/best", FORMATS.join("/"));
        spec = spec.args(["--write-subs", "--sub-langs", "all", "--sub-format", &formats]);
    }
    Ok(spec
        .args(["--load-info-json", OFFERED_FILE, "--format", &request.quality.format])
        // What an earlier run has fetched would be removed before it is fetched once more.
        .args(["--skip-download", "--no-overwrites", "--ignore-errors"])
        .args(["--output", &format!("{BESIDE}%(ext)s")])
        .working_dir(&request.staging)
        .writes_into(&request.staging)
        .deadline(DEADLINE))
}
