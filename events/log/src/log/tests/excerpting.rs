//! Single events with what proves them: whoever gets them is told no more than he may see, and the page's script proves it.

use std::{fs, path::PathBuf};

use mediary_schema::{PrincipalId, ProjectId, account::Role, scope::Scope};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    forging::by_the_page,
    support::{Bench, append, append_one, erasing, event, stream},
};
use crate::log::{Append, Excerpt, LogReader, NewEvent, Personal, Withheld};

const OTHER: ProjectId = ProjectId::from_uuid(Uuid::from_u128(0xBEEF));

/// What the script of `docs/verify.html` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    proves: Option<String>,
    bad_position: Option<u64>,
    why: Option<String>,
    stretches: Option<Vec<(u64, u64, String)>>,
}

fn caused(bench: &Bench, cause: usize, mut append: Append) -> Append {
    append.header.causation_id = Some(bench.all()[cause - 1].envelope.id);
    append
}

/// Event 1 opens the log. 2 led to 4, that to 5, whose address opens something, and that to 6, which 7 erases; 3 is of another
/// project. 8 is sealed.
fn bench() -> Bench {
    let bench = Bench::new();
    let add = |append: Append| bench.log.append_blocking(append).unwrap();
    add(append_one(2, &stream("playlist", 1), "asked for"));
    let mut theirs = append_one(3, &stream("playlist", 2), "nobody-elses");
    theirs.header.project = OTHER;
    add(theirs);
    add(caused(&bench, 2, append_one(4, &stream("download", 1), "found")));
    add(caused(&bench, 4, append_one(5, &stream("download", 1), "http://u:open-sesame@a/")));
    add(caused(&bench, 5, append_one(6, &stream("download", 1), "to-be-erased")));
    add(append(7, vec![erasing(&bench.log, &[6])]));
    let personal = Some(Personal { person: PrincipalId::OWNER, stand_in: None });
    add(append(8, vec![NewEvent { personal, ..event(&stream("playlist", 1), "noted", "in-private") }]));
    bench
}

fn excerpt(bench: &Bench, project: ProjectId, role: Role, positions: &[u64]) -> Excerpt {
    let scope = Scope::of_session(project, PrincipalId::OWNER, role);
    LogReader::new(&bench.log, scope).excerpt(positions.iter().copied()).unwrap()
}

fn page(of: &str, excerpt: &Excerpt) -> String {
    let events: Vec<Value> = excerpt.events.keys().map(|position| json!({ "position": position })).collect();
    let data = json!({ "of": of, "events": events, "bundles": excerpt.bundles }).to_string();
    let data = data.replace('<', "\\u003c");
    format!("<!doctype html><script type=\"application/json\" id=\"excerpt\">{data}</script>")
}

