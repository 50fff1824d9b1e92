//! A bundle proves itself, or names what was changed.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::support::{Bench, append, append_one, event, stream};
use crate::log::{Checkpoint, Damage, ExportError, Source, VerifyError, export, store, verify, verify_live};

fn bench() -> Bench {
    let bench = Bench::new();
    for n in 1..=20 {
        bench.log.append_blocking(append_one(n, &stream("playlist", n % 3), &format!("text {n} é"))).unwrap();
    }
    let mut caused = append(21, (0..300).map(|n| event(&stream("file", n), "found", "b")).collect());
    caused.header.causation_id = Some(bench.all()[3].envelope.id);
    bench.log.append_blocking(caused).unwrap();
    bench
}

fn exported(bench: &Bench, range: impl std::ops::RangeBounds<u64>) -> PathBuf {
    let path = bench.directory.path().join("bundle.ndjson");
    let mut bytes = Vec::new();
    export(Source::Live(&bench.log), range, &mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// Changes one line of a bundle (0 is the header) and answers what verifying says.
fn verdict(bench: &Bench, line: usize, change: impl FnOnce(&mut Value)) -> VerifyError {
    let path = exported(bench, ..);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    change(&mut lines[line]);
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let text = lines.join("\n") + "\n";
    fs::write(&path, text).unwrap();
    verify(&path, None).unwrap_err()
}

#[test]
fn bundle_proves_itself_and_says_the_same_as_the_log() {
    let bench = bench();
    let path = exported(&bench, ..);
    assert_eq!(verify(&path, None).unwrap(), verify_live(&bench.log, None).unwrap());
    let part = exported(&bench, 5..=25);
    let report = verify(&part, None).unwrap();
    assert_eq!((report.first_position, report.last_position, report.events), (5, 25, 21));
    assert_eq!(report.head_hash, bench.log.store().hash_at(25).unwrap().unwrap());
    for position in [4, 12, 25] {
        let hash = bench.log.store().hash_at(position).unwrap().unwrap();
        verify(&part, Some(Checkpoint { position, hash })).unwrap();
    }
    let outside = Checkpoint { position: 26, hash: [0; 32] };
    assert!(matches!(verify(&part, Some(outside)), Err(VerifyError::CheckpointOutside { .. })));
}

#[test]
fn folder_exports_like_the_open_log() {
    let bench = bench();
    let path = exported(&bench, ..);
    let live = fs::read(&path).unwrap();
    let Bench { log, directory, .. } = bench;
    drop(log);
    let mut offline = Vec::new();
    let exported = export(Source::Folder(directory.path()), .., &mut offline).unwrap();
    assert_eq!(exported.last_position, 320);
    assert!(live == offline);
}

#[test]
fn line_reads_like_the_event() {
    let bench = bench();
    let text = fs::read_to_string(exported(&bench, 1..=1)).unwrap();
    let line: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    assert_eq!(line["kind"], "playlist.noted");
    assert_eq!(line["payload"], "text 1 é");
    assert_eq!(line["stream"], "playlist-00000000-0000-0000-0000-000000000001");
    assert_eq!(line["at"], "2026-09-21T14:13:20.000000Z");
    assert_eq!((&line["origin"]["kind"], &line["appendLen"]), (&json!("cli"), &json!(1)));
}

// invariant: L-5
#[test]
fn changed_line_is_named() {
    let bench = bench();
    let error = verdict(&bench, 7, |line| line["payload"] = json!("other"));
    assert!(matches!(error, VerifyError::Bundle { line: 8, .. }), "{error}");
    let error = verdict(&bench, 7, |line| {
        line["payloadBytes"] = json!("a5706f7270c3");
        line["payload"] = Value::Null;
    });
    assert_eq!(error.damage(), Some(&Damage::Payload { position: 7 }), "{error}");
    for (field, value) in [
        ("at", json!("2026-09-21T14:13:21.000000Z")),
        ("causationId", json!("event-00000000-0000-0000-0000-000000000001")),
        ("kind", json!("playlist.denoted")),
        ("digest", json!("00".repeat(32))),
        ("hash", json!("00".repeat(32))),
        ("epoch", json!(2)),
        ("appendLen", json!(2)),
    ] {
        let error = verdict(&bench, 7, |line| line[field] = value);
        let position = error.position();
        // Each line carries the hash after it, so an envelope is named exactly; a wrong hash is its own fault.
        assert_eq!(position, Some(7), "{field}: {error} {:?}", error.damage());
    }
}

#[test]
fn missing_lines_and_strange_files_are_noticed() {
    let bench = bench();
    let path = exported(&bench, ..);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let check = |content: String| {
        fs::write(&path, content).unwrap();
        verify(&path, None).unwrap_err()
    };
    let without_last = lines[..lines.len() - 1].join("\n") + "\n";
    assert_eq!(check(without_last).code(), "LOG_TRUNCATED");
    let without_third = [&lines[..3], &lines[4..]].concat().join("\n") + "\n";
    assert_eq!(check(without_third).position(), Some(3));
    let broken_off = text[..text.len() - 100].to_owned();
    assert!(matches!(check(broken_off), VerifyError::Bundle { line: 321, .. }));
    assert!(matches!(check(String::new()), VerifyError::Bundle { line: 1, .. }));
    assert!(matches!(check("hello\n".to_owned()), VerifyError::Bundle { line: 1, .. }));
    let error = verify(&store::file(bench.directory.path()), None).unwrap_err();
    assert!(error.to_string().contains("--data"), "{error}");
    let error = verdict(&bench, 0, |header| header["formatVersion"] = json!(3));
    assert!(error.to_string().contains("newer"), "{error}");
    let error = verdict(&bench, 0, |header| header["previousHash"] = json!("11".repeat(32)));
    assert!(matches!(error, VerifyError::Bundle { line: 1, .. }));
}

#[test]
fn range_beyond_the_end_is_refused() {
    let bench = bench();
    let error = export(Source::Live(&bench.log), 400.., &mut Vec::new()).unwrap_err();
    assert!(matches!(error, ExportError::Beyond { first: 400, last: 320 }));
}
