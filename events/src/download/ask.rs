//! What may be asked about downloads: a form for each command.

use mediary_schema::{EntryId, PlaylistId, Several, account::Permission, download::UnknownQuality};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    asked::{Asked, CommandKind, is_default, schema_of},
    job::ask::Ticket,
};

/// What may be asked about downloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Keep items.
    #[serde(rename = "download.start")]
    Start(Start),
    /// Take over what another tool fetched.
    #[serde(rename = "download.import_archive")]
    ImportArchive(ImportArchive),
}

/// Keeps items: each becomes a job, unless it is kept already and not asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// What is to be kept.
    pub target: Target,
    /// The name of a quality: `best`, `1080p`, `720p` or `audio`.
    #[serde(default = "best", skip_serializing_if = "is_best")]
    pub quality: String,
    /// Whether also what is kept already, or was once, is fetched.
    #[serde(default, skip_serializing_if = "is_false")]
    pub again: bool,
    /// When the turn of these jobs comes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

/// What is to be kept: exactly one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// Every entry of a playlist that is there and can be had.
    PlaylistId(PlaylistId),
    /// Entries of one playlist or of several.
    Entries(Several<EntriesOf>),
    /// What an address shows; it is followed, too.
    Url(String),
}

/// Entries of one playlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntriesOf {
    /// The playlist.
    pub playlist_id: PlaylistId,
    /// Its entries.
    pub entry_ids: Several<EntryId>,
}

/// Takes over what another tool fetched. What is named is not fetched unless asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportArchive {
    /// An archive in yt-dlp's format: lines `<extractor> <id>`, at most 500.
    pub text: String,
}

fn best() -> String {
    "best".to_owned()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it on so")]
const fn is_false(again: &bool) -> bool {
    !*again
}

fn is_best(quality: &str) -> bool {
    quality == "best"
}

impl ImportArchive {
    /// Lines that one command takes: each is an event, and all of them are one append.
    pub const LINES_MAX: usize = 500;

    /// What each line names, of text that is an archive from its first line to its last.
    pub fn sources(text: &str) -> Result<Vec<(&str, &str)>, NoArchive> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(index, line)| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let is_word = |word: &&str| word.len() <= WORD_LEN_MAX && !word.contains(char::is_control);
                match words[..] {
                    [extractor, id] if is_word(&extractor) && is_word(&id) => Ok((extractor, id)),
                    _ => Err(NoArchive { line: index + 1 }),
                }
            })
            .collect()
    }
}

/// The longest id in an archive.
const WORD_LEN_MAX: usize = 1_000;

/// The answer to a text that is no archive: nothing of it is taken over, since it can't be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is none of an archive, whose lines are `<extractor> <id>`")]
pub struct NoArchive {
    /// The first line that is none, from 1.
    pub line: usize,
}

impl crate::Rejection for NoArchive {
    fn code(&self) -> &'static str {
        "DOWNLOAD_NO_ARCHIVE"
    }
}

impl crate::Rejection for UnknownQuality {
    fn code(&self) -> &'static str {
        "UNKNOWN_QUALITY"
    }
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("download.start", Permission::DOWNLOAD, schema_of::<Start>),
        CommandKind::new("download.import_archive", Permission::DOWNLOAD, schema_of::<ImportArchive>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "download.start",
            Self::ImportArchive(_) => "download.import_archive",
        }
    }
}
