//! Work for the queue of jobs: many of them opened, the next one chosen, a start with all of them there.

use mediary_actors::{job::Board, resource::Left};
use mediary_events::job::{Command, Job, Outcome};
use mediary_log::{
    Log,
    gate::{Gate, Refusal, Transaction},
    work,
};
use mediary_schema::{AttemptId, IncarnationId, JobId, job::ResourceUse, worker::WorkerLife};
use tokio::time::Instant;

use crate::{
    figure::Figure,
    gate::{Error, bare_append},
    world::{self, List},
};

/// Wishes that are one append, as a reaction asks for them.
const BUNDLE: u32 = 50;

/// What opening jobs costs, and what their events cost without the gate.
#[derive(Debug, Clone)]
pub struct Queued {
    /// Jobs by their stories.
    pub stories: Figure,
    /// As many by the same events, only appended.
    pub bare: Figure,
}

/// Puts jobs for entries of a list into the queue, and appends the same events to another log, in turns.
pub fn fill(gate: &Gate, bare: &Log, list: &List, jobs: u32) -> Result<Queued, Error> {
    let (mut told, mut appended) = (Vec::new(), Vec::new());
    for first in (0..jobs).step_by(BUNDLE as usize) {
        let entries = first..jobs.min(first + BUNDLE);
        let wishes: Vec<_> =
            entries.map(|entry| (list.item(entry), JobId::from_uuid(gate.ids().next()))).collect();
        let behind = gate.log().head().position + 1;
        let asked = Instant::now();
        gate.transact_blocking(&world::caller(gate), &|story: &mut Transaction<'_>| {
            wishes.iter().try_for_each(|(item, job)| world::wish(story, item, *job))
        })?;
        told.push(asked.elapsed());
        let again = bare_append(gate.log(), behind)?;
        let asked = Instant::now();
        bare.append_blocking(again)?;
        appended.push(asked.elapsed());
    }
    let figure = |times: Vec<_>| Figure::new(u64::from(jobs), times.iter().sum(), times);
    Ok(Queued { stories: figure(told), bare: figure(appended) })
}

/// Leases and ends one job after the other; timed is the reading of what happened and the choice of the next.
///
/// # Panics
/// If there are fewer jobs than that.
pub fn choose(gate: &Gate, times: u32) -> Result<Figure, Error> {
    let mut board = Board::current(gate.log())?;
    let mut took = Vec::new();
    for _ in 0..times {
        let asked = Instant::now();
        board.read_on(gate.log())?;
        let (ready, _) = board.ready(&work::REGISTRY.work_kinds(), &Left::default(), gate.clock().now());
        took.push(asked.elapsed());
        let next = *ready.first().expect("there is a job that may start");
        run(gate, next)?;
    }
    Ok(Figure::of_pieces(took))
}

/// Starts so many times with what a clean stop kept of the board.
pub fn restart(log: &Log, times: u32) -> Result<Figure, Error> {
    Board::current(log)?.keep(log);
    let mut took = Vec::new();
    for _ in 0..times {
        let asked = Instant::now();
        Board::current(log)?;
        took.push(asked.elapsed());
    }
    Ok(Figure::of_pieces(took))
}

/// The one attempt of a job, which stops at once and leaves the job where it was in the queue.
fn run(gate: &Gate, job_id: JobId) -> Result<(), Refusal> {
    let attempt_id = AttemptId::from_uuid(gate.ids().next());
    let worker = WorkerLife {
        worker_id: gate.identities().local_worker(gate.log().id()),
        incarnation_id: IncarnationId::from_uuid(gate.ids().next()),
    };
    let until = gate.clock().now();
    gate.transact_blocking(&world::caller(gate), &|story: &mut Transaction<'_>| {
        story.execute::<Job>(job_id.uuid(), Command::Lease { attempt_id, worker, until })
    })?;
    gate.transact_blocking(&world::caller(gate), &|story: &mut Transaction<'_>| {
        work::end(story, job_id, attempt_id, Outcome::Stopped, ResourceUse::default())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_queued_chosen_and_there_after_a_restart() {
        let directories = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let gate = world::open(directories.0.path());
        let bare = crate::log::open(directories.1.path());
        let queued = fill(&gate, &bare, &List::new(1), 120).unwrap();
        assert_eq!((queued.stories.count, queued.bare.count), (120, 120));
        assert_eq!(queued.stories.pieces(), 3);
        assert_eq!(bare.head().position, 1 + 3 * 120, "the same events, and what opened it");
        assert_eq!(choose(&gate, 10).unwrap().pieces(), 10);
        assert_eq!(restart(gate.log(), 2).unwrap().pieces(), 2);
        let mut board = Board::current(gate.log()).unwrap();
        assert_eq!(
            board.ready(&work::REGISTRY.work_kinds(), &Left::default(), gate.clock().now()).0.len(),
            2,
            "as the limits say"
        );
    }
}
