use std::collections::HashSet;

use mediary_events::file::{Event, File};
use mediary_schema::{DownloadId, JobId, ProjectId, RootId, file::Made};
use proptest::prelude::*;
use rusqlite::Connection;
use uuid::Uuid;

use super::{Sought, is_of_words};
use crate::{
    file::{FileField, FileFilter, FileView, files},
    listing::{Order, OrderField as _},
    page::PageRequest,
    tests::{
        listed::assert_listed,
        support::{Rows, at, item_id, recorded, verified},
    },
};

const OTHER: ProjectId = ProjectId::from_uuid(Uuid::from_u128(0xBEEF));

fn kept(path: &str) -> Event {
    let verified = Box::new(verified(1));
    Event::Recorded { root: RootId::LIBRARY, path: path.to_owned(), verified, made: None, stamp: None }
}

/// Files at these paths, with the ids 1 and on.
fn library(paths: &[&str]) -> Rows<FileView> {
    let mut rows = Rows::new();
    for (number, path) in (1..).zip(paths) {
        rows.feed::<File>(Uuid::from_u128(number), [kept(path)]);
    }
    rows
}

fn filter(text: &str) -> FileFilter {
    FileFilter { search: Some(text.to_owned()), ..FileFilter::default() }
}

/// The numbers of what is found, from either end and in every order; checks how many there are said to be.
fn found(rows: &mut Rows<FileView>, text: &str) -> Vec<u128> {
    let mut in_order = |field, descending| -> Vec<u128> {
        let filter = FileFilter { order: Order { field, descending }, ..filter(text) };
        let mut all = |filter: &FileFilter| -> Vec<u128> {
            let all = rows.pages(2, |rows, request| files(rows, filter, request));
            all.into_iter().map(|row| row.id.uuid().as_u128()).collect()
        };
        let mut numbers = all(&filter);
        // Few are looked at one by one.
        let few = FileFilter { root: Some(RootId::LIBRARY), ..filter };
        assert_eq!(all(&few), numbers, "{text:?}");
        if field != FileField::RecordedAt {
            numbers.sort_unstable();
        }
        numbers
    };
    let numbers = in_order(FileField::RecordedAt, false);
    for field in [FileField::ChangedAt, FileField::Path] {
        assert_eq!(in_order(field, true), numbers, "{text:?} by {field:?}");
    }
    numbers
}

// invariant: E-13
#[test]
fn what_has_all_the_words_is_found_in_whichever_form_they_are() {
    let mut rows = library(&[
        "Björk/Jóga (live).flac",
        "AC/DC - Thunderstruck.mp3",
        "宮崎駿/千と千尋の神隠し.mkv",
        "Café del Mar/Ibiza_1998.ogg",
        "Москва слезам не верит.mkv",
        "สวัสดีชาวโลก.mp4",
    ]);
    for (text, numbers) in [
        ("bjork", vec![1]),
        ("BJÖRK joga", vec![1]),
        ("joga björk", vec![1]),
        ("bjo\u{308}rk", vec![1]),
        ("jog", vec![1]),
        ("jog bjork", vec![]),
        ("ac-dc", vec![2]),
        ("AC/DC thunder", vec![2]),
        ("dc/ac", vec![]),
        ("mp3 dc", vec![2]),
        ("千尋", vec![3]),
        ("神", vec![3]),
        ("尋千", vec![]),
        ("1998 ibiza", vec![4]),
        ("cafe", vec![4]),
        ("МОСКВА верит", vec![5]),
        ("ชาว", vec![6]),
        ("nothing", vec![]),
        ("ork", vec![]),
        ("bjork Bjork", vec![1]),
        ("bjo BJO", vec![]),
        ("joga bjork joga jo", vec![1]),
        ("", vec![1, 2, 3, 4, 5, 6]),
        (" \t\u{3000}\n", vec![1, 2, 3, 4, 5, 6]),
        ("!?", vec![]),
        ("\u{2df2}", vec![]),
        ("joga \u{2df2}", vec![1]),
        ("m", vec![2, 3, 4, 5, 6]),
    ] {
        assert_eq!(found(&mut rows, text), numbers, "{text:?}");
    }
}

