//! A bundle proves itself, or names what was changed.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::support::{Bench, append, append_one, event, stream};
use crate::log::{
    Checkpoint, Damage, ExportError, Source, VerifyError, export, store, verify_bundle, verify_live,
};

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
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    let before: Value = serde_json::from_str(&lines[line]).unwrap();
    let mut after = before.clone();
    change(&mut after);
    // Only the values change: the rest is spelled as the export spelled it.
    for (key, old) in before.as_object().unwrap() {
        let spelled = |value: &Value| format!("\"{key}\":{value}");
        lines[line] = lines[line].replacen(&spelled(old), &spelled(&after[key]), 1);
    }
    let text = lines.join("\n") + "\n";
    fs::write(&path, text).unwrap();
    verify_bundle(&path, None).unwrap_err()
}

#[test]
fn bundle_proves_itself_and_says_the_same_as_the_log() {
    let bench = bench();
    let path = exported(&bench, ..);
    assert_eq!(verify_bundle(&path, None).unwrap(), verify_live(&bench.log, None).unwrap());
    let part = exported(&bench, 5..=25);
    let report = verify_bundle(&part, None).unwrap();
    assert_eq!((report.first_position, report.last_position, report.events), (5, 25, 21));
    assert_eq!(report.head_hash, bench.log.store().hash_at(25).unwrap().unwrap());
    for position in [4, 12, 25] {
        let hash = bench.log.store().hash_at(position).unwrap().unwrap();
        verify_bundle(&part, Some(Checkpoint { position, hash })).unwrap();
    }
    let outside = Checkpoint { position: 26, hash: [0; 32] };
    let error = verify_bundle(&part, Some(outside)).unwrap_err();
    // Nothing was lost: the stretch ends before it.
    assert!(matches!(error, VerifyError::CheckpointOutside { is_bundle: true, .. }), "{error}");
    assert_eq!(error.position(), None);
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
    assert_eq!(exported.last_position, 321);
    assert!(live == offline);
}

#[test]
fn line_reads_like_the_event() {
    let bench = bench();
    let text = fs::read_to_string(exported(&bench, 2..=2)).unwrap();
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
    assert!(matches!(error, VerifyError::Bundle { line: 8, position: Some(7), .. }), "{error}");
    let error = verdict(&bench, 7, |line| line["payloadBytes"] = json!("a5706f7270c3"));
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
        verify_bundle(&path, None).unwrap_err()
    };
    let without_last = lines[..lines.len() - 1].join("\n") + "\n";
    assert_eq!(check(without_last).code(), "LOG_TRUNCATED");
    let without_third = [&lines[..3], &lines[4..]].concat().join("\n") + "\n";
    assert_eq!(check(without_third).position(), Some(3));
    let broken_off = text[..text.len() - 100].to_owned();
    assert!(matches!(check(broken_off), VerifyError::Bundle { line: 322, .. }));
    assert!(matches!(check(String::new()), VerifyError::Bundle { line: 1, .. }));
    assert!(matches!(check("hello\n".to_owned()), VerifyError::Bundle { line: 1, .. }));
    let error = verify_bundle(&store::file(bench.directory.path()), None).unwrap_err();
    assert!(error.to_string().contains("--data"), "{error}");
    let error = verdict(&bench, 0, |header| header["formatVersion"] = json!(4));
    assert!(matches!(error, VerifyError::NewerBundle { found: 4, known: 3, .. }), "{error}");
    assert!(error.advice().contains("newer"), "{}", error.advice());
    let error = verdict(&bench, 0, |header| header["previousHash"] = json!("11".repeat(32)));
    assert!(matches!(error, VerifyError::Bundle { line: 1, .. }));
}

