//! What Mediary says of a bundle, two programs say that share no code with it: one in Python, one in a page.
//!
//! `tests/verify/forge.py` makes the forgeries and says what has to be found in each.

#![expect(clippy::disallowed_methods, reason = "two programs are asked that know nothing of Mediary")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use mediary_events::{CommandTag, Subject, Subjects};
use mediary_schema::PrincipalId;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::support::{Bench, append, append_one, erasing, event, stream};
use crate::log::{Checkpoint, NewEvent, Personal, Source, VerifyError, export, verify_bundle, verify_live};

/// What has to be found in a forgery.
#[derive(Debug, Deserialize)]
struct Forgery {
    name: String,
    /// The first bad position, if one can be told.
    position: Option<u64>,
    /// Whether it meets a checkpoint, if it keeps every rule.
    met: Option<bool>,
}

/// What a verifier says.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    proves: Option<String>,
    bad_position: Option<u64>,
}

fn ours(path: &Path, checkpoint: Option<Checkpoint>) -> Answer {
    match verify_bundle(path, checkpoint) {
        Ok(report) => Answer { proves: Some(report.proves()), bad_position: None },
        Err(error) => Answer { proves: None, bad_position: error.position() },
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// The lines that a program prints.
fn lines_of(command: &mut Command) -> Vec<String> {
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.is_empty(), "{command:?}: {complaint}");
    told.lines().map(ToOwned::to_owned).collect()
}

fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    // Nothing is left behind in the checkout, and nothing of this machine is asked for.
    command.args(["-E", "-s", "-B"]).arg(repository().join("tests/verify").join(script));
    command
}

fn answers(lines: &[String]) -> Vec<Answer> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn in_python(bundles: &[PathBuf], checkpoint: Option<&str>) -> Vec<Answer> {
    let mut command = python("mediary_verify.py");
    command.args(bundles);
    if let Some(checkpoint) = checkpoint {
        command.args(["--checkpoint", checkpoint]);
    }
    answers(&lines_of(&mut command))
}

/// Asks the script of the page, which is written for a browser and needs none, by a script beside it.
pub(super) fn by_the_page(
    folder: &Path,
    asking: &str,
    files: &[PathBuf],
    checkpoint: Option<&str>,
) -> Vec<String> {
    let page = fs::read_to_string(repository().join("docs/verify.html")).unwrap();
    let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let asking = fs::read_to_string(repository().join("tests/verify").join(asking)).unwrap();
    let path = folder.join("page.js");
    fs::write(&path, format!("{script}{asking}")).unwrap();
    let mut command = Command::new(mediary_tools::required("deno"));
    // What stands in somebody's home, an `.npmrc` for one, is none of its business.
    command.env("HOME", folder).env("DENO_DIR", folder).env("NO_COLOR", "1");
    command.args(["run", "--quiet", "--no-remote", "--no-config", "--allow-read"]).arg(path);
    lines_of(command.arg(checkpoint.unwrap_or_default()).args(files))
}

fn in_the_page(folder: &Path, bundles: &[PathBuf], checkpoint: Option<&str>) -> Vec<Answer> {
    answers(&by_the_page(folder, "verify_html.js", bundles, checkpoint))
}

fn rich_event() -> NewEvent {
    let payload = json!({"title": "text — é \u{1} \"quoted\"", "count": 7, "ratio": 0.25, "list": [null, true, -3, {}]});
    NewEvent {
        subjects: Subjects::try_new([
            Subject::new("item", Uuid::from_u128(1)),
            Subject::new("playlist", Uuid::from_u128(2)),
        ])
        .unwrap(),
        payload: rmp_serde::to_vec(&payload).unwrap().into(),
        ..event(&stream("playlist", 1), "noted", "")
    }
}

/// The log that `forge.py` describes.
fn bench() -> Bench {
    let bench = Bench::new();
    // Event 1 opens the log.
    for n in 2..=4 {
        bench.log.append_blocking(append_one(n, &stream("playlist", n % 2), &format!("text {n}"))).unwrap();
    }
    let mut caused = append_one(5, &stream("item", 1), "caused");
    caused.header.causation_id = Some(bench.all()[1].envelope.id);
    bench.log.append_blocking(caused).unwrap();
    let mut several = append(6, (0..4).map(|n| event(&stream("file", n), "found", "b")).collect());
    several.header.causation_id = Some(bench.all()[2].envelope.id);
    bench.log.append_blocking(several).unwrap();
    let mut rich = append(7, vec![rich_event()]);
    rich.header.command = Some(CommandTag { name: "playlist.follow".into(), fingerprint: [7; 16] });
    bench.log.append_blocking(rich).unwrap();
    bench.log.append_blocking(append_one(8, &stream("playlist", 1), &"long ".repeat(600))).unwrap();
    let bench = bench.reopen();
    bench.log.append_blocking(append_one(9, &stream("playlist", 0), "to be erased")).unwrap();
    bench.log.append_blocking(append(10, vec![erasing(&bench.log, &[13])])).unwrap();
    assert_eq!(bench.log.head().position, 14);
    bench
}

