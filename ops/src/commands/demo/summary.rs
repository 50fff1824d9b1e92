use std::path::PathBuf;

use serde::Serialize;

use crate::{
    answers::{download::File, why::Why as Explanation},
    commands::{
        log::{self, Verification},
        playlist::Counts,
        why,
    },
    output::{Table, bytes, clean, duration},
};

/// What the demo found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    pub(super) server: String,
    pub(super) site: String,
    pub(super) data: PathBuf,
    pub(super) library: PathBuf,
    pub(super) playlists: Vec<Followed>,
    pub(super) looks: Vec<Look>,
    pub(super) why: Explanation,
    pub(super) log_verification: Verification,
}

/// A playlist whose files were read again and are what the log says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Followed {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) files: Vec<File>,
}

/// What a refresh of a changed list found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Look {
    pub(super) id: String,
    /// The playlist's version afterwards.
    pub(super) version: u64,
    #[serde(rename = "refreshCounts")]
    pub(super) counts: Counts,
    /// The changes in words.
    pub(super) told: String,
}

/// The same for people.
pub(super) fn text(summary: &Summary) -> String {
    let files: Vec<String> = summary.playlists.iter().map(files).collect();
    let looks: Vec<&str> = summary.looks.iter().map(|look| look.told.as_str()).collect();
    format!(
        "\nFiles in {}\n\n{}\nWhat changed\n\n{}\nWhy the first file is there\n\n{}\n\nThe log\n\n{}",
        summary.library.display(),
        files.join("\n"),
        looks.concat(),
        why::text(&summary.why),
        log::proof(&summary.log_verification),
    )
}

fn files(playlist: &Followed) -> String {
    let mut table = Table::new(&["size", "length", "blake3", "file"]);
    for file in &playlist.files {
        let hash = file.blake3.clone();
        table.row([bytes(file.size_bytes), duration(file.duration_ms), hash, file.path.clone()]);
    }
    format!("“{}”\n{}", clean(&playlist.title), table.text("no files"))
}
