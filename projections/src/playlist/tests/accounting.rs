use mediary_events::{
    download::{Download, Event as DownloadEvent},
    file::{Event as FileEvent, File},
};
use mediary_schema::{
    FailureClass, FileId, Ticket,
    download::{DownloadItem, Quality},
    file::Stamp,
    layout::Described,
    playlist::{Filter, Keeping, KeptEntries},
};

use super::{
    super::{Here, Standing, account, account_entries, gone, playlist},
    *,
};
use crate::{
    page::PageRequest,
    tests::support::{assert_indexed, failure},
};

fn file(number: u128) -> FileId {
    FileId::from_uuid(Uuid::from_u128(number))
}

fn requested(name: &str) -> DownloadEvent {
    let item = DownloadItem {
        download_id: download(name),
        item_id: item_id(name),
        source: source(name),
        quality: Quality::best(),
        title: None,
        duration_ms: None,
        folder: None,
        entry: None,
    };
    DownloadEvent::Requested { job_id: JOB, item: Box::new(item) }
}

fn download(name: &str) -> mediary_schema::DownloadId {
    samples::identities().download(item_id(name), Quality::best().wish())
}

fn kept(number: u128) -> DownloadEvent {
    DownloadEvent::Completed { job_id: JOB, file_id: file(number), described: Described::default() }
}

impl Followed {
    fn downloads(&mut self, name: &str, events: impl IntoIterator<Item = DownloadEvent>) {
        let events = std::iter::once(requested(name)).chain(events);
        self.rows.feed::<Download>(download(name).uuid(), events);
    }

    fn file(&mut self, number: u128, event: FileEvent) {
        self.rows.feed::<File>(file(number).uuid(), [event]);
    }

    /// The account as `standing/reason` and count; checks that every number is a list and that they add up.
    fn account(&mut self) -> Vec<(String, u64)> {
        let id = self.id;
        let cells = self.rows.read(|rows| account(rows, id));
        let listed = self.rows.read(|rows| playlist(rows, id)).unwrap().entry_count;
        assert_eq!(cells.iter().map(|cell| cell.count).sum::<u64>(), listed, "they add up: {cells:?}");
        for standing in Standing::ALL {
            let counted: u64 =
                cells.iter().filter(|cell| cell.standing == standing).map(|cell| cell.count).sum();
            let shown =
                self.rows.pages(2, |rows, request| account_entries(rows, id, standing, None, request));
            assert_eq!(shown.len() as u64, counted, "{standing:?} is a list");
        }
        let told = cells.into_iter().map(|cell| {
            let reason = cell.reason.as_deref();
            let shown =
                self.rows.pages(2, |rows, request| account_entries(rows, id, cell.standing, reason, request));
            assert_eq!(shown.len() as u64, cell.count, "{cell:?} is a list");
            let reason = reason.map(|reason| format!("/{reason}")).unwrap_or_default();
            (format!("{}{reason}", cell.standing.name()), cell.count)
        });
        told.collect()
    }

    fn gone(&mut self, here: Option<Here>) -> Vec<(String, Here)> {
        let id = self.id;
        let rows = self.rows.pages(2, |rows, request| gone(rows, id, here, request));
        rows.into_iter().map(|(entry, here)| (entry.source.source_id, here)).collect()
    }
}

fn expected(cells: &[(&str, u64)]) -> Vec<(String, u64)> {
    cells.iter().map(|(cell, count)| ((*cell).to_owned(), *count)).collect()
}

// LI-14: N listed = kept + wanted + skipped + failed, whatever happened to each.
#[test]
fn every_row_has_one_standing_and_the_numbers_add_up() {
    let mut followed = Followed::new();
    let unavailable = ObservedEntry { availability: Availability::Private, ..seen("h") };
    let mut observed: Vec<_> = "a b c d e f g a".split(' ').map(seen).collect();
    observed.push(unavailable);
    followed.look(observed);
    assert_eq!(followed.account(), expected(&[("skipped/not_wanted", 8), ("skipped/private", 1)]));

    followed.downloads("a", [kept(1)]);
    followed.downloads("b", []);
    followed
        .downloads("c", [DownloadEvent::Failed { job_id: JOB, failure: failure(FailureClass::Network, 0) }]);
    followed.downloads("d", [DownloadEvent::Cancelled { job_id: JOB }]);
    followed.downloads("e", [kept(2)]);
    followed.file(2, FileEvent::Lost {});
    followed.rows.feed::<Download>(
        samples::identities().archived(item_id("f")).uuid(),
        [DownloadEvent::Archived { item_id: item_id("f"), source: source("f") }],
    );
    // The same item twice is two rows, and both are kept.
    let all = [
        ("kept", 2),
        ("wanted", 1),
        ("skipped/archived", 1),
        ("skipped/cancelled", 1),
        ("skipped/not_wanted", 1),
        ("skipped/private", 1),
        ("failed/lost", 1),
        ("failed/network", 1),
    ];
    assert_eq!(followed.account(), expected(&all));

    // What is back is kept again; what was kept and is private now is kept.
    followed.file(2, FileEvent::Found { stamp: Stamp { size_bytes: 1, modified_ms: 1, inode: None } });
    followed.look(vec![ObservedEntry { availability: Availability::Private, ..seen("a") }, seen("e")]);
    assert_eq!(followed.account(), expected(&[("kept", 2)]));
}

