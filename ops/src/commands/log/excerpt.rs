//! Events as one HTML file that proves itself: `mediary why --html`, `mediary log export --html`.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    answers::log::{Excerpt, excerpt},
    client::{Client, Document},
    commands::{failure::Failure, part::Part},
    output::{Output, fields},
};

pub(crate) const EXCERPT: Document<excerpt::Answer> = Document::repeatable(include_str!("excerpt.graphql"));

/// What was written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    file: &'a Path,
    event_count: u64,
    first_position: u64,
    last_position: u64,
    /// Whether one chain joins all of them.
    joined: bool,
    /// Those of which the file does not hold what they say.
    without_payload: Vec<u64>,
}

/// Where an excerpt is to be written.
pub(crate) struct Target {
    file: PathBuf,
    part: Part,
}

impl Target {
    /// A file that was named; what can't be had is said before anything is asked for.
    pub(crate) fn try_new(file: &Path, force: bool) -> Result<Self, Failure> {
        let part = Part::try_new(file, force, "name the file to write, for example why.html")?;
        Ok(Self { file: file.to_owned(), part })
    }

    /// Writes the events of a thing, or of a stretch of the log.
    pub(crate) async fn write(&self, of: Value, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let found: Option<Excerpt> = client.ask(&EXCERPT, json!({ "of": of })).await?;
        let excerpt = found.ok_or_else(|| Failure::NotFound {
            id: of
                .as_object()
                .into_iter()
                .flat_map(|of| of.values())
                .find_map(Value::as_str)
                .unwrap_or("the stretch")
                .to_owned(),
            advice: "`mediary log show` shows what is recorded, as far as you may see it",
        })?;
        let mut out = self.part.create()?;
        out.write_all(excerpt.html.as_bytes()).map_err(Failure::file("writing", self.part.path()))?;
        self.part.finish(out)?;
        self.part.keep()?;
        let written = Written {
            file: &self.file,
            event_count: excerpt.event_count,
            first_position: excerpt.first_position,
            last_position: excerpt.last_position,
            joined: excerpt.joined,
            without_payload: excerpt.without_payload,
        };
        Ok(output.show(&written, text)?)
    }
}

fn text(written: &Written<'_>) -> String {
    let mute = written.without_payload.len();
    fields(&[
        ("file", Some(written.file.display().to_string())),
        ("events", Some(written.event_count.to_string())),
        ("first position", Some(written.first_position.to_string())),
        ("last position", Some(written.last_position.to_string())),
        (
            "joined",
            Some(
                if written.joined { "by one chain" } else { "no: each run of neighbours by itself" }
                    .to_owned(),
            ),
        ),
        ("without what they say", (mute > 0).then(|| mute.to_string())),
    ])
}