// audit D7, D13: what is read with the eye is what was proved.
// invariant: L-21
#[test]
fn a_line_has_one_spelling() {
    let bench = bench();
    let path = exported(&bench, ..);
    let text = fs::read_to_string(&path).unwrap();
    let forged = |from: &str, to: &str| {
        let (before, _) = text.split_once(from).unwrap_or_else(|| panic!("{from}"));
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let error = verify_bundle(&path, None).unwrap_err();
        let found = (error.code(), error.position());
        // The first line is about the bundle, the second is event 1.
        let position = before.lines().count() as u64 - 1;
        assert_eq!(found, ("BUNDLE_MALFORMED", Some(position)), "{from} as {to}: {error}");
    };
    forged("\"payload\":", "\"payload\":\"forged\",\"payload\":");
    forged("\"payload\":\"text 1", "\"payload\":\"text I");
    forged("\"payload\":\"text 1", "\"payload\":\"\\u0074ext 1");
    forged("13:20.000000Z", "13:20Z");
    forged("13:20.000000Z", "13:20.000000+00:00");
    forged("13:20.000000Z", "13:20.000000999Z");
    forged("\"id\":\"event-", "\"id\":\"");
    forged("\"causationId\":null,", "");
    forged("\"epoch\":1", "\"epoch\": 1");
    forged("\"epoch\":1,\"project\"", "\"epoch\":1.0,\"project\"");
}

#[test]
fn the_first_line_has_one_spelling_and_says_no_more_than_the_events() {
    let bench = bench();
    let path = exported(&bench, ..);
    let text = fs::read_to_string(&path).unwrap();
    let forged = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let error = verify_bundle(&path, None).unwrap_err();
        (error.code(), error.position())
    };
    let id = bench.log.id().to_string();
    assert_eq!(forged(&id, &id.to_uppercase()), ("BUNDLE_MALFORMED", None));
    assert_eq!(forged("\"firstPosition\":1,", "\"firstPosition\": 1,"), ("BUNDLE_MALFORMED", None));
    assert_eq!(forged(&id, "11111111-1111-1111-1111-111111111111"), ("BUNDLE_MALFORMED", Some(1)));
    assert_eq!(forged("\"lastPosition\":321", "\"lastPosition\":320"), ("BUNDLE_MALFORMED", Some(321)));
    assert_eq!(forged("\"lastPosition\":321", "\"lastPosition\":322"), ("LOG_TRUNCATED", Some(322)));
    assert_eq!(forged("\"lastPosition\":321", "\"lastPosition\":18446744073709551615").1, None);
    assert_eq!(forged("\"eventsCutBefore\":0", "\"eventsCutBefore\":1"), ("BUNDLE_MALFORMED", Some(1)));
    assert_eq!(forged("\"eventsCutAfter\":0", "\"eventsCutAfter\":1"), ("BUNDLE_MALFORMED", Some(321)));
    let hash = format!("\"lastHash\":\"{}", &text.split("\"lastHash\":\"").nth(1).unwrap()[..4]);
    assert_eq!(forged(&hash, "\"lastHash\":\"0000"), ("BUNDLE_MALFORMED", Some(321)));
}

// audit open 7.
#[test]
fn a_bundle_says_where_it_cuts_an_append() {
    let bench = bench();
    let report = verify_bundle(&exported(&bench, 10..=20), None).unwrap();
    assert_eq!((report.events_cut_before, report.events_cut_after), (0, 0));
    let path = exported(&bench, 32..=301);
    let report = verify_bundle(&path, None).unwrap();
    assert_eq!((report.events_cut_before, report.events_cut_after), (10, 20));
    assert!(report.proves().contains("taken on trust"), "{}", report.proves());
}

// blackbox 17.
#[test]
fn a_range_that_the_log_has_not_is_refused() {
    let bench = bench();
    let refused = |first, last| export(Source::Live(&bench.log), first..=last, &mut Vec::new()).unwrap_err();
    let error = refused(400, 500);
    assert!(matches!(error, ExportError::Beyond { asked: 500, last: 321 }), "{error}");
    assert_eq!(error.code(), "POSITION_BEYOND_HEAD");
    assert!(matches!(refused(1, 322), ExportError::Beyond { asked: 322, last: 321 }));
    assert!(matches!(refused(5, 3), ExportError::NoRange { first: 5, last: 3 }));
    assert!(matches!(refused(0, 3), ExportError::NoRange { first: 0, last: 3 }));
    let error = export(Source::Live(&bench.log), 323.., &mut Vec::new()).unwrap_err();
    assert!(matches!(error, ExportError::Beyond { asked: 323, last: 321 }));
    // Just behind the end there is nothing yet, and that can be said.
    let report = verify_bundle(&exported(&bench, 322..), None).unwrap();
    assert_eq!((report.first_position, report.last_position, report.events), (322, 321, 0));
}
