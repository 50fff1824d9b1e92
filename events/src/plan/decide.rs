use mediary_schema::{
    account::Permission,
    plan::{Goal, PlanState, Replacement, Spared, SparedFor, Step},
};

use super::{Command, Event, State};
use crate::{Concern, EventKind, Stored, Subjects};

/// The kernel part `plan`.
#[derive(Debug)]
pub struct Plan;

/// How many of what is otherwise are told in a refusal.
const TOLD_MAX: usize = 5;

/// Why a command on a plan is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such plan.
    #[error("there is no such plan")]
    NotFound,
    /// Nothing of what was named can be done.
    #[error("there is nothing to do: {}", told(why))]
    Nothing {
        /// Why each thing that was named stays as it is.
        why: Vec<String>,
    },
    /// It touches more than one append may say.
    #[error("it would touch {count} files; at most {} are touched at once", Step::MAX)]
    TooLarge {
        /// How many files.
        count: usize,
    },
    /// Something is otherwise than it was planned for.
    #[error("nothing was touched, since {} otherwise than planned: {}", are(what.len()), told(what))]
    Outdated {
        /// What.
        what: Vec<String>,
    },
    /// It is being done, or taken back.
    #[error("it is {} just now", state.name())]
    Busy {
        /// Which of both.
        state: PlanState,
    },
    /// It was taken back.
    #[error("it was taken back")]
    Undone,
    /// Nothing was done by it.
    #[error("nothing was done by it that could be taken back")]
    NotApplied,
    /// What was taken out of the trash is put into it by another plan.
    #[error("what came back out of the trash is not taken back")]
    Final,
    /// No job comes of what is only planned.
    #[error("a plan that isn't carried out at once starts no job")]
    TicketOfNothing,
    /// Another job is at it, or none.
    #[error("no such job is at the plan")]
    Stale,
}

fn told(what: &[String]) -> String {
    let told = what[..what.len().min(TOLD_MAX)].join("; ");
    match what.len().saturating_sub(TOLD_MAX) {
        0 => told,
        more => format!("{told}; and {more} more"),
    }
}

fn are(count: usize) -> String {
    if count == 1 { "one thing is".to_owned() } else { format!("{count} things are") }
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "PLAN_NOT_FOUND",
            Self::Nothing { .. } => "PLAN_NOTHING",
            Self::TooLarge { .. } => "PLAN_TOO_LARGE",
            Self::Outdated { .. } => "PLAN_OUTDATED",
            Self::Busy { .. } => "PLAN_BUSY",
            Self::Undone => "PLAN_UNDONE",
            Self::NotApplied => "PLAN_NOT_APPLIED",
            Self::Final => "PLAN_FINAL",
            Self::TicketOfNothing => "PLAN_TICKET_OF_NOTHING",
            Self::Stale => "PLAN_STALE",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::NotFound => "`mediary plan list` shows those that there are",
            Self::Nothing { .. } | Self::Stale => return None,
            Self::TooLarge { .. } => "make several plans of fewer files",
            Self::Outdated { .. } => "make the plan anew: it says then what would be done now",
            Self::Busy { .. } => "wait for its job, or end it: `mediary plan show` says which that is",
            Self::Undone => "make the plan anew",
            Self::NotApplied => "`mediary plan apply` does what it says",
            Self::Final => "`mediary file delete` puts the files back into the trash",
            Self::TicketOfNothing => "say it with `plan.apply`, or with `apply` at once",
        };
        Some(advice.to_owned())
    }
}

