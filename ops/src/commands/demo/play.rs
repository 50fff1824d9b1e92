//! The acts of the demo. Each fails if what it shows is not so.

use std::{fs::File as Opened, path::Path};

use serde_json::json;

use super::{
    stage::Stage,
    summary::{Followed, Look, Summary},
};
use crate::{
    answers::{download::File, why::Why as Explanation},
    commands::{
        download::{self, Target},
        failure::Failure,
        log::{self, Verification, history},
        playlist::{self, Counts, Entry, Playlist, told_after},
        why,
    },
    demo::ListHandle,
    output::{Output, plural},
};

/// Follows, downloads, changes the list, looks again, explains, proves.
pub(super) async fn main_job(stage: &Stage, output: &mut Output) -> Result<Summary, Failure> {
    let videos = follow(stage, output, &stage.site.list_url("videos")).await?;
    let talks = follow(stage, output, &stage.site.feed_url("talks")).await?;
    let mut playlists = Vec::new();
    for playlist in [&videos, &talks] {
        playlists.push(keep(stage, output, playlist).await?);
    }

    output.note("\nthe list changes at its source: 2 new in front, 1 deleted, 1 renamed, 1 private, 1 moved");
    let list = stage.site.list("videos");
    let version =
        history(&stage.client, "playlist", &videos.id).await?.last().map_or(0, |event| event.version);
    change(&list)?;
    let changed = Counts { added: 2, not_seen: 1, moved: 1, renamed: 1, unavailable: 1, ..Counts::default() };
    let first = look(stage, output, &videos.id, version, changed).await?;

    output.note("\nonce more: what two full refreshes in a row lack is gone");
    let version = first.version;
    let removed = Counts { removed: 1, ..Counts::default() };
    let second = look(stage, output, &videos.id, version, removed).await?;

    let explanation = explain(stage, output, &playlists).await?;
    let log_verification = prove(stage, output).await?;
    output.note("\neverything is as the log says");
    Ok(Summary {
        server: stage.client.server().to_string(),
        site: stage.site.url("/"),
        data: stage.data.clone(),
        library: stage.library.clone(),
        playlists,
        looks: vec![first, second],
        why: explanation,
        log_verification,
    })
}

async fn follow(stage: &Stage, output: &mut Output, url: &str) -> Result<Playlist, Failure> {
    output.note(&format!("\nfollowing {url}"));
    let (shown, looked) = playlist::follow(&stage.client, output, json!({ "url": url }), true).await?;
    looked?;
    let playlist = known_as_it_is(stage, output, shown.playlist).await?;
    let title = playlist.title.as_deref().unwrap_or("a list without a title");
    let entries = plural(playlist.entry_count, "entry", "entries");
    output.note(&format!("  “{title}”: {entries}"));
    Ok(playlist)
}

/// The site begins anew with each run and the record of an earlier one does not: whoever follows already has the
/// list looked at, until what only that run added is known to be gone; it would be asked for in vain.
async fn known_as_it_is(stage: &Stage, output: &mut Output, followed: Playlist) -> Result<Playlist, Failure> {
    loop {
        let again = json!({ "id": followed.id, "full": true });
        let (shown, looked) = playlist::refresh(&stage.client, output, again, true).await?;
        looked?;
        if shown.playlist.refresh_counts.unwrap_or_default().not_seen == 0 {
            return Ok(shown.playlist);
        }
        output.note("  it lacks what an earlier run of the demo added: looking once more");
    }
}

/// Downloads a whole list, and compares what is on disk with what the log says.
async fn keep(stage: &Stage, output: &mut Output, playlist: &Playlist) -> Result<Followed, Failure> {
    let title = playlist.title.clone().unwrap_or_else(|| playlist.id.clone());
    output.note(&format!("\ndownloading all of “{title}”"));
    let target = Target::playlist(&playlist.id);
    let started = download::start(&stage.client, output, &target, json!({ "quality": "best" }), true).await?;
    download::verdict(&started)?;
    let entries = playlist::entries(&stage.client, &playlist.id, json!({})).await?;
    let files = entries.into_iter().map(kept).collect::<Result<Vec<File>, Failure>>()?;
    for file in &files {
        compare(&stage.library, file)?;
    }
    let count = plural(files.len() as u64, "file", "files");
    output.note(&format!("  {count} on disk, each with the bytes that were recorded"));
    Ok(Followed { id: playlist.id.clone(), url: playlist.url.clone(), title, files })
}

fn kept(entry: Entry) -> Result<File, Failure> {
    let id = entry.id;
    let file = entry.download.and_then(|download| download.file);
    file.ok_or_else(|| unsound(format!("{id} was downloaded and has no file")))
}

/// Reads a file again: the platform's word for it is not enough here.
fn compare(library: &Path, file: &File) -> Result<(), Failure> {
    let path = library.join(&file.path);
    let opened = Opened::open(&path).map_err(Failure::file("opening", &path))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(opened).map_err(Failure::file("reading", &path))?;
    let (size, hash) = (hasher.count(), hasher.finalize().to_hex());
    if size == file.size_bytes && *hash == *file.blake3 {
        return Ok(());
    }
    Err(unsound(format!(
        "{} has {size} bytes with the hash {hash}; recorded are {} bytes with the hash {}",
        path.display(),
        file.size_bytes,
        file.blake3,
    )))
}

/// Two in front, then by index: 2 is the first entry of before.
fn change(list: &ListHandle) -> Result<(), Failure> {
    list.prepend(2);
    list.delete(3)?;
    list.rename(4, "A title of its own")?;
    list.make_private(5)?;
    list.move_entry(8, 2)?;
    Ok(())
}

/// Looks at the whole list again, and checks that it noticed exactly this.
async fn look(
    stage: &Stage,
    output: &mut Output,
    id: &str,
    after: u64,
    expected: Counts,
) -> Result<Look, Failure> {
    let (shown, looked) =
        playlist::refresh(&stage.client, output, json!({ "id": id, "full": true }), true).await?;
    looked?;
    let counts = shown.playlist.refresh_counts.unwrap_or_default();
    output.note(&format!("  looked again: {}", counts.text()));
    // What is new at the source was there before if an earlier run of the demo added it, too.
    let (added, returned) = (counts.added + counts.returned, 0);
    if (Counts { added, returned, ..counts }) != expected {
        return Err(unsound(format!("the refresh found {}, not {}", counts.text(), expected.text())));
    }
    let events = history(&stage.client, "playlist", id).await?;
    let version = events.last().map_or(after, |event| event.version);
    Ok(Look { id: id.to_owned(), version, counts, told: told_after(&events, after) })
}

async fn explain(stage: &Stage, output: &mut Output, playlists: &[Followed]) -> Result<Explanation, Failure> {
    let file = playlists.iter().find_map(|playlist| playlist.files.first());
    let file = file.ok_or_else(|| unsound("nothing was downloaded".to_owned()))?;
    output.note(&format!("\nwhy is {} there?", file.path));
    let explanation = why::explain(&stage.client, &file.id).await?;
    if explanation.chain.len() < 2 {
        return Err(unsound(format!("{} has no causes", file.id)));
    }
    Ok(explanation)
}

async fn prove(stage: &Stage, output: &mut Output) -> Result<Verification, Failure> {
    output.note("\nproving the log");
    let verification = log::verify_live(&stage.client, None).await?;
    log::verdict(verification.clone())?;
    Ok(verification)
}

fn unsound(message: String) -> Failure {
    Failure::Unsound {
        code: "DEMO".to_owned(),
        message,
        advice: "this is a defect: keep the data folder, and report it".to_owned(),
    }
}