/// What the page's script says of some pages.
fn verdicts(bench: &Bench, pages: &[String], checkpoint: Option<&str>) -> Vec<Answer> {
    let folder = bench.directory.path();
    let write = |(number, text): (usize, &String)| {
        let path = folder.join(format!("{number}.html"));
        fs::write(&path, text).unwrap();
        path
    };
    let paths: Vec<PathBuf> = pages.iter().enumerate().map(write).collect();
    let lines = by_the_page(folder, "excerpt_html.js", &paths, checkpoint);
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hex(hash: [u8; 32]) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

/// Whether a bundle holds a text, in its words or its bytes.
fn holds(bundle: &str, text: &str) -> bool {
    let bytes: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    bundle.contains(text) || bundle.contains(&bytes.concat())
}

// invariant: S-3, L-30
#[test]
fn whoever_may_have_the_record_gets_one_chain_and_others_what_they_may_see() {
    let bench = bench();
    let of_owner = excerpt(&bench, ProjectId::HOME, Role::Owner, &[2, 4, 5, 6]);
    assert!(of_owner.is_joined);
    let [bundle] = &of_owner.bundles[..] else { panic!("{of_owner:?}") };
    // On to the end of the log, so that a checkpoint of today meets it.
    assert_eq!(bundle.lines().count(), 8);
    assert!(holds(bundle, "asked for") && holds(bundle, "found"));
    for text in ["nobody-elses", "open-sesame", "to-be-erased", "in-private"] {
        assert!(!holds(bundle, text), "{text} in {bundle}");
    }
    let kept: Vec<Option<Withheld>> = of_owner.events.values().copied().collect();
    assert_eq!(kept, [None, None, Some(Withheld::Opens), Some(Withheld::Erased)]);

    let of_viewer = excerpt(&bench, ProjectId::HOME, Role::Viewer, &[1, 2, 3, 4, 5, 6]);
    assert!(!of_viewer.is_joined);
    assert_eq!(of_viewer.events.keys().copied().collect::<Vec<_>>(), [2, 4, 5, 6]);
    let counted: Vec<usize> = of_viewer.bundles.iter().map(|bundle| bundle.lines().count() - 1).collect();
    assert_eq!(counted, [1, 3]);
    assert!(!of_viewer.bundles.concat().contains(&OTHER.to_string()));
    // The owner of another project is no owner of the record.
    let theirs = excerpt(&bench, OTHER, Role::Owner, &[2, 3, 4]);
    assert_eq!((theirs.bundles.len(), theirs.bundles[0].lines().count()), (1, 2));
    assert!(holds(&theirs.bundles[0], "nobody-elses"));
    assert_eq!(excerpt(&bench, OTHER, Role::Viewer, &[2]).bundles, Vec::<String>::new());
}

// invariant: L-30
#[test]
fn the_script_of_the_page_proves_an_excerpt_and_says_what_it_does_not() {
    let bench = bench();
    let of_owner = page("why", &excerpt(&bench, ProjectId::HOME, Role::Owner, &[2, 4, 5, 6]));
    let of_viewer = page("why", &excerpt(&bench, ProjectId::HOME, Role::Viewer, &[2, 4, 5, 6]));
    let head = bench.log.head();
    let said = verdicts(&bench, &[of_owner.clone(), of_viewer.clone()], None);
    let proves = said[0].proves.as_deref().unwrap();
    assert!(
        proves.starts_with("events 2 to 8 hold together") && proves.contains("taken on trust"),
        "{proves}"
    );
    assert!(proves.contains("names the one in front of it as its cause"), "{proves}");
    assert!(proves.ends_with(
        "of 2 of its events it is proved that they happened, and not what they say, which is not here"
    ));
    assert_eq!(said[0].stretches, Some(vec![(2, 8, hex(head.hash))]));
    let proves = said[1].proves.as_deref().unwrap();
    assert!(proves.starts_with("2 stretches hold together, each for itself"), "{proves}");

    // A hash that was kept elsewhere is met by what holds its position, and by nothing else.
    let kept = |position| format!("{position}:{}", hex(bench.log.hash_at(position).unwrap().unwrap()));
    let pages = [of_owner, of_viewer];
    let met = |position, wanted: [bool; 2]| {
        let said = verdicts(&bench, &pages, Some(&kept(position)));
        let found = [0_usize, 1].map(|one| {
            said[one].proves.as_ref().is_some_and(|proves| proves.contains("checkpoint was taken from"))
        });
        assert_eq!(found, wanted, "{position}: {said:?}");
    };
    met(8, [true, false]);
    met(6, [true, true]);
    let strange = verdicts(&bench, &pages, Some(&format!("6:{}", "0".repeat(64))));
    assert!(strange.iter().all(|said| said.bad_position == Some(6)), "{strange:?}");
}

// invariant: L-30
#[test]
fn what_was_changed_in_an_excerpt_is_found_and_where() {
    let bench = bench();
    let made = excerpt(&bench, ProjectId::HOME, Role::Owner, &[2, 4]);
    let whole = page("why", &made);
    let others = [
        // A digit of a hash, a letter of a payload, a letter of its bytes, a name of a kind.
        (whole.replace("asked for", "asked fur"), Some(2)),
        (whole.replacen("download.noted", "download.doted", 1), Some(4)),
        (whole.replacen(&hex(bench.log.hash_at(3).unwrap().unwrap()), &"0".repeat(64), 1), Some(3)),
        (whole.replace("\"position\":4}", "\"position\":99}"), Some(99)),
        // Both are there, and neither led to the other.
        (whole.replace("\"position\":4}", "\"position\":7}"), Some(7)),
        (whole.replace("{\"position\":2},{\"position\":4}", "{\"position\":4},{\"position\":2}"), Some(2)),
        (whole.replace("\"bundles\":[", "\"bundles\":[["), None),
        (whole.replace("id=\"excerpt\"", "id=\"other\""), None),
    ];
    let pages: Vec<String> = others.iter().map(|(page, _)| page.clone()).collect();
    assert!(pages.iter().all(|page| *page != whole), "each of them was changed");
    for (said, (_, position)) in verdicts(&bench, &pages, None).iter().zip(&others) {
        assert_eq!((&said.proves, said.bad_position), (&None, *position), "{said:?}");
        assert!(said.why.is_some(), "{said:?}");
    }
    // The same bytes in two stretches are not two stretches.
    let twice = Excerpt { bundles: [made.bundles.clone(), made.bundles.clone()].concat(), ..made };
    let said = verdicts(&bench, &[page("log", &twice)], None);
    assert_eq!(said[0].why.as_deref(), Some("its stretches do not follow one another"));
}
