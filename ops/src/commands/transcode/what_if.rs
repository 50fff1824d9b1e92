//! `mediary transcode what-if`: what would become of files, from samples of them. Needs no server.

use std::path::{Path, PathBuf};

use clap::Args;
use mediary_actors::transcode::Outlook;
use mediary_schema::{
    job::Failure as Problem,
    profile::{BadRules, Profile, Rules},
    transcode::{Prediction, Quality},
};
use serde::Serialize;

use super::{
    rules,
    survey::{found_below, survey},
};
use crate::{
    commands::{failure::Failure, scratch::Scratch},
    output::{Output, Table, bytes, clean, duration, plural},
};

/// Of which files, and by which rules.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct WhatIf {
    /// Folders or files on this machine.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// By which rules: `web`, `archive`, `mobile`, `tv`, `audio`, `remux`, or a file of rules that ends with `.toml`.
    #[arg(long, value_name = "NAME|FILE")]
    profile: String,
    /// Don't measure how alike pictures would look, which takes about as long as the samples.
    #[arg(long)]
    no_quality: bool,
}

const HELP: &str = "\
Six pieces of eight seconds are encoded of each file, as the job would, and thrown away; of a short file all of it is. Nothing else is \
read, and nothing is written but those. How alike pictures look is measured by VMAF (0 to 100; about 95 is what nobody tells apart), \
where ffmpeg has that, else by SSIM (0 to 1). The time is that of an encoder that has this machine for itself; the proof comes besides.

Example:
  mediary transcode what-if /srv/films --profile archive";

/// The rules that are meant: those of a profile that ships with the program, or of a file.
async fn rules_of(profile: &str) -> Result<Rules, Failure> {
    let path = Path::new(profile);
    if path.extension().is_some_and(|ending| ending == "toml") {
        let rules = rules::read(path).await?;
        let bad = |error: BadRules| Failure::Usage {
            message: format!("{profile}: {error}"),
            advice: "`mediary transcode profile show web --toml` shows rules as they can be",
        };
        return rules.check().map(|()| rules).map_err(bad);
    }
    let unknown = || Failure::Usage {
        message: format!(
            "{profile:?} is no profile that ships with Mediary, and no file that ends with .toml"
        ),
        advice: "`mediary transcode profile show NAME --toml > NAME.toml` makes a file of one of your own",
    };
    Profile::find_shipped(profile).map(|profile| profile.rules).ok_or_else(unknown)
}

/// What would become of a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Foreseen {
    path: PathBuf,
    outcome: Outcome,
    /// Why it would be refused, or can't be read.
    reason: Option<String>,
    source_bytes: Option<u64>,
    result_bytes: Option<u64>,
    /// How much less it would be; nothing if it would be larger, which is not kept.
    saved_bytes: Option<u64>,
    encode_ms: Option<u64>,
    sampled_ms: Option<u64>,
    /// How much of pictures would be thrown away, in the scale of their encoder.
    crf: Option<u8>,
    quality: Option<Looks>,
}

/// How alike it would look, in the scale of the measure.
#[derive(Debug, Clone, Serialize)]
struct Looks {
    measure: &'static str,
    mean: f64,
    worst: f64,
    #[serde(skip)]
    said: String,
}

impl From<Quality> for Looks {
    fn from(quality: Quality) -> Self {
        let (said, Quality { measure, mean, worst }) = (quality.to_string(), quality);
        Self { measure: measure.name(), mean: measure.value(mean), worst: measure.value(worst), said }
    }
}

/// How it would end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Outcome {
    /// Another file is made of it, and is smaller, or may be larger.
    Made,
    /// Another file is made of it, which is larger, and not kept.
    Larger,
    /// It is as the profile would have it.
    Fits,
    /// It is refused.
    Refused,
    /// It can't be sampled.
    Unknown,
}

impl Foreseen {
    fn of(path: &Path, outlook: Result<Outlook, Problem>, may_grow: bool) -> Self {
        let said = |outcome, reason| Self {
            path: path.to_owned(),
            outcome,
            reason,
            source_bytes: std::fs::metadata(path).ok().map(|facts| facts.len()),
            result_bytes: None,
            saved_bytes: None,
            encode_ms: None,
            sampled_ms: None,
            crf: None,
            quality: None,
        };
        match outlook {
            Ok(Outlook::Made(prediction)) => {
                let Prediction { source_bytes, result_bytes, encode_ms, crf, quality, sampled_ms } =
                    prediction;
                let is_larger = result_bytes >= source_bytes && !may_grow;
                let outcome = if is_larger { Outcome::Larger } else { Outcome::Made };
                Self {
                    source_bytes: Some(source_bytes),
                    result_bytes: Some(result_bytes),
                    saved_bytes: Some(source_bytes.saturating_sub(result_bytes)),
                    encode_ms: Some(encode_ms),
                    sampled_ms: Some(sampled_ms),
                    crf,
                    quality: quality.map(Looks::from),
                    ..said(outcome, None)
                }
            }
            Ok(Outlook::Fits) => said(Outcome::Fits, None),
            Ok(Outlook::Refused(why)) => said(Outcome::Refused, Some(why)),
            Err(problem) => said(Outcome::Unknown, Some(problem.message)),
        }
    }
}

