use mediary_events::file::{Event, File};
use mediary_schema::{
    DownloadId, FileId, JobId, PlanId, RootId,
    file::{FileState, Made, Stamp},
    plan::Lease,
};
use uuid::Uuid;

use super::{FileField, FileFilter, FileRow, FileView, changed_files, file, files, files_by_id};
use crate::{
    listing::{Order, OrderField as _},
    tests::{
        listed::{assert_listed, every},
        support::{Rows, assert_indexed, at, item_id, verified},
    },
};

fn id(number: u128) -> FileId {
    FileId::from_uuid(Uuid::from_u128(number))
}

fn many() -> Rows<FileView> {
    let mut rows = Rows::new();
    for number in 1..=11_u32 {
        let made = (number % 2 == 0).then(|| {
            let item_id = item_id(&number.to_string());
            let download_id = DownloadId::from_uuid(Uuid::from_u128(number.into()));
            let job_id = JobId::from_uuid(Uuid::from_u128(number.into()));
            Made { item_id, download_id, job_id }
        });
        let path = format!("Letters/{number}.mp4");
        // Larger than SQLite's signed column could hold as a number of its own.
        let verified = Box::new(verified(u64::MAX - u64::from(number)));
        rows.feed::<File>(
            id(number.into()).uuid(),
            [Event::Recorded { root: RootId::LIBRARY, path, verified, made, stamp: None }],
        );
    }
    rows
}

#[test]
fn a_recorded_file_is_shown_with_all_that_is_known_of_it() {
    let expected = FileRow {
        id: id(4),
        root: RootId::LIBRARY,
        state: FileState::Present,
        replaced_by: None,
        lease: None,
        path: "Letters/4.mp4".to_owned(),
        verified: verified(u64::MAX - 4),
        sidecars: Vec::new(),
        missing: Vec::new(),
        item_id: Some(item_id("4")),
        recorded_at: at(4),
        changed_at: 4,
    };
    assert_eq!(many().read(|rows| file(rows, id(4))), Some(expected));
    assert_eq!(many().read(|rows| file(rows, id(99))), None);
}

#[test]
fn a_file_whose_bytes_are_lost_is_shown_as_that() {
    let mut rows = many();
    rows.feed::<File>(id(4).uuid(), [Event::Lost {}]);
    let file = rows.read(|rows| file(rows, id(4))).unwrap();
    assert_eq!((file.state, file.changed_at), (FileState::Lost, 12));
}

// For good by a kept one; by one that nobody recorded as long as that is there.
#[test]
fn a_file_whose_place_another_one_has_says_which() {
    let mut rows = many();
    let stamp = Stamp { size_bytes: 7, modified_ms: 1, inode: None };
    let mut after = |event| {
        rows.feed::<File>(id(4).uuid(), [event]);
        let file = rows.read(|rows| file(rows, id(4))).unwrap();
        (file.state, file.replaced_by)
    };
    assert_eq!(after(Event::Replaced { by: None, stamp: Some(stamp) }), (FileState::Replaced, None));
    assert_eq!(after(Event::Found { stamp }), (FileState::Present, None));
    assert_eq!(after(Event::Replaced { by: Some(id(3)), stamp: None }), (FileState::Replaced, Some(id(3))));
}

// PL-14.
#[test]
fn a_file_in_the_trash_says_how_long_it_stays_there() {
    let mut rows = many();
    let stamp = Stamp { size_bytes: 7, modified_ms: 1, inode: None };
    let mut after = |event| {
        rows.feed::<File>(id(4).uuid(), [event]);
        let file = rows.read(|rows| file(rows, id(4))).unwrap();
        (file.state, file.lease)
    };
    let lease = Lease { plan_id: PlanId::from_uuid(Uuid::from_u128(5)), kept_until: at(99) };
    assert_eq!(after(Event::Trashed { lease }), (FileState::Trashed, Some(lease)));
    let restored = |state| Event::Restored { plan_id: lease.plan_id, state, stamp };
    assert_eq!(after(restored(FileState::Changed)), (FileState::Changed, None));
    assert_eq!(after(Event::Trashed { lease }), (FileState::Trashed, Some(lease)));
    assert_eq!(after(Event::Purged {}), (FileState::Purged, None));
}

#[test]
fn a_file_that_was_renamed_has_the_path_that_it_has_now() {
    let mut rows = many();
    let stamp = Stamp { size_bytes: 7, modified_ms: 1, inode: None };
    let moved = Event::Moved { path: "Letters/four.mp4".to_owned(), stamp, plan_id: None };
    rows.feed::<File>(id(4).uuid(), [Event::Lost {}, moved]);
    let file = rows.read(|rows| file(rows, id(4))).unwrap();
    let shown = (file.state, file.path.as_str(), file.changed_at);
    assert_eq!(shown, (FileState::Present, "Letters/four.mp4", 13));
}

#[test]
fn pages_of_files_hold_each_once_newest_first() {
    let mut rows = many();
    for first in [1, 4, 10, 11, 12] {
        let shown: Vec<_> = rows
            .pages(first, |rows, request| files(rows, &FileFilter::default(), request))
            .into_iter()
            .map(|file| file.id)
            .collect();
        assert_eq!(shown, (1..=11).rev().map(id).collect::<Vec<_>>());
    }
}

#[test]
fn files_are_found_by_their_ids() {
    let mut found: Vec<_> = many()
        .read(|rows| files_by_id(rows, &[id(3), id(99), id(1)]))
        .into_iter()
        .map(|file| file.id)
        .collect();
    found.sort_unstable();
    assert_eq!(found, [id(1), id(3)]);
}

#[test]
fn files_that_changed_are_told_in_the_order_of_their_changes() {
    let mut rows = many();
    let told = |rows: &mut Rows<FileView>, after, limit| {
        let changed = rows.read(|rows| changed_files(rows, after, limit));
        changed.into_iter().map(|file| file.changed_at).collect::<Vec<_>>()
    };
    assert_eq!(told(&mut rows, 3, 2), [4, 5]);
    assert_eq!(told(&mut rows, 9, 10), [10, 11]);
}

// PL-41.
#[test]
fn no_query_reads_a_table_from_end_to_end() {
    let mut rows = many();
    let mut filters = every::<FileFilter>(&[
        |filter| filter.order = Order { field: FileField::ChangedAt, descending: true },
        |filter| filter.order.descending = false,
        |filter| filter.root = Some(RootId::LIBRARY),
        |filter| filter.state = Some(FileState::Present),
        |filter| filter.item_id = Some(item_id("3")),
        |filter| filter.since = Some(at(3)),
    ]);
    let by_path = Order { field: FileField::Path, descending: false };
    filters.extend(filters.clone().into_iter().map(|filter| FileFilter { order: by_path, ..filter }));
    for filter in filters {
        assert_listed(&mut rows, filter.order.field.by(), |rows, request| files(rows, &filter, request));
    }
    assert_indexed(&mut rows, |rows| changed_files(rows, 3, 10));
    assert_indexed(&mut rows, |rows| files_by_id(rows, &[id(1), id(2)]));
}