/// What all three verifiers say of some bundles, in the order of the bundles.
fn verdicts(folder: &Path, bundles: &[PathBuf], checkpoint: Option<(Checkpoint, &str)>) -> Vec<Answer> {
    let text = checkpoint.map(|(_, text)| text);
    let ours: Vec<Answer> = bundles.iter().map(|path| ours(path, checkpoint.map(|(kept, _)| kept))).collect();
    let others = [("Python", in_python(bundles, text)), ("the page", in_the_page(folder, bundles, text))];
    for (who, theirs) in others {
        assert_eq!(theirs.len(), ours.len(), "{who}");
        for ((path, ours), theirs) in bundles.iter().zip(&ours).zip(&theirs) {
            assert_eq!(theirs, ours, "{who} on {}", path.display());
        }
    }
    ours
}

// audit D6, D7, D11, D13; must-hold 2 and 8 of the format.
// invariant: L-5, L-21
#[test]
fn three_programs_name_the_first_bad_position_of_every_forgery() {
    let bench = bench();
    let folder = bench.directory.path();
    let bundle = folder.join("bundle.ndjson");
    export(Source::Live(&bench.log), .., &mut fs::File::create(&bundle).unwrap()).unwrap();
    lines_of(python("forge.py").arg(&bundle).arg(folder));
    let table: Vec<Forgery> = serde_json::from_slice(&fs::read(folder.join("table.json")).unwrap()).unwrap();
    assert!(table.len() > 120, "{}", table.len());

    let paths: Vec<PathBuf> =
        table.iter().map(|forgery| folder.join(format!("{}.ndjson", forgery.name))).collect();
    for (forgery, answer) in table.iter().zip(verdicts(folder, &paths, None)) {
        if forgery.met.is_none() {
            let expected = Answer { proves: None, bad_position: forgery.position };
            assert_eq!(answer, expected, "{}", forgery.name);
            continue;
        }
        let proves = answer.proves.unwrap_or_else(|| panic!("{} keeps every rule", forgery.name));
        let is_modest = proves.contains("without a checkpoint kept elsewhere") || proves.contains("on trust");
        assert!(is_modest, "{proves}");
    }

    let head = bench.log.head();
    let kept = Checkpoint { position: head.position, hash: head.hash };
    let text = format!("{}:{}", head.position, blake3::Hash::from_bytes(head.hash).to_hex());
    let keeping: Vec<&Forgery> = table.iter().filter(|forgery| forgery.met.is_some()).collect();
    let paths: Vec<PathBuf> =
        keeping.iter().map(|forgery| folder.join(format!("{}.ndjson", forgery.name))).collect();
    for (forgery, answer) in keeping.iter().zip(verdicts(folder, &paths, Some((kept, &text)))) {
        assert_eq!(Some(answer.proves.is_some()), forgery.met, "{}", forgery.name);
    }
    // The true one is what the log says of itself.
    assert_eq!(ours(&bundle, Some(kept)).proves, Some(verify_live(&bench.log, Some(kept)).unwrap().proves()));
}

// SE-10.
// invariant: L-21, L-26
#[test]
fn three_programs_say_the_same_of_what_is_sealed() {
    let bench = Bench::new();
    bench.log.append_blocking(append_one(1, &stream("playlist", 1), "open")).unwrap();
    bench.log.append_blocking(append_one(2, &stream("collection", 1), "sealed")).unwrap();
    let stand_in = Some(rmp_serde::to_vec_named("somebody").unwrap().into());
    let personal = Some(Personal { person: PrincipalId::OWNER, stand_in });
    let said = NewEvent { personal, ..event(&stream("playlist", 2), "noted", "of somebody") };
    bench.log.append_blocking(append(3, vec![said])).unwrap();
    let folder = bench.directory.path();
    let whole = folder.join("whole.ndjson");
    export(Source::Live(&bench.log), .., &mut fs::File::create(&whole).unwrap()).unwrap();
    let text = fs::read_to_string(&whole).unwrap();
    let forgeries = [
        (r#""formatVersion":3"#, r#""formatVersion":2"#, Some(3)),
        (r#""payload":null}"#, r#""payload":"guessed"}"#, Some(4)),
        (r#"[{"tag":1,"bytes":""#, r#"[{"tag":2,"bytes":""#, Some(4)),
        (r#"[{"tag":1,"bytes":""#, r#"[{"tag":1,"bytes":"00"#, Some(4)),
        (r#"[{"tag":1,"#, r#"[{"tag":130,"#, Some(4)),
    ];
    let mut paths = vec![whole];
    for (number, (from, to, _)) in forgeries.iter().enumerate() {
        let at = text.rfind(from).unwrap_or_else(|| panic!("{from} in {text}"));
        let path = folder.join(format!("{number}.ndjson"));
        fs::write(&path, format!("{}{to}{}", &text[..at], &text[at + from.len()..])).unwrap();
        paths.push(path);
    }
    let said = verdicts(folder, &paths, None);
    assert!(said[0].proves.is_some(), "{:?}", said[0]);
    for (answer, (_, to, position)) in said[1..].iter().zip(forgeries) {
        assert_eq!(*answer, Answer { proves: None, bad_position: position }, "{to}");
    }
}

#[test]
fn what_the_checkpoint_catches_is_called_another_history() {
    let bench = bench();
    let bundle = bench.directory.path().join("bundle.ndjson");
    export(Source::Live(&bench.log), .., &mut fs::File::create(&bundle).unwrap()).unwrap();
    let error = verify_bundle(&bundle, Some(Checkpoint { position: 7, hash: [7; 32] })).unwrap_err();
    assert!(matches!(error, VerifyError::Checkpoint { position: 7, .. }), "{error}");
}