impl Concern for Plan {
    const NAME: &'static str = "plan";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("made", 2, 1)
            .says("It was made; what becomes of each file is told with it, a page at a time.")
            .about(&["playlist"]),
        EventKind::new("listed", 1, 1).says("A page of what becomes of files."),
        EventKind::new("apply_requested", 1, 0).says("Somebody wants it done.").about(&["job"]),
        EventKind::new("applied", 2, 0).says("It was done.").about(&["job"]),
        EventKind::new("undo_requested", 1, 0).says("Somebody wants it taken back.").about(&["job"]),
        EventKind::new("undone", 2, 0).says("It was taken back.").about(&["job"]),
        EventKind::new("stopped", 1, 0)
            .says("The job came to nothing, or was ended in the middle: what it did until then is done.")
            .about(&["job"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Make { .. } | Command::Apply { .. } | Command::Undo { .. } => Permission::DELETE,
            Command::Finish { .. } | Command::Stop { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        let Some((goal, now)) = state.goal.as_ref().zip(state.state) else {
            return match command {
                Command::Make { goal, steps, spared } => make(goal, &steps, &spared),
                Command::Apply { .. }
                | Command::Undo { .. }
                | Command::Finish { .. }
                | Command::Stop { .. } => Err(Rejection::NotFound),
            };
        };
        match (command, now) {
            (Command::Undo { .. }, _) if !goal.can_be_undone() => Err(Rejection::Final),
            // The command repeated makes no second one, and what is done or being done is not done twice.
            (Command::Make { .. }, _)
            | (Command::Apply { .. }, PlanState::Applying | PlanState::Applied)
            | (Command::Undo { .. }, PlanState::Undoing | PlanState::Undone) => Ok(vec![]),
            (Command::Apply { job_id }, PlanState::Ready | PlanState::Stopped) => {
                Ok(vec![Event::ApplyRequested { job_id }])
            }
            (Command::Apply { .. }, PlanState::Undone) => Err(Rejection::Undone),
            (Command::Undo { job_id }, PlanState::Applied | PlanState::Stopped) => {
                Ok(vec![Event::UndoRequested { job_id }])
            }
            (Command::Undo { .. }, PlanState::Ready) => Err(Rejection::NotApplied),
            (Command::Apply { .. }, PlanState::Undoing) | (Command::Undo { .. }, PlanState::Applying) => {
                Err(Rejection::Busy { state: now })
            }
            (Command::Finish { job_id, left }, PlanState::Applying) if state.job_id == Some(job_id) => {
                Ok(vec![Event::Applied { job_id, left }])
            }
            (Command::Finish { job_id, left }, PlanState::Undoing) if state.job_id == Some(job_id) => {
                Ok(vec![Event::Undone { job_id, left }])
            }
            (Command::Stop { job_id, failure }, PlanState::Applying | PlanState::Undoing)
                if state.job_id == Some(job_id) =>
            {
                Ok(vec![Event::Stopped { job_id, failure }])
            }
            (Command::Finish { .. } | Command::Stop { .. }, _) => Err(Rejection::Stale),
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        event.subjects()
    }

    /// The second forms know more of what a plan is for, and of why a file was not touched; the first are read as they are.
    fn upcast(stored: Stored) -> Vec<Stored> {
        let payload = stored.payload.clone();
        vec![stored.next(payload)]
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    fn state_bytes(state: &State) -> usize {
        let text = |step: &Step| {
            let beside = step.sidecars.iter().map(|sidecar| size_of_val(sidecar) + sidecar.blake3.len());
            let by = |by: &Replacement| size_of::<Replacement>() + by.path.len() + by.blake3.len();
            step.path.len()
                + step.by.as_deref().map_or(0, by)
                + step.blake3.len()
                + step.to.as_ref().map_or(0, String::len)
                + beside.sum::<usize>()
        };
        size_of_val(state)
            + state.steps.iter().map(|step| size_of::<Step>() + text(step)).sum::<usize>()
            + state.spared.len() * size_of::<Spared>()
    }
}

/// A plan, and what becomes of each file in pages. That a list has no files of its own is no reason not to follow it no
/// longer.
fn make(goal: Goal, steps: &[Step], spared: &[Spared]) -> Result<Vec<Event>, Rejection> {
    if steps.len() > Step::MAX {
        return Err(Rejection::TooLarge { count: steps.len() });
    }
    if steps.is_empty() && !matches!(goal, Goal::Unfollow { .. }) {
        return Err(Rejection::Nothing { why: spared.iter().map(why).collect() });
    }
    let made = Event::Made {
        goal,
        file_count: steps.len() as u32,
        size_bytes: steps.iter().map(Step::moved_bytes).sum(),
        spared_count: spared.len() as u32,
    };
    let files =
        steps.chunks(Event::PAGE).map(|page| Event::Listed { steps: page.to_vec(), spared: Vec::new() });
    let rest =
        spared.chunks(Event::PAGE).map(|page| Event::Listed { steps: Vec::new(), spared: page.to_vec() });
    Ok(std::iter::once(made).chain(files).chain(rest).collect())
}

fn why(Spared { file_id, reason }: &Spared) -> String {
    match reason {
        SparedFor::State(state) => format!("{file_id} is {}", state.name()),
        SparedFor::Playlist(playlist_id) => format!("{file_id} is kept for {playlist_id}, too"),
        SparedFor::InPlace {} => format!("{file_id} has its name already"),
        SparedFor::NoLayout {} => format!("no layout has a name for {file_id}"),
    }
}
