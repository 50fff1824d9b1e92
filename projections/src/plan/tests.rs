use mediary_events::{
    plan::{Event, Plan},
    testing::samples,
};
use mediary_schema::{
    FileId, JobId, PlanId, PlaylistId, RootId,
    file::FileState,
    plan::{Goal, Left, LeftFor, PlanState, Spared, SparedFor, Step},
};
use uuid::Uuid;

use super::{PlanField, PlanView, StepField, StepFilter, StepRow, Touch, plan, plans, plans_by_id, steps};
use crate::{
    listing::OrderField as _,
    page::PageRequest,
    tests::{
        listed::assert_listed,
        support::{Rows, assert_indexed, at},
    },
};

fn id(number: u128) -> PlanId {
    PlanId::from_uuid(Uuid::from_u128(number))
}

fn file(number: u128) -> FileId {
    FileId::from_uuid(Uuid::from_u128(number))
}

fn step(number: u128) -> Step {
    Step {
        file_id: file(number),
        version: 2,
        state: FileState::Present,
        root_id: RootId::LIBRARY,
        path: format!("a/{number}.mp4"),
        size_bytes: 7,
        blake3: "00".repeat(32),
        stamp: None,
        to: None,
        sidecars: Vec::new(),
        by: None,
    }
}

fn made(goal: Goal) -> [Event; 2] {
    let spared = vec![Spared { file_id: file(3), reason: SparedFor::State(FileState::Lost) }];
    [
        Event::Made { goal, file_count: 2, size_bytes: 14, spared_count: 1 },
        Event::Listed { steps: vec![step(1), step(2)], spared },
    ]
}

fn planned(rows: &mut Rows<PlanView>, touch: Option<Touch>) -> Vec<StepRow> {
    let filter = StepFilter { plan_id: id(1), touch };
    rows.read(|rows| {
        Ok(steps(rows, filter, &PageRequest::front(9))?.rows.into_iter().map(|(_, row)| row).collect())
    })
}

#[test]
fn a_plan_shows_what_becomes_of_each_file_and_what_became_of_it() {
    let mut rows = Rows::<PlanView>::new();
    rows.feed::<Plan>(id(1).uuid(), made(Goal::DeleteFiles {}));
    let shown = rows.read(|rows| plan(rows, id(1))).unwrap();
    assert_eq!((shown.goal.as_str(), shown.state, shown.file_count), ("delete_files", PlanState::Ready, 2));
    assert_eq!((shown.size_bytes, shown.spared_count, shown.made_at), (14, 1, at(1)));
    let files = planned(&mut rows, None);
    let touches: Vec<_> = files.iter().map(|row| (row.file_id, row.touch)).collect();
    assert_eq!(touches, [(file(1), Touch::Planned), (file(2), Touch::Planned), (file(3), Touch::Spared)]);
    assert_eq!((files[0].path.as_deref(), files[0].version), (Some("a/1.mp4"), 2));
    assert_eq!(files[2].spared, Some(SparedFor::State(FileState::Lost)));
    let left = vec![Left { file_id: file(2), reason: LeftFor::Otherwise }];
    let job_id = samples::JOB;
    let applied = [Event::ApplyRequested { job_id }, Event::Applied { job_id, left }];
    rows.feed::<Plan>(id(1).uuid(), applied);
    let shown = rows.read(|rows| plan(rows, id(1))).unwrap();
    assert_eq!((shown.state, shown.left_count, shown.job_id), (PlanState::Applied, 1, Some(job_id)));
    let left = planned(&mut rows, Some(Touch::Left));
    assert_eq!((left.len(), left[0].file_id, left[0].left), (1, file(2), Some(LeftFor::Otherwise)));
    rows.feed::<Plan>(
        id(1).uuid(),
        [Event::UndoRequested { job_id }, Event::Stopped { job_id, failure: None }],
    );
    assert_eq!(
        rows.read(|rows| plan(rows, id(1))).unwrap().state,
        PlanState::Applied,
        "it can be taken back still"
    );
}

#[test]
fn plans_are_listed_newest_first_and_by_state() {
    let mut rows = Rows::<PlanView>::new();
    let playlist_id = PlaylistId::from_uuid(Uuid::from_u128(9));
    let unfollow = Goal::Unfollow {
        playlist_id,
        version: 3,
        followed: Box::default(),
        ended_jobs: vec![JobId::from_uuid(Uuid::from_u128(5))],
    };
    rows.feed::<Plan>(id(1).uuid(), made(Goal::DeleteFiles {}));
    rows.feed::<Plan>(id(2).uuid(), made(unfollow));
    rows.feed::<Plan>(id(1).uuid(), [Event::ApplyRequested { job_id: samples::JOB }]);
    let mut of = |state| {
        rows.read(|rows| {
            let page = plans(rows, PlanField::DEFAULT, state, &PageRequest::front(9).counted())?;
            assert_eq!(page.total, Some(page.rows.len() as u64));
            Ok(page
                .rows
                .into_iter()
                .map(|(_, row)| (row.id, row.playlist_id, row.ended_job_count))
                .collect::<Vec<_>>())
        })
    };
    assert_eq!(of(None), [(id(2), Some(playlist_id), 1), (id(1), None, 0)]);
    assert_eq!(of(Some(PlanState::Applying)), [(id(1), None, 0)]);
    let mut found = rows.read(|rows| plans_by_id(rows, &[id(2), id(7), id(1)]));
    found.sort_by_key(|row| row.id);
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [id(1), id(2)]);
}

// PL-41.
#[test]
fn no_query_reads_a_table_from_end_to_end() {
    let mut rows = Rows::<PlanView>::new();
    rows.feed::<Plan>(id(1).uuid(), made(Goal::DeleteFiles {}));
    for state in [None, Some(PlanState::Ready)] {
        assert_listed(&mut rows, PlanField::MadeAt.by(), |rows, request| {
            plans(rows, PlanField::DEFAULT, state, request)
        });
    }
    for touch in [None, Some(Touch::Planned)] {
        assert_listed(&mut rows, StepField::Place.by(), |rows, request| {
            steps(rows, StepFilter { plan_id: id(1), touch }, request)
        });
    }
    assert_indexed(&mut rows, |rows| plans_by_id(rows, &[id(1), id(2)]));
}
