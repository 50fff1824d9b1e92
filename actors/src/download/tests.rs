use std::fs;

use mediary_schema::{
    download::{DownloadItem, Quality},
    file::{Check, MediaFacts, Verified},
    item::ItemSource,
};
use proptest::prelude::*;

use super::{Library, path_of};

fn item(folder: Option<&str>, title: Option<&str>, id: &str) -> DownloadItem {
    let source =
        ItemSource { extractor: "demo".to_owned(), source_id: id.to_owned(), url: "http://x/".to_owned() };
    DownloadItem {
        item_id: mediary_schema::ItemId::from_uuid(uuid::Uuid::from_u128(7)),
        source,
        quality: Quality::best(),
        title: title.map(str::to_owned),
        duration_ms: None,
        folder: folder.map(str::to_owned),
        entry: None,
    }
}

fn verified(size_bytes: u64) -> Verified {
    Verified { size_bytes, blake3: String::new(), media: MediaFacts::default(), check: Check::Demuxed }
}

#[track_caller]
fn check(folder: Option<&str>, title: Option<&str>, id: &str, expected: &str) {
    assert_eq!(path_of(&item(folder, title, id), None, "mp4", 1), expected);
}

// DL-03.
#[test]
fn a_path_is_playlist_title_and_id() {
    check(Some("Talks"), Some("On logs"), "abc", "Talks/On logs [abc].mp4");
    check(None, None, "abc", "Unlisted/abc [abc].mp4");
}

#[test]
fn what_a_file_system_can_not_take_is_replaced() {
    check(Some("a/b"), Some("../../etc: \"x\"?"), "i/d", "a-b/-..-etc- _x__ [i-d].mp4");
    check(Some("CON"), Some("nul.txt"), "1", "_CON/_nul.txt [1].mp4");
    check(Some("..."), Some(" . "), "..", "_/_ [_].mp4");
    check(Some("a\u{202e}b"), Some("tab\tnew\nline"), "1", "a b/tab new line [1].mp4");
}

#[test]
fn decomposed_letters_are_composed() {
    check(Some("Cafe\u{301}"), Some("x"), "1", "Café/x [1].mp4");
}

proptest! {
    // invariant: F-3
    #[test]
    fn a_path_stays_inside_and_fits(folder in ".{0,300}", title in ".{0,300}", id in ".{1,300}", ending in ".{0,20}") {
        let path = path_of(&item(Some(&folder), Some(&title), &id), None, &ending, 2);
        let parts: Vec<&str> = path.split('/').collect();
        prop_assert_eq!(parts.len(), 2, "{}", path);
        for part in parts {
            prop_assert!(!part.is_empty() && part.len() <= 255 && !part.starts_with('.') && !part.contains('\0'));
        }
    }
}

// invariant: F-4
#[test]
fn a_file_gets_the_first_free_name_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (library, staging) = (Library::new(folder.path().join("library")), folder.path().join("staging"));
    fs::create_dir_all(library.root().join("a")).unwrap();
    fs::create_dir_all(&staging).unwrap();
    fs::write(library.root().join("a/1"), "another's").unwrap();
    let staged = staging.join("media.mp4");
    fs::write(&staged, "ours").unwrap();
    let path = library.place(&staging, &staged, &verified(4), |number| format!("a/{number}")).unwrap();
    assert_eq!(path, "a/2");
    assert_eq!(fs::read_to_string(library.root().join("a/1")).unwrap(), "another's");
    assert_eq!(fs::read_to_string(library.root().join("a/2")).unwrap(), "ours");
    assert!(!staged.exists());
}

// A crash between the rename and the record: the next attempt finds its own file and takes no second name.
// invariant: F-4
#[test]
fn what_was_placed_before_a_crash_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let (library, staging) = (Library::new(folder.path().join("library")), folder.path().join("staging"));
    fs::create_dir_all(&staging).unwrap();
    let staged = staging.join("media.mp4");
    fs::write(&staged, "ours").unwrap();
    fs::create_dir_all(library.root()).unwrap();
    library.place(&staging, &staged, &verified(4), |number| format!("a/{number}")).unwrap();
    let placing = Library::begun(&staging).unwrap();
    library.finish(&placing).unwrap();
    assert_eq!(placing.path, "a/1");
    fs::write(library.root().join("a/1"), "another size").unwrap();
    assert!(library.finish(&placing).is_err(), "a stranger's file is not ours");
}