#[test]
fn a_lost_file_that_is_fetched_again_is_wanted_and_then_kept() {
    let mut followed = Followed::new();
    followed.look_at("a");
    followed.downloads("a", [kept(1)]);
    followed.file(1, FileEvent::Changed { stamp: Stamp { size_bytes: 1, modified_ms: 1, inode: None } });
    assert_eq!(followed.account(), expected(&[("failed/lost", 1)]));
    followed.downloads("a", []);
    assert_eq!(followed.account(), expected(&[("wanted", 1)]));
    let failed = DownloadEvent::Failed { job_id: JOB, failure: failure(FailureClass::Network, 0) };
    followed.rows.feed::<Download>(download("a").uuid(), [failed]);
    assert_eq!(followed.account(), expected(&[("failed/lost", 1)]), "it is lost still");
    followed.downloads("a", [kept(2)]);
    assert_eq!(followed.account(), expected(&[("kept", 1)]));
    // The first one's bytes are found: nothing about the second.
    followed.file(1, FileEvent::Lost {});
    assert_eq!(followed.account(), expected(&[("kept", 1)]));
}

// LI-04: "gone upstream, safe here" and "gone and never saved".
#[test]
fn what_is_gone_is_safe_lost_or_never_saved() {
    let mut followed = Followed::new();
    followed.look_at("a b c d e f f");
    followed.downloads("a", [kept(1)]);
    followed.downloads("b", [kept(2)]);
    followed.downloads("d", [kept(3)]);
    followed.file(2, FileEvent::Lost {});
    assert_eq!(followed.gone(None), []);
    // a, b and c are out of the list, d is private, one of two rows of f is gone and the other is not.
    let private = ObservedEntry { availability: Availability::Private, ..seen("d") };
    followed.look(vec![private.clone(), seen("e"), seen("f")]);
    let all = [("a", Here::Safe), ("b", Here::Lost), ("c", Here::NeverSaved), ("d", Here::Safe)];
    let all = all.map(|(name, here)| (name.to_owned(), here));
    assert_eq!(followed.gone(None), all, "also before a second look says that they are removed");
    followed.look(vec![private, seen("e"), seen("f")]);
    assert_eq!(followed.gone(None), all);
    assert_eq!(followed.gone(Some(Here::NeverSaved)), [("c".to_owned(), Here::NeverSaved)]);
    // The safe copy is fetched anew meanwhile, and is there as long as that takes.
    followed.downloads("a", []);
    assert_eq!(followed.gone(Some(Here::Safe)), [all[0].clone(), all[3].clone()]);
}

// PL-41.
#[test]
fn no_list_is_sorted_to_answer_a_page() {
    let mut followed = Followed::new();
    followed.look_at("a b c");
    let (id, request) = (followed.id, PageRequest::front(10));
    let rows = &mut followed.rows;
    assert_indexed(rows, |rows| account_entries(rows, id, Standing::Skipped, None, &request));
    assert_indexed(rows, |rows| gone(rows, id, Some(Here::Safe), &request));
}

fn keep(rules: &[&str]) -> Event {
    let filter = Filter::new(rules).unwrap();
    Event::KeepingChanged {
        keeping: Some(Keeping {
            entries: KeptEntries::New,
            quality: Quality::best(),
            filter,
            ticket: Ticket::default(),
        }),
    }
}

fn skip(list: PlaylistId, rule: &str, names: &[&str]) -> Event {
    let entries = names.iter().map(|name| entry_id(list, name)).collect();
    Event::EntriesSkipped { rule: rule.parse().unwrap(), entries }
}

// LI-08, LI-14.
#[test]
fn what_a_rule_skips_is_accounted_for_by_that_rule() {
    let mut followed = Followed::new();
    let list = followed.id;
    followed.feed(vec![keep(&["title~a/b", "title~a"])]);
    followed.look("a b c d e".split(' ').map(seen).collect());
    followed.feed(vec![skip(list, "title~a", &["a", "b"]), skip(list, "title~a/b", &["c"])]);
    let told = [("skipped/not_wanted", 2), ("skipped/title~a", 2), ("skipped/title~a/b", 1)];
    assert_eq!(followed.account(), expected(&told));
    followed.downloads("a", [kept(1)]);
    let told = [("kept", 1), ("skipped/not_wanted", 2), ("skipped/title~a", 1), ("skipped/title~a/b", 1)];
    assert_eq!(followed.account(), expected(&told), "what is kept is kept");

    // Another filter begins anew; the same one with another quality doesn't.
    followed.feed(vec![keep(&["title~a/b", "title~a"])]);
    assert_eq!(followed.account(), expected(&told));
    followed.feed(vec![keep(&["kind=live"]), skip(list, "kind=live", &["b"])]);
    let told = [("kept", 1), ("skipped/not_wanted", 3), ("skipped/kind=live", 1)];
    assert_eq!(followed.account(), expected(&told));
    let asked = Event::DownloadsRequested {
        quality: Quality::best(),
        entries: Some(vec![entry_id(list, "b")]),
        again: false,
        filter: Filter::default(),
        ticket: Ticket::default(),
    };
    followed.feed(vec![asked, skip(list, "kind=live", &["c"])]);
    assert_eq!(followed.account(), expected(&told), "whoever is asked for is skipped no longer");
    followed.feed(vec![Event::KeepingChanged { keeping: None }]);
    assert_eq!(followed.account(), expected(&[("kept", 1), ("skipped/not_wanted", 4)]));
    followed.feed(vec![keep(&["kind=live"])]);
    assert_eq!(followed.account(), expected(&[("kept", 1), ("skipped/not_wanted", 4)]));
}

// LI-14. The first batch of a rebuild has all of a list that was followed long ago.
#[test]
fn a_list_that_gets_its_filter_in_the_batch_it_begins_in_has_its_entries() {
    let (id, state, rows) = (list("a"), State::default(), Rows::new());
    let mut followed = Followed { id, state, rows };
    followed.feed(vec![follow("a"), added(id, "b", None), keep(&["kind=live"])]);
    assert_eq!(followed.account(), expected(&[("skipped/not_wanted", 1)]));
}