// invariant: E-13
#[test]
fn what_means_something_to_sqlite_is_a_word_here() {
    let mut rows = library(&["this or that", "that not this", "near far", "title path rowid"]);
    for (text, numbers) in [
        ("this OR far", vec![]),
        ("this or", vec![1]),
        ("that NOT this", vec![2]),
        ("NEAR(near far, 2)", vec![]),
        ("NEAR far", vec![3]),
        ("path:title", vec![]),
        ("path: title", vec![4]),
        ("\"this or", vec![1]),
        ("\"\"this", vec![1, 2]),
        ("th*", vec![1, 2]),
        ("^that", vec![1, 2]),
        ("-this +that", vec![1, 2]),
        ("{path} : title", vec![4]),
        ("this\0or", vec![1]),
        ("' OR 1=1 --", vec![]),
        ("( th", vec![1, 2]),
        ("th (", vec![1, 2]),
    ] {
        assert_eq!(found(&mut rows, text), numbers, "{text:?}");
    }
}

// invariant: S-3, E-13
#[test]
fn nobody_finds_what_is_another_projects_nor_learns_how_much_that_is() {
    let mut rows = Rows::<FileView>::new();
    for (project, number) in [(ProjectId::HOME, 1), (OTHER, 2), (OTHER, 3)] {
        let mut recorded = recorded::<File>(rows.position() + 1, Uuid::from_u128(number), &kept("a secret"));
        recorded.envelope.project = project;
        rows.apply(&recorded).unwrap();
    }
    for (project, own) in [(ProjectId::HOME, vec![1]), (OTHER, vec![2, 3])] {
        for field in [FileField::RecordedAt, FileField::Path] {
            let filter = FileFilter { order: Order { field, descending: false }, ..filter("secret") };
            let page = rows.read_as(project, |rows| files(rows, &filter, &PageRequest::front(9).counted()));
            let found: Vec<_> = page.rows.iter().map(|(_, row)| row.id.uuid().as_u128()).collect();
            assert_eq!((&found, page.total), (&own, Some(own.len() as u64)));
        }
        let known = "SELECT count(*) FROM file_text WHERE file_text MATCH 'secret'";
        let known = rows.read_as(project, |rows| rows.query_row(known, [], |row| row.get::<_, i64>(0)));
        assert_eq!(known, own.len() as i64, "not even from the index itself");
    }
}

#[test]
fn a_search_leads_and_looks_at_nothing_but_what_it_finds() {
    let mut rows = library(&["one two", "two three", "three four"]);
    let key = FileFilter::default().order;
    let filters = [
        filter("two"),
        FileFilter { root: Some(RootId::LIBRARY), ..filter("two") },
        FileFilter { since: Some(at(1)), ..filter("two three") },
    ];
    for filter in filters {
        assert_eq!(filter.order, key);
        let by = key.field.by();
        assert_listed(&mut rows, by, |rows, request| files(rows, &filter, request));
    }
}

#[test]
fn a_word_is_looked_for_once_however_often_it_is_said() {
    for (text, words) in [
        ("a a b", "\"a\" \"b\"*"),
        ("a b A", "\"a\" \"b\""),
        ("Ä ä", "\"Ä\""),
        ("a ab", "\"a\" \"ab\"*"),
        ("千 千 尋", "\" 千 \" \" 尋 \"*"),
    ] {
        assert_eq!(Sought::of(Some(text)), Sought::Words(words.to_owned()), "{text:?}");
    }
    let Sought::Words(words) = Sought::of(Some(&"the ".repeat(2_000))) else { panic!("it is a word") };
    assert_eq!(words, "\"the\"");
}

#[test]
fn what_is_few_is_searched_at_the_cost_of_few() {
    let few = FileFilter { item_id: Some(item_id("0")), ..filter("film") };
    let steps = |others: usize| {
        let mut rows = Rows::<FileView>::new();
        let kept = |number: usize| {
            let verified = Box::new(verified(1));
            let path = format!("film {number}");
            let of_few = if number < 10 { 0 } else { number };
            let made = Some(Made {
                item_id: item_id(&of_few.to_string()),
                download_id: DownloadId::from_uuid(Uuid::nil()),
                job_id: JobId::from_uuid(Uuid::nil()),
            });
            Event::Recorded { root: RootId::LIBRARY, path, verified, made, stamp: None }
        };
        let event = |number: usize| {
            recorded::<File>(number as u64 + 1, Uuid::from_u128(number as u128), &kept(number))
        };
        rows.apply_all(&(0..others + 10).map(event).collect::<Vec<_>>()).unwrap();
        let steps = |rows: &mut Rows<FileView>, field| {
            let filter = FileFilter { order: Order { field, descending: true }, ..few.clone() };
            let page = rows.read(|rows| files(rows, &filter, &PageRequest::front(20).counted()));
            assert_eq!((page.rows.len(), page.total), (10, Some(10)));
            rows.steps(|rows| files(rows, &filter, &PageRequest::front(20).counted()))
        };
        [FileField::RecordedAt, FileField::Path].map(|field| steps(&mut rows, field))
    };
    let (alone, among) = (steps(0), steps(3_000));
    for (alone, among) in alone.into_iter().zip(among) {
        assert!(among < alone + 50, "{alone} steps alone, {among} among many");
    }
}

