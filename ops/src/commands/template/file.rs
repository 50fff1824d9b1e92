//! `mediary job template export|import`: templates as a file, to be kept, read and taken elsewhere (PL-22).

use std::{collections::BTreeMap, fs, io, path::Path};

use mediary_schema::{Label, template::Settings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{IMPORT, LIST};
use crate::{
    answers::template::Template,
    client::Client,
    commands::{failure::Failure, given, playlist::input},
    output::{Output, plural},
};

/// What is in such a file, a table for each kind of thing: other kinds get their own beside it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exported {
    /// Templates by their names. Versions are the platform's to give.
    #[serde(default)]
    template: BTreeMap<Label, Settings>,
}

/// Writes every template.
pub(super) async fn export(file: &Path, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let templates: Vec<Template> = client.ask(&LIST, json!({})).await?;
    let count = templates.len() as u64;
    let settings = templates.into_iter().map(|template| {
        let Template { name, priority, batch, tags, .. } = template;
        (name, json!({ "priority": priority, "batch": batch, "tags": tags }))
    });
    let settings = settings.collect::<BTreeMap<_, _>>();
    let exported: Exported =
        serde_json::from_value(json!({ "template": settings })).map_err(io::Error::from)?;
    let text = toml::to_string(&exported).map_err(io::Error::other)?;
    if file == Path::new("-") {
        if output.is_json() {
            return Ok(output.show(&json!({ "templates": text }), |_| String::new())?);
        }
        return Ok(output.lines(text.as_bytes())?);
    }
    fs::write(file, text).map_err(Failure::file("writing", file))?;
    let told = json!({ "file": file, "templateCount": count });
    let templates = plural(count, "template", "templates");
    Ok(output.show(&told, |_| format!("{templates} written to {}", file.display()))?)
}

/// Saves every template of a file whose settings are others than those that there are: all of them, or none if one is refused.
/// Those that are not in it stay.
pub(super) async fn import(file: &Path, client: &Client) -> Result<Vec<Template>, Failure> {
    let Exported { template } = toml::from_str(&given::text_of(file)?).map_err(|error| Failure::Usage {
        message: format!("{} has no templates that can be read: {error}", file.display()),
        advice: "`mediary job template export` writes such a file; nothing was saved",
    })?;
    let templates: Vec<Value> = template.into_iter().map(wanted).collect();
    let outcome = client.act(&IMPORT, input(json!({ "templates": templates }))).await?;
    Failure::refused(outcome.user_errors)?;
    Ok(outcome.payload.templates)
}

fn wanted((name, settings): (Label, Settings)) -> Value {
    let Settings { priority, batch, tags } = settings;
    json!({ "name": name, "priority": priority, "batch": batch, "tags": tags })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[template.day]

[template.\"night, films\"]
priority = 2
batch = \"films\"
tags = [\"4k\", \"films\"]
";

    #[test]
    fn a_file_says_what_it_was_made_of() {
        let exported: Exported = toml::from_str(TEXT).unwrap();
        assert_eq!(exported.template.len(), 2);
        assert_eq!(toml::to_string(&exported).unwrap(), TEXT);
        assert_eq!(toml::from_str::<Exported>("").unwrap(), Exported::default());
    }

    #[test]
    fn what_nobody_knows_is_refused_and_not_left_out() {
        for text in [
            "[template.night]\npriority = 12",
            "[template.night]\nprio = 2",
            "[schedule.night]\nat = 3",
            "[template.\"\"]",
        ] {
            assert!(toml::from_str::<Exported>(text).is_err(), "{text}");
        }
    }
}
