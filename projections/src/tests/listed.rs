//! Lists as they are asked for: every combination of what narrows one, from either end, along an index.

use rusqlite::Transaction;

use super::support::{Rows, assert_indexed, assert_unsorted};
use crate::{
    listing::By,
    page::{Cursor, Page, PageRequest},
    view::View,
};

/// Every combination of what can be said of a list, also nothing at all.
pub(crate) fn every<F: Default>(said: &[fn(&mut F)]) -> Vec<F> {
    let combination = |bits: usize| {
        let mut filter = F::default();
        said.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).for_each(|(_, say)| say(&mut filter));
        filter
    };
    (0..1 << said.len()).map(combination).collect()
}

/// Holds that every page of a list, from either end, behind and in front of a place, is read along an index, and so is how
/// many rows it has.
#[track_caller]
pub(crate) fn assert_listed<V: View, T>(
    rows: &mut Rows<V>,
    by: By,
    list: impl Fn(&Transaction<'_>, &PageRequest) -> rusqlite::Result<Page<T>>,
) {
    let place = Some(by.place_of_test());
    for end in [PageRequest::front(2), PageRequest::back(2)] {
        assert_unsorted(rows, |rows| list(rows, &end));
        for part in [
            end.clone().after(place.clone()).counted(),
            end.clone().before(place.clone()),
            end.clone().after(place.clone()).before(place.clone()),
        ] {
            assert_indexed(rows, |rows| list(rows, &part));
        }
    }
}

/// Every row of a list, page by page from its front, which is also what there is from its back.
#[track_caller]
pub(crate) fn pages<V: View, T>(
    rows: &mut Rows<V>,
    limit: u32,
    list: impl Fn(&Transaction<'_>, &PageRequest) -> rusqlite::Result<Page<T>>,
) -> Vec<T> {
    let forwards = walk(rows, &PageRequest::front(limit).counted(), &list);
    let backwards = walk(rows, &PageRequest::back(limit).counted(), &list);
    let cursors = |rows: &[(Cursor, T)]| rows.iter().map(|(cursor, _)| cursor.clone()).collect::<Vec<_>>();
    assert_eq!(cursors(&forwards), cursors(&backwards), "from whichever end");
    forwards.into_iter().map(|(_, row)| row).collect()
}

/// Every row of a list from one end to the other, in the order of the list; checks what each page says of the whole.
#[track_caller]
fn walk<V: View, T>(
    rows: &mut Rows<V>,
    begin: &PageRequest,
    list: impl Fn(&Transaction<'_>, &PageRequest) -> rusqlite::Result<Page<T>>,
) -> Vec<(Cursor, T)> {
    let is_forwards = *begin == PageRequest::front(begin.limit).counted();
    let mut all: Vec<(Cursor, T)> = Vec::new();
    let mut request = begin.clone();
    loop {
        let page = rows.read(|rows| list(rows, &request));
        assert!(page.rows.len() <= begin.limit as usize);
        let (more, others) =
            if is_forwards { (page.has_next, page.has_previous) } else { (page.has_previous, page.has_next) };
        assert_eq!(others, !all.is_empty(), "there is more where it came from");
        if is_forwards {
            all.extend(page.rows);
        } else {
            all.splice(0..0, page.rows);
        }
        if !more {
            assert_eq!(page.total, Some(all.len() as u64), "the total is what there is");
            return all;
        }
        // A client sends the cursor back as text.
        let again = |cursor: &Cursor| cursor.to_string().parse().unwrap();
        request = if is_forwards {
            begin.clone().after(all.last().map(|(cursor, _)| again(cursor)))
        } else {
            begin.clone().before(all.first().map(|(cursor, _)| again(cursor)))
        };
    }
}
