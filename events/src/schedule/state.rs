use mediary_schema::{
    Label, PrincipalId, Timestamp, TokenId,
    schedule::{Rhythm, ScheduledCommand},
};

use super::Event;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// What it does; none if there is no such schedule, or not any more.
    pub plan: Option<Plan>,
}

/// What a schedule does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What people call it.
    pub name: Label,
    /// At which moments.
    pub rhythm: Rhythm,
    /// What is done.
    pub command: ScheduledCommand,
    /// As whom.
    pub principal: PrincipalId,
    /// By which token.
    pub token_id: TokenId,
    /// Every moment up to this one was done, or does not count.
    pub since: Timestamp,
    /// Whether it waits to be resumed.
    pub is_paused: bool,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event.clone() {
            Event::Added { name, rhythm, command, principal, token_id, since } => {
                let is_paused = false;
                self.plan = Some(Plan { name, rhythm, command, principal, token_id, since, is_paused });
            }
            Event::Removed {} => self.plan = None,
            Event::Paused {} => self.change(|plan| plan.is_paused = true),
            Event::Resumed { principal, token_id, since } => self.change(|plan| {
                (plan.principal, plan.token_id, plan.since) = (principal, token_id, since);
                plan.is_paused = false;
            }),
            Event::Fired { moment, .. } => self.change(|plan| plan.since = moment.unwrap_or(plan.since)),
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Plan)) {
        if let Some(plan) = &mut self.plan {
            change(plan);
        }
    }
}
