//! What waits for a moment or another job.

use mediary_schema::{
    JobId, Priority, Ticket,
    job::{JobState, RetryPolicy},
};
use uuid::Uuid;

use super::{
    super::{Command, Event, Job, Rejection},
    FIRST, START, leased, queued,
};
use crate::testing::{given, samples};

/// A job that others wait for.
pub(super) const OTHER: JobId = JobId::from_uuid(Uuid::from_u128(9));

fn queued_with(ticket: Ticket) -> Event {
    Event::Queued { work: samples::work(), retry: RetryPolicy::default(), ticket }
}

// PL-22: what happens to whoever waits for a job that comes to nothing is said in its own story.
// invariant: J-15
#[test]
fn what_waits_for_a_job_that_came_to_nothing_is_held_once() {
    let waits = || queued_with(Ticket { after: Some(OTHER), ..Ticket::default() });
    let strand = |after| Command::Strand { after, state: JobState::Failed };
    let stranded = Event::Stranded { after: OTHER, state: JobState::Failed };
    given::<Job>([waits()]).when(strand(OTHER)).then([stranded.clone()]);
    given::<Job>([waits(), stranded.clone()]).when(strand(OTHER)).then([]);
    given::<Job>([waits()]).when(strand(JobId::from_uuid(Uuid::nil()))).then([]);
    given::<Job>([queued()]).when(strand(OTHER)).then([]);
    given::<Job>([waits(), leased(FIRST)]).when(strand(OTHER)).then([]);
    given::<Job>([waits(), Event::Resumed {}]).when(strand(OTHER)).then([]);
    given::<Job>([waits(), stranded.clone()]).when(Command::Resume).then([Event::Resumed {}]);
    given::<Job>([waits(), stranded]).when(Command::Cancel).then([Event::Cancelled { attempt: None }]);
}

// A person who says "now" means it, whatever was said before.
#[test]
fn what_waits_for_its_moment_or_another_job_is_tried_now_when_resumed() {
    let at = Ticket { at: Some(START), ..Ticket::default() };
    let after = Ticket { after: Some(OTHER), ..Ticket::default() };
    for ticket in [at, after] {
        let resumed = [queued_with(ticket.clone()), Event::Resumed {}];
        given::<Job>([queued_with(ticket)]).when(Command::Resume).then([Event::Resumed {}]);
        given::<Job>(resumed).when(Command::Resume).then([]);
    }
}

#[test]
fn how_much_a_job_matters_is_said_anew_until_it_has_ended() {
    let (lowest, highest) = (Priority::LOWEST, Priority::HIGHEST);
    let asked = |priority| Command::Prioritise { priority };
    let said = |priority| Event::Prioritised { priority };
    given::<Job>([queued()]).when(asked(highest)).then([said(highest)]);
    given::<Job>([queued(), said(highest)]).when(asked(highest)).then([]);
    given::<Job>([queued(), leased(FIRST)]).when(asked(lowest)).then([said(lowest)]);
    let state = JobState::Cancelled;
    given::<Job>([queued(), Event::Cancelled { attempt: None }])
        .when(asked(lowest))
        .rejected(&Rejection::Ended { state });
    given::<Job>([]).when(asked(lowest)).rejected(&Rejection::NotFound);
}