impl WhatIf {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let rules = rules_of(&self.profile).await?;
        let mut files = Vec::new();
        for path in &self.paths {
            files.extend(found_below(path).await?);
        }
        let scratch = Scratch::make()?;
        let (total, bar) = (files.len(), output.progress());
        bar.tell(Some(0.0), format!("0 of {total}"));
        let mut foreseen: Vec<Foreseen> = Vec::new();
        let each = |path: PathBuf, outlook| {
            foreseen.push(Foreseen::of(&path, outlook, rules.may_grow));
            let done = foreseen.len();
            bar.tell(Some(done as f64 / total as f64), format!("{done} of {total}"));
        };
        let is_measured = !self.no_quality;
        let asked = survey().foresee(files, &rules, scratch.path(), is_measured, each).await;
        drop(bar);
        asked.map_err(|problem| Failure::Unsound {
            code: "TRANSCODE_UNREADABLE".to_owned(),
            message: clean(&problem.message),
            advice: "`mediary doctor` says which programs are missing".to_owned(),
        })?;
        Ok(output.show(&foreseen, |foreseen| told(foreseen, rules.may_grow))?)
    }
}

fn told(foreseen: &[Foreseen], may_grow: bool) -> String {
    let mut table = Table::new(&["is", "would be", "less", "time", "crf", "looks", "file"]);
    let size = |size: Option<u64>| size.map_or_else(|| "-".to_owned(), bytes);
    for one in foreseen {
        let less = match (one.outcome, one.source_bytes, one.result_bytes) {
            (Outcome::Made, Some(was), Some(is)) => part(was, is),
            _ => "-".to_owned(),
        };
        table.row([
            size(one.source_bytes),
            size(one.result_bytes),
            less,
            one.encode_ms.map_or_else(|| "-".to_owned(), duration),
            one.crf.map_or_else(|| "-".to_owned(), |crf| crf.to_string()),
            one.quality.as_ref().map_or_else(|| "-".to_owned(), |looks| looks.said.clone()),
            name(&one.path),
        ]);
    }
    let mut said = vec![table.text("there is no film and no sound").trim_end().to_owned(), String::new()];
    said.push(summary(foreseen));
    for one in foreseen {
        let name = name(&one.path);
        let reason = clean(one.reason.as_deref().unwrap_or_default());
        said.extend(match one.outcome {
            Outcome::Made => None,
            Outcome::Larger => Some(format!("{name}: it would come out larger, and not be kept")),
            Outcome::Fits => Some(format!("{name}: it is as the profile would have it")),
            Outcome::Refused => Some(format!("{name}: refused: {reason}")),
            Outcome::Unknown => Some(format!("{name}: nobody knows: {reason}")),
        });
    }
    if may_grow {
        said.push("This profile keeps what comes out larger, too.".to_owned());
    }
    said.join("\n")
}

/// All of them together: what stays as it is counts as large as it is.
fn summary(foreseen: &[Foreseen]) -> String {
    let made = foreseen.iter().filter(|one| one.outcome == Outcome::Made);
    let sum = |of: fn(&Foreseen) -> Option<u64>| made.clone().filter_map(of).sum::<u64>();
    let (was, is, time) =
        (sum(|one| one.source_bytes), sum(|one| one.result_bytes), sum(|one| one.encode_ms));
    let count = made.clone().count() as u64;
    let files = plural(foreseen.len() as u64, "file", "files");
    if count == 0 {
        return format!("Of {files} nothing would be made.");
    }
    format!(
        "Of {files} {count} would be made anew: {} would be {}, {} less, in about {}.",
        bytes(was),
        bytes(is),
        part(was, is),
        duration(time)
    )
}

fn part(was: u64, is: u64) -> String {
    format!("{:.0} %", (1.0 - is as f64 / was.max(1) as f64) * 100.0)
}

fn name(path: &Path) -> String {
    clean(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}
