//! Finds out what there is to fetch for an item.

use std::{fs, path::Path, time::Duration};

use mediary_schema::{FailureClass, item::ItemSource, job::Failure};

use serde_json::Value;

use super::{
    engine::{DownloadRequest, YtDlp},
    failure::Complaints,
    lenient,
    partial::Partial,
    plan::{Extracted, Plan, adopt},
    validators::{Prober, Saved, Validators},
};
use crate::{
    access::Credentials,
    cookies::Gone,
    process::{Assignment, Source, Spec, storage_class},
};

/// Where yt-dlp prints what it found. Its own `--write-info-json` fails at half a letter, and a line of output is
/// longer than one that is read.
pub(crate) const OUTPUT_FILE: &str = "extract.json";
/// Several requests to a slow source, and its challenges.
const DEADLINE: Duration = Duration::from_mins(15);

/// Finds out what there is to fetch, from the earlier attempt's plan if that still holds.
pub(super) async fn run(
    engine: &YtDlp,
    request: &DownloadRequest,
    credentials: Credentials<'_>,
    assignment: &Assignment,
) -> Result<Extracted, Failure> {
    let staging = &request.staging;
    fs::create_dir_all(staging).map_err(|error| storage(&error))?;
    if let Some(earlier) = Plan::load(staging, &request.source, &request.quality)
        && still_holds(&engine.prober(assignment), &earlier, staging).await?
    {
        return Ok(earlier);
    }
    let info = ask(engine, request, credentials, assignment).await?;
    let extracted = adopt(info, &request.quality, staging)?;
    let (source, quality) = (request.source.clone(), request.quality.clone());
    let plan = Plan { source, quality, extracted: extracted.clone() };
    plan.save(staging).map_err(|error| storage(&error))?;
    Ok(extracted)
}

/// Whether something was fetched by this plan and its source still offers the same.
///
/// It saves the source a page, a media file that is opened only to see what it is, and keeps the choice of
/// formats, on which the names of the partial files depend.
async fn still_holds(prober: &Prober, earlier: &Extracted, staging: &Path) -> Result<bool, Failure> {
    if !Partial::new(staging, &earlier.streams).exists().map_err(|error| storage(&error))? {
        return Ok(false);
    }
    let saved = Saved::load(staging);
    for stream in &earlier.streams {
        if !saved.of(stream).is_some_and(Validators::identify) {
            return Ok(false);
        }
        let same = match prober.ask(stream).await {
            Ok(now) => saved.of(stream).is_some_and(|earlier| now.are_same(earlier)),
            Err(failure) if failure.class == FailureClass::Network => return Err(failure),
            // Addresses are signed for some hours: there may be a new one.
            Err(_) => false,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn ask(
    engine: &YtDlp,
    request: &DownloadRequest,
    credentials: Credentials<'_>,
    assignment: &Assignment,
) -> Result<Value, Failure> {
    let file = request.staging.join(OUTPUT_FILE);
    remove_output(&file)?;
    // It names the cookies that each address would be asked with.
    let _gone = Gone(file.clone());
    let mut complaints = Complaints::default();
    let each = |line: crate::process::Line| {
        if line.source == Source::Stderr {
            complaints.take(&line.text);
        }
    };
    let spec = spec(engine, request, credentials)?;
    let ended = assignment.run(&engine.runner, spec, each).await.map_err(|error| error.failure())?;
    // Warnings say nothing here: the quality found its formats or it didn't.
    if !ended.is_clean() || complaints.has_errors() {
        return Err(complaints.failure(&ended));
    }
    let text = fs::read_to_string(&file)
        .map_err(|_| ended.failure(FailureClass::Unknown, "yt-dlp ended well but described nothing"))?;
    remove_output(&file)?;
    printed(&text).map_err(|error| {
        ended.failure(FailureClass::Unknown, format!("what yt-dlp described can't be read: {error}"))
    })
}

/// What was printed: a line for each item that there is at the address.
fn printed(text: &str) -> Result<Value, serde_json::Error> {
    let mut items: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(&lenient::json(line))).collect::<Result<_, _>>()?;
    match (items.pop(), items.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => {
            items.extend(last);
            Ok(serde_json::json!({ "_type": "playlist", "entries": items }))
        }
    }
}

fn spec(engine: &YtDlp, request: &DownloadRequest, credentials: Credentials<'_>) -> Result<Spec, Failure> {
    let mut spec = engine.spec_with(credentials).map_err(|error| error.failure())?;
    // What the owner allows is asked in the owner's order.
    if engine.options.extractors.is_none()
        && let Some(first) = asked_first(&request.source.extractor)
    {
        spec = spec.arg("--ies").arg(format!("{first},default"));
    }
    Ok(spec
        .args(["--no-playlist", "--playlist-items", "1:2", "--skip-download"])
        .args(["--print-to-file", "video:%()j", OUTPUT_FILE, "--format", &request.quality.format])
        .working_dir(&request.staging)
        .operand(&request.source.url)
        .deadline(DEADLINE))
}

/// How yt-dlp is told to ask an extractor before the others, by the key that it gave an item's list.
///
/// It asks each in turn whether an address is its own, and compiles what addresses look like as it goes: all of them in 2 s
/// of processor time. Keys are names without what is no letter or digit (`youtubetab` of `youtube:tab`); of a few extractors
/// they are others, and then nothing is asked first. The one for all addresses stays the last.
fn asked_first(extractor: &str) -> Option<String> {
    let is_key = !extractor.is_empty()
        && extractor.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    let letters: Vec<String> = extractor.chars().map(String::from).collect();
    (is_key && extractor != ItemSource::GENERIC).then(|| letters.join(r"\W*"))
}

fn remove_output(file: &Path) -> Result<(), Failure> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(storage(&error)),
        _ => Ok(()),
    }
}

pub(super) fn storage(error: &std::io::Error) -> Failure {
    Failure::new(storage_class(error), format!("the staging folder can't be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::asked_first;

    #[test]
    fn an_extractor_is_asked_first_by_the_name_that_its_key_comes_from() {
        assert_eq!(asked_first("tvp").as_deref(), Some(r"t\W*v\W*p"));
        assert_eq!(asked_first("generic"), None, "it takes every address");
        for odd in ["", "a,all", "-youtube", "a.*", "ä"] {
            assert_eq!(asked_first(odd), None, "{odd:?} comes from a feed, or from nobody");
        }
    }
}
