//! Small files that are hard on whatever transcodes them (`ops/torture` makes them), and what becomes of each: by the platform, and
//! by tools alone.
//!
//! What was made is judged by ffprobe's own words of it and of its source, not by what the platform reads of either.

pub mod alone;
mod judge;
mod ours;
mod seen;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

pub use self::{
    judge::lost,
    ours::Ours,
    seen::{Kind, Light, Seen, Stream},
};

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// One was made of it, and this is not in it, of which nobody said a word.
    Made(Vec<String>),
    /// It is as it was to be.
    Fits,
    /// None was made, and it was said why before anything was encoded.
    Refused(String),
    /// None was made, and that was found by trying.
    Failed(String),
}

/// Makes every n-th of the files in a folder; answers them in the order of their names.
///
/// # Panics
/// If they can't be made.
pub async fn make(folder: &Path, every: usize) -> Vec<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/torture");
    let mut command = program(&script);
    command.arg(folder).arg(every.to_string());
    let made = command.output().await.expect("the script starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let there = std::fs::read_dir(folder).expect("the files are there").flatten();
    let mut files: Vec<PathBuf> = there.map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// A program of this machine, or one that `ops/test` installed.
fn program(name: &Path) -> Command {
    let installed = name.to_str().and_then(|name| Some(mediary_tools::private_folder()?.join(name)));
    let place = installed.filter(|place| place.is_file()).unwrap_or_else(|| name.to_owned());
    #[expect(clippy::disallowed_methods, reason = "what is measured against is run without our runner")]
    let mut command = Command::new(place);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every so many of the files in each run, by so many of the profiles that ship; `ops/test --long` tries all by all.
    const EVERY: usize = 13;
    const PROFILES: u64 = 2;
    /// What is tried and refused then, instead of before: each of these is to be mended, and nothing comes to them.
    const KNOWN: [(&str, &str); 3] = [
        ("wmv in wmv", "out of step"),
        ("cut without an encoder", "out of step"),
        ("cover.", "was to be cover"),
    ];

    fn is_known(file: &Path, why: &str) -> bool {
        let called = file.file_name().unwrap().to_string_lossy();
        KNOWN.iter().any(|(name, reason)| called.starts_with(name) && why.contains(reason))
    }

    // Issue 11, must hold 4.
    #[test]
    fn what_is_made_of_hard_files_is_right_or_refused_in_words() {
        mediary::provide_tls();
        let rounds = mediary_tools::rounds(1);
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let hard = folder.path().canonicalize().unwrap().join("hard");
            let files = make(&hard, if rounds > 1 { 1 } else { EVERY }).await;
            let ours = Ours::start(folder.path(), &hard).await;
            let some: Vec<String> =
                ours.profiles().take(rounds.max(PROFILES) as usize).map(str::to_owned).collect();
            let mut wrong = Vec::new();
            for profile in &some {
                for (file, became) in ours.make(profile, &files).await {
                    match became {
                        Became::Made(lost) if lost.is_empty() => {}
                        Became::Fits | Became::Refused(_) => {}
                        Became::Failed(why) if is_known(&file, &why) => {}
                        became @ (Became::Made(_) | Became::Failed(_)) => {
                            wrong.push(format!("{profile}: {}: {became:?}", file.display()));
                        }
                    }
                }
            }
            assert!(
                wrong.is_empty(),
                "{} of {}:\n{}",
                wrong.len(),
                files.len() * some.len(),
                wrong.join("\n")
            );
            ours.stop().await;
        });
    }
}
