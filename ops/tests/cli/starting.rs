//! The first start: what a server is told, and that it starts with it.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
};

use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Ran, Running, run, run_reading, run_with, within};

fn config(folder: &TempDir) -> Option<String> {
    fs::read_to_string(folder.path().join("mediary.toml")).ok()
}

async fn line(folder: &TempDir, words: &str) -> Ran {
    run(folder.path(), &words.split(' ').collect::<Vec<_>>()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_with_what_init_wrote_without_asking() {
    let folder = tempfile::tempdir().unwrap();
    let init = "init --data d --library films --listen 127.0.0.1:0 --nats off --yes --format json";
    let told = line(&folder, init).await.ends_with(0).json();
    assert_eq!((&told["isChanged"], &told["config"]), (&json!(true), &json!("mediary.toml")), "{told}");
    assert_eq!(told["next"][0], json!("mediary serve"), "{told}");
    assert!(
        told["findings"].as_array().unwrap().iter().any(|finding| finding["subject"] == json!("yt-dlp")),
        "{told}"
    );
    let written = "data = \"d\"\nlibrary = \"films\"\nlisten = \"127.0.0.1:0\"\nnats = \"off\"\n";
    assert_eq!(config(&folder).as_deref(), Some(written));
    let mode = fs::metadata(folder.path().join("mediary.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let _server = Running::start(folder.path(), &["serve"]);
    within(async { while line(&folder, "--data d job list").await.code != 0 {} }).await;
    let roots = line(&folder, "--data d file root list --format json").await.ends_with(0).json();
    let films = folder.path().canonicalize().unwrap().join("films").display().to_string();
    assert_eq!(roots[0]["folder"], json!(films), "{roots}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_from_stdin_and_what_was_said_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    // Data, library, address; NATS is said. Then what a server for others needs: a certificate, a name; then: write it.
    let answers = "\nfilms\n0.0.0.0:0\n\nlaptop\ny\n";
    let ran = run_reading(folder.path(), &["init", "--nats", "off"], answers).await.ends_with(0);
    ran.says(&[
        "Data folder",
        "[data]",
        "Library",
        "[data/library]",
        "Address",
        "Certificate",
        "first token",
        "Write ",
    ]);
    assert!(!ran.stderr.contains("NATS"), "{}", ran.stderr);
    assert!(ran.stdout.contains("mediary --data data token create laptop --role owner"), "{}", ran.stdout);
    assert!(ran.stdout.contains("tokens travel in the clear"), "{}", ran.stdout);
    let written = "data = \"data\"\nlibrary = \"films\"\nlisten = \"0.0.0.0:0\"\nnats = \"off\"\n";
    assert_eq!(config(&folder).as_deref(), Some(written));
}

// invariant: U-3
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_keeps_what_was_not_asked_and_is_changed_only_if_that_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mediary.toml");
    let before = "# mine\nlisten = '127.0.0.1:0'\nnats = 'off' # quiet\n\n[jobs]\ntries_max = 5\n";
    fs::write(&path, before).unwrap();
    // Whoever says nothing to the last question has not meant it.
    let ran = run_reading(folder.path(), &["init", "--data", "d"], "\n\n\n").await.ends_with(6);
    ran.says(&["mediary.toml is there", "would say otherwise", "[127.0.0.1:0]"]);
    assert_eq!(config(&folder).as_deref(), Some(before));
    line(&folder, "init --data d --yes").await.ends_with(0).says(&["data", "- -> d"]);
    let after = before.replace("# quiet\n", "# quiet\ndata = \"d\"\n");
    assert_eq!(config(&folder), Some(after.clone()));
    let again = line(&folder, "init --yes").await.ends_with(0);
    assert!(again.stdout.contains("mediary.toml is as it was"), "{}", again.stdout);
    assert_eq!(config(&folder), Some(after));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_others_read_stays_where_it_is_and_theirs() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("etc")).unwrap();
    let (real, link) = (folder.path().join("etc/server.toml"), folder.path().join("mediary.toml"));
    fs::write(&real, "listen = '127.0.0.1:0'\nnats = 'off'\n").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("etc/server.toml", &link).unwrap();
    line(&folder, "init --data d --yes").await.ends_with(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let text = fs::read_to_string(&real).unwrap();
    assert_eq!(text, "listen = '127.0.0.1:0'\nnats = 'off'\ndata = \"d\"\n");
    assert_eq!(fs::read_dir(folder.path().join("etc")).unwrap().count(), 1, "nothing is left beside it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_folder_of_the_environment_is_said_already() {
    let folder = tempfile::tempdir().unwrap();
    let init = ["init", "--listen", "127.0.0.1:0", "--nats", "off", "--yes"];
    let variables = [("MEDIARY_DATA", "elsewhere")];
    run_with(folder.path(), &init, &variables).await.ends_with(0);
    let written = config(&folder).unwrap();
    assert!(written.starts_with("data = \"elsewhere\"\n"), "{written}");
    // A flag is closer to whoever types it.
    let flag = [&init[..], &["--data", "d"]].concat();
    run_with(folder.path(), &flag, &variables).await.ends_with(0);
    let written = config(&folder).unwrap();
    assert!(written.starts_with("data = \"d\"\n"), "{written}");
}

// invariant: U-3
#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    for (words, code, said) in [
        ("init --listen 8484 --yes", 2, "127.0.0.1:8484"),
        ("init --nats maybe --yes", 2, "nats://127.0.0.1:4222"),
        ("init --tls-certificate file --yes", 2, "--tls-key"),
        ("init --data file --yes", 2, "is no folder"),
        ("init --data file/below --yes", 2, "is no folder"),
        ("init --data films/data --library films --yes", 2, "would lie in the library"),
        ("init --listen 192.0.2.1:80 --yes", 1, "can't be listened on"),
        ("init --listen 0.0.0.0:0 --tls-certificate file --tls-key file --yes", 1, "tls"),
    ] {
        line(&folder, words).await.ends_with(code).says(&[said]);
        assert_eq!(config(&folder), None, "{words}");
    }
    let asked = run_reading(folder.path(), &["init"], "data\n\nnowhere\n").await.ends_with(2);
    asked.says(&["\"nowhere\" is no address with a port"]);
    assert_eq!(config(&folder), None);
    let wrong = "tries_mx = 1\n";
    fs::write(folder.path().join("mediary.toml"), wrong).unwrap();
    assert_ne!(line(&folder, "init --yes").await.code, 0);
    assert_eq!(config(&folder).as_deref(), Some(wrong));
}
