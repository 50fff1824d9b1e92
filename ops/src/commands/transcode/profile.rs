//! `mediary transcode profile`: by which rules files are made of files.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use mediary_schema::profile::Rules;
use serde_json::{Value, json};

pub(crate) use super::rules::rules_of;
use super::{optional, rules};
use crate::{
    answers::transcode::{Profile, ProfileVideo, profiles, remove, save},
    client::{Client, Document},
    commands::{failure::Failure, intent::Intent, playlist::input},
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
        /// As a file of rules, which can be changed and saved under another name.
        #[arg(long)]
        toml: bool,
    },
    /// Keep rules of your own under a name, as its next version; jobs that were started by an earlier one go on by that.
    Save(Save),
    /// Start nothing by a profile any more; jobs that were started by it go on.
    Remove {
        /// What it is called.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        intent: Intent,
    },
}

/// Which rules, and under which name.
#[derive(Debug, Args)]
#[command(after_help = SAVE_HELP)]
pub(crate) struct Save {
    /// What it is called: lower-case letters, digits and hyphens; not as one that ships with Mediary.
    #[arg(value_name = "NAME")]
    name: String,
    /// A file of rules on this machine, in TOML.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    intent: Intent,
}

const SAVE_HELP: &str = "\
Begin with one that there is, and try it before anything is made by it:
  mediary transcode profile show archive --toml > small.toml
  mediary transcode what-if /srv/films --profile small.toml
  mediary transcode profile save small small.toml";

pub(crate) const LIST: Document<profiles::Answer> = Document::repeatable(include_str!("profiles.graphql"));

pub(crate) const SAVE: Document<save::Answer> = Document::repeatable(include_str!("save.graphql"));

pub(crate) const REMOVE: Document<remove::Answer> = Document::repeatable(include_str!("remove.graphql"));

/// What is told to save rules under a name.
pub(crate) fn saving(name: &str, rules: &Rules) -> Result<Value, Failure> {
    Ok(json!({ "name": name, "rules": rules::input_of(rules)? }))
}

impl Verb {
    pub(crate) async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List => {
                let all: Vec<Profile> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&all, |all| table(all))?)
            }
            Self::Show { name, toml } => {
                let all: Vec<Profile> = client.ask(&LIST, json!({})).await?;
                let advice = "`mediary transcode profile list` shows them";
                let not_found = || Failure::NotFound { id: format!("profile {name:?}"), advice };
                let found = all.iter().find(|profile| profile.name == name).ok_or_else(not_found)?;
                let as_file = if toml { Some(rules::text(found)?) } else { None };
                Ok(output.show(found, |found| as_file.unwrap_or_else(|| details(found)))?)
            }
            Self::Save(Save { name, file, intent }) => {
                let rules = rules::read(&file).await?;
                let outcome = client.meant(intent).act(&SAVE, input(saving(&name, &rules)?)).await?;
                Failure::refused(outcome.user_errors)?;
                let saved: Vec<Profile> = outcome.payload.profile.into_iter().collect();
                Ok(output.show(&saved, |saved| saved.iter().map(details).collect())?)
            }
            Self::Remove { name, intent } => {
                let wanted = json!({ "name": name });
                let outcome = client.meant(intent).act(&REMOVE, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&wanted, |_| format!("nothing is made by {name} any more"))?)
            }
        }
    }
}

fn table(all: &[Profile]) -> String {
    let mut table = Table::new(&["name", "version", "container", "pictures", "sound", "what for"]);
    for Profile { name, version, container, video, audio, about, .. } in all {
        table.row([
            name.clone(),
            version.to_string(),
            word(container),
            optional(video.as_ref().map(|video| word(&video.codec)).as_deref()),
            word(&audio.codec),
            about.clone(),
        ]);
    }
    table.text("there is no profile")
}

fn details(profile: &Profile) -> String {
    let video = profile.video.as_ref();
    let languages = |words: &[String]| (!words.is_empty()).then(|| words.join(", "));
    let yes = |is: bool, word: &str| is.then(|| word.to_owned());
    let audio = &profile.audio;
    fields(&[
        ("name", Some(profile.name.clone())),
        ("version", Some(profile.version.to_string())),
        ("what for", Some(profile.about.clone()).filter(|about| !about.is_empty())),
        ("container", Some(word(&profile.container))),
        ("pictures", video.map(|video| word(&video.codec))),
        ("quality", video.and_then(quality)),
        ("looks at least", video.and_then(|video| video.vmaf_min).map(|least| format!("VMAF {least}"))),
        ("lines at most", video.and_then(|video| video.lines_max).map(|lines| lines.to_string())),
        ("light", video.map(|video| word(&video.hdr))),
        ("as they are", video.and_then(|video| yes(video.copies_what_fits, "where they fit already"))),
        ("sound", Some(word(&audio.codec))),
        ("channels at most", audio.channels_max.map(|channels| channels.to_string())),
        ("keeps sounds", languages(&profile.keep_audio)),
        ("commentary", yes(profile.drop_commentary, "goes")),
        ("subtitles", Some(word(&profile.subtitles))),
        ("keeps subtitles", languages(&profile.keep_subtitles)),
        ("larger", yes(profile.may_grow, "is kept, too")),
    ])
}

/// What an encoder is told; nothing where pictures stay as they are.
fn quality(video: &ProfileVideo) -> Option<String> {
    let is_encoded = word(&video.codec) != "copy";
    let from = if video.vmaf_min.is_some() { "searched from " } else { "" };
    is_encoded.then(|| format!("{from}crf {}, preset {}", video.crf, video.preset))
}
