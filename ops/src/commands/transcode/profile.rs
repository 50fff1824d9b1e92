//! `mediary transcode profile`: by which rules files are made of files.

use clap::Subcommand;
use serde_json::json;

use super::optional;
use crate::{
    answers::transcode::{TranscodeProfile, profiles},
    client::{Client, Document},
    commands::failure::Failure,
    output::{Output, Table, fields, word},
};

/// What can be done with profiles.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List them, with what each is for.
    List,
    /// Show one.
    Show {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
    },
}

pub(crate) const LIST: Document<profiles::Answer> = Document::repeatable(include_str!("profiles.graphql"));

impl Verb {
    pub(crate) async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let all: Vec<TranscodeProfile> = client.ask(&LIST, json!({})).await?;
        match self {
            Self::List => Ok(output.show(&all, |all| table(all))?),
            Self::Show { name } => {
                let advice = "`mediary transcode profile list` shows them";
                let not_found = || Failure::NotFound { id: format!("profile {name:?}"), advice };
                let found = all.iter().find(|profile| profile.name == name).ok_or_else(not_found)?;
                Ok(output.show(found, details)?)
            }
        }
    }
}

fn table(all: &[TranscodeProfile]) -> String {
    let mut table = Table::new(&["name", "container", "pictures", "sound", "what for"]);
    for TranscodeProfile { name, container, video_codec, audio_codec, about, .. } in all {
        table.row([
            name.clone(),
            word(container),
            optional(video_codec.as_deref()),
            audio_codec.clone(),
            about.clone(),
        ]);
    }
    table.text("there is no profile")
}

fn details(profile: &TranscodeProfile) -> String {
    fields(&[
        ("name", Some(profile.name.clone())),
        ("version", Some(profile.version.to_string())),
        ("what for", Some(profile.about.clone())),
        ("container", Some(word(&profile.container))),
        ("pictures", profile.video_codec.clone()),
        ("lines at most", profile.lines_max.map(|lines| lines.to_string())),
        ("sound", Some(profile.audio_codec.clone())),
    ])
}
