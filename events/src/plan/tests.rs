mod history;

use mediary_schema::{
    FileId, JobId, PlaylistId, RootId,
    file::FileState,
    layout::{Sidecar, SidecarKind},
    plan::{Goal, Left, LeftFor, PlanState, Spared, SparedFor, Step, Way},
};
use uuid::Uuid;

use super::{Command, Event, Plan, Rejection, State};
use crate::{Concern as _, testing::given};

const JOB: JobId = JobId::from_uuid(Uuid::from_u128(1));
const OTHER: JobId = JobId::from_uuid(Uuid::from_u128(2));

fn file(number: usize) -> FileId {
    FileId::from_uuid(Uuid::from_u128(number as u128))
}

fn step(number: usize) -> Step {
    Step {
        file_id: file(number),
        version: 1,
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

fn made(file_count: u32) -> Event {
    Event::Made {
        goal: Goal::DeleteFiles {},
        file_count,
        size_bytes: u64::from(file_count) * 7,
        spared_count: 0,
    }
}

fn listed() -> Event {
    Event::Listed { steps: vec![step(1)], spared: Vec::new() }
}

fn plan(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    [made(1), listed()].into_iter().chain(events).collect()
}

fn make(count: usize) -> Command {
    let steps = (1..=count).map(step).collect();
    Command::Make { goal: Goal::DeleteFiles {}, steps, spared: Vec::new() }
}

fn state(events: impl IntoIterator<Item = Event>) -> State {
    events.into_iter().fold(State::default(), |mut state, event| {
        Plan::evolve(&mut state, &event);
        state
    })
}

#[test]
fn a_plan_says_what_becomes_of_each_file_in_pages() {
    given::<Plan>([]).when(make(1)).then([made(1), listed()]);
    let page = |from, to| Event::Listed { steps: (from..=to).map(step).collect(), spared: Vec::new() };
    given::<Plan>([]).when(make(201)).then([made(201), page(1, 200), page(201, 201)]);
    given::<Plan>(plan([])).when(make(1)).then([]);
    let whole = state([made(201), page(1, 200), page(201, 201)]);
    assert_eq!((whole.steps.len(), whole.state), (201, Some(PlanState::Ready)));
    given::<Plan>([]).when(make(Step::MAX + 1)).rejected(&Rejection::TooLarge { count: 5_001 });
}

// PL-14: what comes into the trash by it is said before.
#[test]
fn the_bytes_of_a_plan_are_those_beside_its_files_too() {
    let beside = Sidecar {
        kind: SidecarKind::Nfo,
        language: None,
        ending: ".nfo".to_owned(),
        size_bytes: 5,
        blake3: "00".repeat(32),
    };
    let steps = vec![Step { sidecars: vec![beside], ..step(1) }];
    let planned = Event::Made { goal: Goal::DeleteFiles {}, file_count: 1, size_bytes: 12, spared_count: 0 };
    let listed = Event::Listed { steps: steps.clone(), spared: Vec::new() };
    let make = Command::Make { goal: Goal::DeleteFiles {}, steps, spared: Vec::new() };
    given::<Plan>([]).when(make).then([planned, listed]);
}

#[test]
fn a_plan_of_nothing_says_why() {
    let playlist_id = PlaylistId::from_uuid(Uuid::from_u128(9));
    let spared = vec![
        Spared { file_id: file(1), reason: SparedFor::State(FileState::Lost) },
        Spared { file_id: file(2), reason: SparedFor::Playlist(playlist_id) },
    ];
    let why = vec![format!("{} is lost", file(1)), format!("{} is kept for {playlist_id}, too", file(2))];
    let empty = Command::Make { goal: Goal::DeleteFiles {}, steps: Vec::new(), spared: spared.clone() };
    given::<Plan>([]).when(empty).rejected(&Rejection::Nothing { why });
    // A list may have no file of its own.
    let goal = Goal::Unfollow { playlist_id, version: 3, followed: Box::default(), ended_jobs: Vec::new() };
    let unfollow = Command::Make { goal: goal.clone(), steps: Vec::new(), spared: spared.clone() };
    let made = Event::Made { goal, file_count: 0, size_bytes: 0, spared_count: 2 };
    given::<Plan>([]).when(unfollow).then([made, Event::Listed { steps: Vec::new(), spared }]);
}

#[test]
fn a_plan_is_done_once_and_taken_back_once() {
    let (apply, undo) = (Command::Apply { job_id: JOB }, Command::Undo { job_id: OTHER });
    let (applying, undoing) = (Event::ApplyRequested { job_id: JOB }, Event::UndoRequested { job_id: OTHER });
    let left = vec![Left { file_id: file(1), reason: LeftFor::Gone }];
    let applied = Event::Applied { job_id: JOB, left: left.clone() };
    let undone = Event::Undone { job_id: OTHER, left: Vec::new() };
    let finish = |job_id, left| Command::Finish { job_id, left };
    given::<Plan>([]).when(apply.clone()).rejected(&Rejection::NotFound);
    given::<Plan>(plan([])).when(apply.clone()).then([applying.clone()]);
    given::<Plan>(plan([])).when(undo.clone()).rejected(&Rejection::NotApplied);
    given::<Plan>(plan([applying.clone()])).when(apply.clone()).then([]);
    let busy = Rejection::Busy { state: PlanState::Applying };
    given::<Plan>(plan([applying.clone()])).when(undo.clone()).rejected(&busy);
    given::<Plan>(plan([applying.clone()])).when(finish(OTHER, Vec::new())).rejected(&Rejection::Stale);
    given::<Plan>(plan([applying.clone()])).when(finish(JOB, left)).then([applied.clone()]);
    let done = || plan([applying.clone(), applied.clone()]);
    given::<Plan>(done()).when(apply.clone()).then([]);
    given::<Plan>(done()).when(undo.clone()).then([undoing.clone()]);
    let back = || done().into_iter().chain([undoing.clone()]);
    given::<Plan>(back()).when(apply.clone()).rejected(&Rejection::Busy { state: PlanState::Undoing });
    given::<Plan>(back()).when(undo.clone()).then([]);
    given::<Plan>(back()).when(finish(OTHER, Vec::new())).then([undone.clone()]);
    given::<Plan>(back().chain([undone.clone()])).when(undo).then([]);
    given::<Plan>(back().chain([undone])).when(apply).rejected(&Rejection::Undone);
    assert_eq!(state(done()).way(), Some(Way::IntoTrash));
    assert_eq!(state(back()).way(), Some(Way::OutOfTrash));
}

// What was done of it can be taken back, or the rest of it be done; what was not taken back can still be.
#[test]
fn a_plan_that_was_ended_in_the_middle_goes_on_either_way() {
    let stop = |job_id| Command::Stop { job_id, failure: None };
    let stopped = |job_id| Event::Stopped { job_id, failure: None };
    let (applying, undoing) = (Event::ApplyRequested { job_id: JOB }, Event::UndoRequested { job_id: OTHER });
    given::<Plan>(plan([applying.clone()])).when(stop(OTHER)).rejected(&Rejection::Stale);
    given::<Plan>(plan([applying.clone()])).when(stop(JOB)).then([stopped(JOB)]);
    let ended = || plan([applying.clone(), stopped(JOB)]);
    given::<Plan>(ended())
        .when(Command::Apply { job_id: OTHER })
        .then([Event::ApplyRequested { job_id: OTHER }]);
    given::<Plan>(ended()).when(Command::Undo { job_id: OTHER }).then([undoing.clone()]);
    let ended_again = ended().into_iter().chain([undoing, stopped(OTHER)]);
    given::<Plan>(ended_again)
        .when(Command::Undo { job_id: JOB })
        .then([Event::UndoRequested { job_id: JOB }]);
}

#[test]
fn what_came_out_of_the_trash_is_not_taken_back() {
    let made = Event::Made { goal: Goal::RestoreFiles {}, file_count: 1, size_bytes: 7, spared_count: 0 };
    let (applying, applied) =
        (Event::ApplyRequested { job_id: JOB }, Event::Applied { job_id: JOB, left: Vec::new() });
    given::<Plan>([made, listed(), applying, applied])
        .when(Command::Undo { job_id: OTHER })
        .rejected(&Rejection::Final);
}

#[test]
fn a_refusal_names_the_first_of_what_is_otherwise() {
    let what = |count: usize| (1..=count).map(|number| format!("file {number} was lost")).collect();
    let one = Rejection::Outdated { what: what(1) };
    assert_eq!(
        one.to_string(),
        "nothing was touched, since one thing is otherwise than planned: file 1 was lost"
    );
    let many = Rejection::Outdated { what: what(7) }.to_string();
    assert!(many.ends_with("file 5 was lost; and 2 more"), "{many}");
}

#[test]
fn the_names_of_its_states_are_stored() {
    for state in PlanState::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.name());
    }
    for reason in LeftFor::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
    }
}
