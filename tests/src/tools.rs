use std::{
    path::{Path, PathBuf},
    process::Output,
};

use tokio::process::Command;

/// The folder of yt-dlp and nats-server: `ops/test` installs them there.
pub fn tools_folder() -> PathBuf {
    mediary_tools::private_folder().expect("the private tools are not installed: `ops/test` installs them")
}

/// The `mediary` binary that was built with these tests.
pub fn binary() -> PathBuf {
    built("mediary")
}

/// Runs that binary for a data folder, as a person would, to its end.
pub async fn run_binary(data: &Path, arguments: &[&str]) -> Output {
    #[expect(clippy::disallowed_methods, reason = "it is run as a person would, without our runner")]
    let mut command = Command::new(binary());
    command.args(arguments).arg("--data").arg(data).kill_on_drop(true).output().await.unwrap()
}

/// A program that was built with these tests.
pub fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().find(|folder| folder.join(name).is_file());
    match folder {
        Some(folder) => folder.join(name),
        None => panic!("{name} is not built; test with `cargo nextest run --workspace`"),
    }
}

/// A film that ffmpeg makes of these arguments, with this ending.
pub async fn film(arguments: &str, ending: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join(format!("film.{ending}"));
    #[expect(clippy::disallowed_methods, reason = "it makes a sample, and is no work of a server")]
    let mut command = Command::new(tools_folder().join("ffmpeg"));
    command.args(["-v", "error", "-nostdin"]).args(arguments.split_whitespace()).arg(&film);
    let output = command.kill_on_drop(true).output().await.unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(film).unwrap()
}
