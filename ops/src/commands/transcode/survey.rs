//! What needs no server: what files on this machine are, and whether they are whole.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread::available_parallelism,
};

use clap::Args;
use mediary_actors::{
    ffmpeg::Ffmpeg,
    process::{Environment, Runner, Tools},
    transcode::{self, media_below},
};
use mediary_schema::{
    IdSource,
    media::{Census, Content, Medium, Share},
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    commands::failure::Failure,
    environment,
    output::{Output, Table, bytes, clean, duration, fields, plural},
};

/// Which file to describe.
#[derive(Debug, Args)]
pub(crate) struct Probe {
    /// Where it lies on this machine.
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

/// Which folders to look through.
#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// A folder or a file on this machine; this folder if none is named.
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
}

/// Which files to read.
#[derive(Debug, Args)]
#[command(after_help = HEALTH_HELP)]
pub(crate) struct Health {
    /// Folders or files on this machine.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Decode every frame, too; without it every packet is read.
    #[arg(long)]
    full: bool,
}

const HEALTH_HELP: &str = "\
As a check, which tells you when a disk begins to lose files, in a file of checks:
  kind = \"command\"
  argv = [\"mediary\", \"transcode\", \"health\", \"/srv/films\"]";

/// Who looks, with programs as they are found for this build and in `PATH`.
pub(super) fn survey() -> transcode::Survey {
    let runner = Runner::new(Uuid::nil(), Environment::of(environment::variables()));
    let folders = mediary_tools::private_folder().into_iter().chain(runner.environment().path_folders());
    let tools = Tools::new(folders.collect::<Vec<_>>());
    let at_once = available_parallelism().map_or(1, NonZeroUsize::get);
    transcode::Survey::new(Ffmpeg::new(runner, tools), IdSource::system(), at_once)
}

/// The media at a path, or below it.
pub(super) async fn found_below(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let place = path.to_owned();
    let found = tokio::task::spawn_blocking(move || media_below(&place)).await;
    found.map_err(std::io::Error::other).flatten().map_err(Failure::file("reading", path))
}

impl Probe {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        std::fs::metadata(&self.path).map_err(Failure::file("reading", &self.path))?;
        let survey = survey();
        let mut described = None;
        survey.describe([self.path.clone()], |_, medium| described = Some(medium)).await;
        match described {
            Some(Ok(medium)) => Ok(output.show(&Camel(medium), |Camel(medium)| details(medium))?),
            Some(Err(failure)) => Err(unreadable(&self.path, &failure.message)),
            None => Ok(()),
        }
    }
}

fn unreadable(path: &Path, message: &str) -> Failure {
    Failure::Unsound {
        code: "TRANSCODE_UNREADABLE".to_owned(),
        message: format!("{}: {}", path.display(), clean(message)),
        advice: "`mediary transcode health PATH --full` reads all of it".to_owned(),
    }
}

/// Values as the command line shows them: names of fields with humps.
#[derive(Debug)]
struct Camel<T>(T);

impl<T: Serialize> Serialize for Camel<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        humped(serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?).serialize(serializer)
    }
}

pub(super) fn humped(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (hump(&name), humped(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(humped).collect()),
        other => other,
    }
}

fn hump(name: &str) -> String {
    let mut words = name.split('_');
    let mut humped = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        humped.push_str(&first.to_ascii_uppercase());
        humped.push_str(rest);
    }
    humped
}

fn details(medium: &Medium) -> String {
    let mut table = Table::new(&["stream", "kind", "codec", "language", "what"]);
    for stream in &medium.streams {
        let marks = [
            (stream.is_default, "default"),
            (stream.is_forced, "forced"),
            (stream.is_commentary, "commentary"),
            (stream.is_original, "original"),
        ];
        let marks = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| (*mark).to_owned());
        let what: Vec<String> = [said(&stream.content)].into_iter().flatten().chain(marks).collect();
        table.row([
            stream.index.to_string(),
            stream.content.name().to_owned(),
            stream.codec.clone().unwrap_or_else(|| "-".to_owned()),
            stream.language.as_deref().map_or_else(|| "-".to_owned(), clean),
            clean(&what.join(", ")),
        ]);
    }
    let head = fields(&[
        ("container", Some(medium.container.clone())),
        ("size", Some(bytes(medium.size_bytes))),
        ("plays", medium.duration_ms.map(duration)),
        ("chapters", Some(medium.chapter_count.to_string())),
    ]);
    format!("{}\n{}", head.trim_end(), table.text("it has no streams"))
}

fn said(content: &Content) -> Option<String> {
    match content {
        Content::Video(video) => {
            let mut said =
                vec![format!("{}x{}", video.width, video.height), format!("{} bit", video.bit_depth)];
            said.extend(video.frames_per_second.map(|frames| format!("{frames:.2} fps")));
            said.extend(video.has_variable_frame_rate.then(|| "uneven times".to_owned()));
            said.extend(video.is_interlaced.then(|| "interlaced".to_owned()));
            said.extend(
                (video.rotation_degrees > 0).then(|| format!("turned by {}°", video.rotation_degrees)),
            );
            said.extend(video.hdr.map(|hdr| hdr.name().to_owned()));
            Some(said.join(", "))
        }
        Content::Audio(audio) => {
            let layout = audio.layout.clone().unwrap_or_else(|| format!("{} channels", audio.channels));
            Some(format!("{layout}, {} Hz", audio.sample_rate_hz))
        }
        Content::Subtitle { is_text } => Some(if *is_text { "text" } else { "pictures" }.to_owned()),
        Content::Attachment { name, .. } => name.clone(),
        Content::Cover {} | Content::Data {} => None,
    }
}

