//! What is lost of hard files without a word: by the platform, by ffmpeg alone, and by each tool that is installed beside it.
//!
//! `ops/bench torture -- some` takes every tenth file, `ops/bench torture -- told` says what is lost of each.

use std::path::{Path, PathBuf};

use mediary_benches::{
    table::line,
    torture::{self, Became, Ours, alone::TOOLS},
};

/// Every so many of the files, with `some`.
const SOME: usize = 10;

fn main() {
    mediary::provide_tls();
    let has = |word: &str| std::env::args().any(|argument| argument == word);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(contest(if has("some") { SOME } else { 1 }, has("told")));
}

async fn contest(every: usize, is_told: bool) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let below = folder.path().canonicalize().expect("it is there");
    let hard = below.join("hard");
    let files = torture::make(&hard, every).await;
    line(&format!("\n{} files\n", files.len()));
    line("| by | right | as it is | refused before | failed | lost without a word |");
    line("|---|---|---|---|---|---|");
    for tool in TOOLS {
        if !tool.is_there().await {
            line(&format!("| {} | not installed | | | | |", tool.name));
            continue;
        }
        let mut all = Vec::new();
        for file in &files {
            all.push((file.clone(), tool.make(file, &below).await));
        }
        row(tool.name, &all, is_told);
    }
    let ours = Ours::start(&below, &hard).await;
    for profile in ours.profiles() {
        row(&format!("Mediary, {profile}"), &ours.make(profile, &files).await, is_told);
    }
    ours.stop().await;
}

fn row(name: &str, all: &[(PathBuf, Became)], is_told: bool) {
    let count = |is: fn(&Became) -> bool| all.iter().filter(|(_, became)| is(became)).count();
    line(&format!(
        "| {name} | {} | {} | {} | {} | {} |",
        count(|became| matches!(became, Became::Made(lost) if lost.is_empty())),
        count(|became| matches!(became, Became::Fits)),
        count(|became| matches!(became, Became::Refused(_))),
        count(|became| matches!(became, Became::Failed(_))),
        count(|became| matches!(became, Became::Made(lost) if !lost.is_empty())),
    ));
    if is_told {
        for (file, became) in all {
            if *became != Became::Made(vec![]) {
                line(&format!("  {}: {became:?}", called(file)));
            }
        }
    }
}

fn called(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