/// Words of several scripts, with digits and without; none of the few letters that are another one in the other case.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9]{1,12}",
        "[à-öø-ÿĀ-įĲ-ňŊ-ž]{1,8}",
        "[а-яА-Я]{1,8}",
        "[α-ρσ-ωΑ-Ρ]{1,8}",
        "[一-龥]{1,6}",
        "[ぁ-ゖァ-ヺ]{1,6}",
        "[가-힣]{1,6}",
        "[א-ת]{1,6}",
    ]
}

// Found by `ops/fuzz`: a mark without its letter was taken for a word, and SQLite has none there.
// invariant: E-13
#[test]
fn what_is_a_word_here_is_one_to_sqlite() {
    let file = Connection::open_in_memory().unwrap();
    file.execute_batch(
        "CREATE VIRTUAL TABLE letters USING fts5 (name, content = '', tokenize = 'unicode61 remove_diacritics 2');
         CREATE VIRTUAL TABLE words USING fts5vocab (letters, instance);
         BEGIN;",
    )
    .unwrap();
    let mut insert = file.prepare("INSERT INTO letters (rowid, name) VALUES (?1, ?2)").unwrap();
    let letters: Vec<char> = ('\u{1}'..=char::MAX).filter(|letter| is_of_words(*letter)).collect();
    assert!(letters.len() > 100_000);
    for letter in &letters {
        insert.execute((u32::from(*letter), letter.to_string())).unwrap();
    }
    let mut words = file.prepare("SELECT DISTINCT doc FROM words").unwrap();
    let words: HashSet<u32> = words.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let none: Vec<&char> = letters.iter().filter(|letter| !words.contains(&u32::from(**letter))).collect();
    assert!(none.is_empty(), "{none:?}");
}

/// What may be between two words: signs with at least one blank.
fn between() -> impl Strategy<Value = String> {
    "[-_.,:;!?'\"()\\[\\]{}*^+/\\\\|~#%&]{0,3} [-\"'(*^:]{0,3}"
}

proptest! {
    // A case makes a library and asks it some hundred questions.
    #![proptest_config(ProptestConfig::with_cases(64))]

    // invariant: E-13
    #[test]
    fn what_is_called_so_is_found_by_each_of_its_words(
        words in prop::collection::vec((word(), between()), 1..6),
        others in prop::collection::vec(word(), 0..4),
    ) {
        let title: String = words.iter().flat_map(|(word, between)| [word.as_str(), between.as_str()]).collect();
        let mut paths = vec![title.as_str()];
        paths.extend(others.iter().map(String::as_str));
        let mut rows = library(&paths);
        for (word, _) in &words {
            let beginning: String = word.chars().take(word.chars().count().div_ceil(2)).collect();
            for text in [word.clone(), word.to_lowercase(), word.to_uppercase(), beginning] {
                prop_assert!(found(&mut rows, &text).contains(&1), "{text:?} in {title:?}");
            }
        }
        let mut all: Vec<_> = words.iter().map(|(word, _)| word.as_str()).collect();
        all.reverse();
        prop_assert!(found(&mut rows, &all.join(" ")).contains(&1), "{all:?} in {title:?}");
        prop_assert!(found(&mut rows, &title).contains(&1), "{title:?}");
    }

    // invariant: E-13
    #[test]
    fn no_text_is_refused(path in any::<String>(), text in any::<String>(), part in 0..9_usize) {
        let mut rows = library(&[&path, "another"]);
        found(&mut rows, &text);
        // What is called so by itself is found, whatever it is: by nothing if there is no word in it.
        let is_word = path.chars().any(|letter| letter.is_ascii_alphanumeric());
        let numbers = found(&mut rows, &path);
        prop_assert!(!is_word || numbers.contains(&1), "{path:?}");
        let cut: String = path.chars().skip(part).collect();
        found(&mut rows, &format!("{text} \"{cut}"));
    }
}