impl Stats {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let files = found_below(&self.path).await?;
        let survey = survey();
        let (mut census, mut unreadable) = (Census::default(), Vec::new());
        let (total, bar) = (files.len(), output.progress());
        let mut done = 0_usize;
        survey
            .describe(files, |path, described| {
                done += 1;
                bar.tell(Some(done as f64 / total as f64), format!("{done} of {total}"));
                match described {
                    Ok(medium) => census.add(&medium),
                    Err(failure) => unreadable.push((path, failure.message)),
                }
            })
            .await;
        drop(bar);
        for (path, message) in &unreadable {
            output.note(&format!("{}: {}", path.display(), clean(message)));
        }
        let mut told = serde_json::to_value(&census).map_err(std::io::Error::from)?;
        told["unreadable_count"] = json!(unreadable.len());
        Ok(output.show(&Camel(told), |_| counted(&census, unreadable.len() as u64))?)
    }
}

fn counted(census: &Census, unreadable: u64) -> String {
    let total = census.total;
    let mut table = Table::new(&["what", "which", "files", "size", "of all", "plays"]);
    let parts = [
        ("container", &census.containers),
        ("pictures", &census.video_codecs),
        ("lines", &census.resolutions),
        ("light", &census.lights),
        ("sound", &census.audio_codecs),
    ];
    for (what, shares) in parts {
        for (name, Share { file_count, size_bytes, duration_ms }) in Census::by_size(shares) {
            let part = size_bytes as f64 / total.size_bytes.max(1) as f64 * 100.0;
            table.row([
                what.to_owned(),
                name.to_owned(),
                file_count.to_string(),
                bytes(size_bytes),
                format!("{part:.0} %"),
                duration(duration_ms),
            ]);
        }
    }
    let files = plural(total.file_count, "file", "files");
    let mut said = vec![
        format!("{files}, {}, {}", bytes(total.size_bytes), duration(total.duration_ms)),
        table.text("there is no film and no sound"),
    ];
    if census.saving_bytes > 0 {
        let saving = bytes(census.saving_bytes);
        said.push(format!("about {saving} less if all pictures were in HEVC: a guess by their size alone"));
    }
    if unreadable > 0 {
        said.push(format!("{} can't be read and not counted", plural(unreadable, "file", "files")));
    }
    said.join("\n")
}

/// A file that was read, as it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    path: PathBuf,
    is_whole: bool,
    problem: Option<String>,
    oddities: Vec<&'static str>,
}

impl Health {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut files = Vec::new();
        for path in &self.paths {
            files.extend(found_below(path).await?);
        }
        let survey = survey();
        let (total, bar) = (files.len(), output.progress());
        let mut read: Vec<Read> = Vec::new();
        survey
            .examine(files, self.full, |transcode::Health { path, found }| {
                let (problem, oddities) = match found {
                    Ok(oddities) => (None, oddities.iter().map(|oddity| oddity.name()).collect()),
                    Err(failure) => (Some(failure.message), vec![]),
                };
                read.push(Read { path, is_whole: problem.is_none(), problem, oddities });
                bar.tell(Some(read.len() as f64 / total as f64), format!("{} of {total}", read.len()));
            })
            .await;
        drop(bar);
        read.sort_by(|one, other| one.path.cmp(&other.path));
        output.show(&read, |read| judged(read))?;
        let bad = read.iter().filter(|file| !file.is_whole).count() as u64;
        if bad == 0 {
            return Ok(());
        }
        Err(Failure::Unsound {
            code: "TRANSCODE_DAMAGED".to_owned(),
            message: format!("{} of {} is not whole", plural(bad, "file", "files"), read.len()),
            advice: "fetch it again, or take it from a backup".to_owned(),
        })
    }
}

/// In the first line the numbers, as monitoring plug-ins have them; then each bad file.
fn judged(read: &[Read]) -> String {
    let bad: Vec<&Read> = read.iter().filter(|file| !file.is_whole).collect();
    let (count, files) = (bad.len(), plural(read.len() as u64, "file", "files"));
    let head = format!("{count} of {files} bad | bad={count} files={}", read.len());
    let each = bad.iter().map(|Read { path, problem, .. }| {
        let problem = problem.as_deref().unwrap_or_default();
        format!("{}: {}", clean(&path.to_string_lossy()), clean(problem))
    });
    std::iter::once(head).chain(each).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_humps_however_deep_they_are() {
        let told = json!({ "size_bytes": 1, "streams": [{ "is_text": true }], "saving_bytes_x": {} });
        let humped = humped(told);
        assert_eq!(humped, json!({ "sizeBytes": 1, "streams": [{ "isText": true }], "savingBytesX": {} }));
    }
}
