use mediary_schema::{
    JobId,
    plan::{Goal, PlanState, Spared, Step, Way},
};

use super::Event;

/// A plan as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_field_names, reason = "a plan's state is what everybody calls it")]
pub struct State {
    /// What it is for; none if there is no such plan.
    pub goal: Option<Goal>,
    /// How far it is.
    pub state: Option<PlanState>,
    /// What becomes of each file.
    pub steps: Vec<Step>,
    /// Files that stay where they are.
    pub spared: Vec<Spared>,
    /// The job that does it or takes it back, or did so last.
    pub job_id: Option<JobId>,
}

impl State {
    /// Where its files go while a job is at it.
    pub fn way(&self) -> Option<Way> {
        let way = self.goal.as_ref()?.way();
        Some(if self.state == Some(PlanState::Undoing) { way.back() } else { way })
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Made { goal, .. } => {
                (self.goal, self.state) = (Some(goal.clone()), Some(PlanState::Ready));
            }
            Event::Listed { steps, spared } => {
                self.steps.extend(steps.iter().cloned());
                self.spared.extend(spared.iter().cloned());
            }
            Event::ApplyRequested { job_id } => {
                (self.state, self.job_id) = (Some(PlanState::Applying), Some(*job_id));
            }
            Event::Applied { .. } => self.state = Some(PlanState::Applied),
            Event::UndoRequested { job_id } => {
                (self.state, self.job_id) = (Some(PlanState::Undoing), Some(*job_id));
            }
            Event::Undone { .. } => self.state = Some(PlanState::Undone),
            // The rest of a taking back is a taking back.
            Event::Stopped { .. } if self.state == Some(PlanState::Undoing) => {
                self.state = Some(PlanState::Applied);
            }
            Event::Stopped { .. } => self.state = Some(PlanState::Stopped),
        }
    }
}
