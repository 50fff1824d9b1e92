use super::*;
use crate::{page::PageRequest, tests::support::recorded};

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

/// Jobs that were queued at these seconds, each by itself.
fn queued_at(seconds: impl IntoIterator<Item = u64>) -> Rows<JobView> {
    let mut rows = Rows::new();
    let all: Vec<_> = seconds
        .into_iter()
        .zip(1..)
        .map(|(second, position)| {
            let mut recorded = recorded::<Job>(position, id(position.into()).uuid(), &queued(refresh()));
            recorded.envelope.at = at(second);
            recorded
        })
        .collect();
    rows.apply_all(&all).unwrap();
    rows
}

fn since(second: u64) -> JobFilter {
    JobFilter { since: Some(at(second)), ..JobFilter::default() }
}

#[test]
fn where_to_begin_since_a_moment_is_found_without_looking_at_what_is_later() {
    let steps = |rows: &mut Rows<JobView>, second| {
        let filter = since(second);
        rows.steps(|rows| jobs(rows, &filter, &PageRequest::front(3)))
    };
    let (mut few, mut many) = (queued_at(1..=20), queued_at(1..=2_000));
    for second in [1, 10] {
        let (of_few, of_many) = (steps(&mut few, second), steps(&mut many, second));
        assert!(of_many < of_few + 50, "{of_few} steps with a few, {of_many} with many");
    }
    let plans = many.plans(|rows| jobs(rows, &since(10), &PageRequest::front(3)));
    let is_found = |step: &String| step.contains("INDEX job_reached (project=? AND reached_at>?)");
    assert!(plans.iter().any(is_found), "{plans:#?}");
}

#[test]
fn what_is_since_a_moment_is_found_though_the_clock_was_set_back() {
    let seconds = [10, 20, 30, 5, 15, 25, 35, 1, 40];
    let mut rows = queued_at(seconds);
    for second in 0..=41 {
        let filter = since(second);
        let mut late: Vec<u128> =
            (1..).zip(seconds).filter(|(_, at)| *at >= second).map(|(number, _)| number).collect();
        late.reverse();
        assert_eq!(numbers(rows.pages(2, |rows, request| jobs(rows, &filter, request))), late, "{second}");
    }
}
