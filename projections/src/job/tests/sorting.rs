use super::*;
use crate::page::PageRequest;

#[test]
fn jobs_are_sorted_by_what_is_asked_for() {
    let mut rows = many();
    rows.feed::<Job>(id(7).uuid(), [leased(FIRST)]);
    let mut sorted = |filter: JobFilter| numbers(rows.pages(2, |rows, request| jobs(rows, &filter, request)));
    let by = |field, descending| JobFilter { order: Order { field, descending }, ..JobFilter::default() };
    assert_eq!(sorted(by(JobField::QueuedAt, false)), (0..12).collect::<Vec<_>>());
    assert_eq!(sorted(by(JobField::ChangedAt, true))[0], 7);
    let odd = JobFilter { tag: Some(label("odd")), ..by(JobField::ChangedAt, false) };
    assert_eq!(sorted(odd).last(), Some(&7));
    let late = JobFilter { since: Some(at(1_000)), ..JobFilter::default() };
    assert_eq!(sorted(late), []);
}

// invariant: E-12
// What moves while somebody pages is where it is now; all else is shown once.
#[test]
fn rows_that_stay_are_on_one_page_each_though_others_change() {
    let mut rows = many();
    let filter =
        JobFilter { order: Order { field: JobField::ChangedAt, descending: true }, ..JobFilter::default() };
    let before = numbers(rows.pages(20, |rows, request| jobs(rows, &filter, request)));
    let front = rows.read(|rows| jobs(rows, &filter, &PageRequest::front(4)));
    let last = front.rows.last().map(|(cursor, _)| cursor.clone());
    // The one at the cursor, one in front of it and one behind it.
    for moved in [before[3], before[1], before[6]] {
        rows.feed::<Job>(id(moved).uuid(), [Event::PauseRequested { attempt_id: FIRST }]);
    }
    let rest = rows.read(|rows| jobs(rows, &filter, &PageRequest::front(20).after(last)));
    let shown = numbers(rest.rows.into_iter().map(|(_, row)| row).collect());
    let stayed: Vec<_> = before[4..].iter().copied().filter(|number| *number != before[6]).collect();
    assert_eq!(shown, stayed);
}
