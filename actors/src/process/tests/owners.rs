//! What is true of an attempt is true of a probe.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use mediary_schema::ProbeId;

use super::*;

fn probe_id() -> ProbeId {
    ProbeId::from_uuid(IdSource::system().next())
}

/// A program that is called for its version and does this.
fn program(folder: &Path, script: &str) -> Tools {
    let path = folder.join("yt-dlp");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    Tools::default().with(Tool::YtDlp, path)
}

/// Waits until this is among what an owner's children have said so far.
async fn until_said(outputs: &Outputs, owner: ProbeId, words: &str) {
    let said = async {
        while !outputs.read(owner, 0, 1 << 20).unwrap().is_some_and(|output| output.text.contains(words)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, said).await.expect("it is said");
}

// invariant: A-11, J-7
#[tokio::test]
async fn what_a_probe_starts_is_marked_kept_accounted_and_stopped_as_an_attempt_s_is() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = Outputs::in_folder(folder.path().join("output"), u64::MAX);
    let runner = runner();

    let tools = program(folder.path(), "echo 2026.10.26; env | grep ^MEDIARY_");
    let owner = probe_id();
    let probe = outputs.assign(owner, Caps::PROBE, CancellationToken::new());
    assert_eq!(tools.version(&runner, Tool::YtDlp, &probe).await.unwrap(), "2026.10.26");
    let said = outputs.read(owner, 0, 10_000).unwrap().expect("it is kept").text;
    assert!(said.contains("--version\n2026.10.26\n"), "{said}");
    assert!(said.contains(&format!("MEDIARY_PROBE={owner}\n")), "{said}");
    assert!(said.contains(&format!("MEDIARY_LOG={}\n", runner.log_id())), "{said}");
    assert!(!said.contains("MEDIARY_ATTEMPT"), "{said}");
    assert!(probe.used().memory_peak_bytes > 0);

    let tools = program(folder.path(), "echo begun; sleep 1000 & wait");
    let owner = probe_id();
    let stop = CancellationToken::new();
    let probe = outputs.assign(owner, Caps::PROBE, stop.clone());
    let stopped = async {
        until_said(&outputs, owner, "begun").await;
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(tools.version(&runner, Tool::YtDlp, &probe), stopped);
    assert!(matches!(ended, Err(Error::Version { .. })), "{ended:?}");
}

// invariant: A-11
#[tokio::test]
async fn a_probe_that_writes_without_end_is_read_live_capped_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = Outputs::in_folder(folder.path().join("output"), u64::MAX);
    let line = "x".repeat(1000);
    // More than is kept, and then as fast as it can until it is ended.
    let tools = program(folder.path(), &format!("i=0; while :; do i=$((i+1)); echo $i {line}; done"));
    let owner = probe_id();
    let caps = Caps { time: Some(Duration::from_secs(2)), ..Caps::PROBE };
    let probe = outputs.assign(owner, caps, CancellationToken::new());
    let runner = runner();
    let (ended, ()) = tokio::join!(
        timeout(PATIENCE, tools.version(&runner, Tool::YtDlp, &probe)),
        until_said(&outputs, owner, "\n100 xxx"),
    );
    let ended = ended.expect("it is ended");
    assert!(matches!(ended, Err(Error::Version { .. })), "{ended:?}");
    let bytes = fs::metadata(outputs.path(owner)).unwrap().len();
    assert!((400 << 10..520 << 10).contains(&bytes), "{bytes}");
    let kept = fs::read_to_string(outputs.path(owner)).unwrap();
    assert!(kept.contains("\n1 xxx") && kept.contains(" bytes left out ...]\n"), "head, notice and tail");
}

// invariant: A-11
#[tokio::test]
async fn who_takes_more_memory_than_his_cap_fails_by_himself() {
    // What has no line end is kept until there is one.
    let script = "head -c 200000000 /dev/zero | tail -n 1 | wc -c";
    let probe = |memory_bytes| Assignment::unkept(probe_id()).within(Caps { time: None, memory_bytes });
    let run = async |probe: Assignment| {
        let mut said = Vec::new();
        let ended = probe.run(&runner(), shell(script), |line| said.push(line.text)).await.unwrap();
        (ended, said)
    };
    let (ended, said) = timeout(PATIENCE, run(probe(None))).await.unwrap();
    assert!(ended.is_clean() && said == ["200000000"], "{ended:?}");
    let (ended, said) = timeout(PATIENCE, run(probe(Some(64 << 20)))).await.unwrap();
    assert!(said.iter().all(|line| line != "200000000"), "{said:?}");
    assert!(ended.resources.memory_peak_bytes < 100 << 20, "{ended:?}");
}

#[test]
fn what_a_run_is_given_holds_if_it_is_less() {
    let caps = Caps { time: Some(Duration::from_secs(30)), memory_bytes: Some(1000) };
    let spec = |spec: Spec| (spec.deadline, spec.memory_bytes_max);
    assert_eq!(spec(shell("").within(Caps::default())), (None, None));
    assert_eq!(spec(shell("").within(caps)), (caps.time, caps.memory_bytes));
    let short = Duration::from_secs(5);
    assert_eq!(spec(shell("").deadline(short).memory_max(2000).within(caps)), (Some(short), Some(1000)));
}
