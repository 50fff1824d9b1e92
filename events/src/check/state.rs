use mediary_schema::{
    CheckId, IncidentId, RunId, Timestamp,
    check::{Definition, Reason, Report, Verdict},
};

use super::Event;

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// What it does; none if there is no such check, or not any more.
    pub plan: Option<Plan>,
    /// What was found last.
    pub verdict: Verdict,
    /// Why nobody can say, if so; none if nobody has looked yet.
    pub reason: Option<Reason>,
    /// What was seen when that turned.
    pub message: String,
    /// Since when it is so; none if nobody has looked yet.
    pub since: Option<Timestamp>,
    /// The look that somebody wants and that is not over.
    pub requested: Option<RunId>,
    /// What is wrong, if anything is.
    pub incident: Option<Incident>,
    /// Until when nobody is told, as somebody said last: it may be over.
    pub snoozed_until: Option<Timestamp>,
    /// What was reported last.
    pub report: Option<Box<Report>>,
}

/// What a check does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What people call it.
    pub name: String,
    /// What is looked at, how and when.
    pub definition: Definition,
    /// The file that it is said in; none if it is said by command.
    pub file: Option<String>,
    /// Moments count that come after this one.
    pub since: Timestamp,
    /// Whether it waits to be resumed.
    pub is_paused: bool,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The check of which it is a consequence, if it is one.
    pub behind: Option<CheckId>,
    /// Whether somebody knows of it.
    pub is_acknowledged: bool,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event.clone() {
            Event::Defined { name, definition, since, file } => {
                let is_paused = self.plan.as_ref().is_some_and(|plan| plan.is_paused);
                self.plan = Some(Plan { name, definition: *definition, file, since, is_paused });
            }
            Event::Paused {} => self.change(|plan| plan.is_paused = true),
            Event::Resumed { since } => self.change(|plan| (plan.is_paused, plan.since) = (false, since)),
            Event::Removed {} => *self = Self::default(),
            Event::RunRequested { run_id, .. } => self.requested = Some(run_id),
            Event::RunEnded { .. } => self.requested = None,
            Event::Turned { verdict, reason, message, at, run_id: _ } => {
                if verdict != self.verdict || self.since.is_none() {
                    self.since = Some(at);
                }
                (self.verdict, self.reason, self.message) = (verdict, reason, message);
            }
            Event::IncidentOpened { incident_id, behind, .. } => {
                self.incident = Some(Incident { id: incident_id, behind, is_acknowledged: false });
            }
            Event::IncidentDetached { .. } => self.of_incident(|incident| incident.behind = None),
            Event::IncidentReminded { .. } => {}
            Event::IncidentClosed { .. } => self.incident = None,
            Event::Acknowledged { .. } => self.of_incident(|incident| incident.is_acknowledged = true),
            Event::Snoozed { until } => self.snoozed_until = until,
            Event::Reported { report } => self.report = Some(report),
        }
    }

    /// Until when nobody is told, if that is to come.
    pub(super) fn snoozed_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.snoozed_until.filter(|until| *until > now)
    }

    fn change(&mut self, change: impl FnOnce(&mut Plan)) {
        if let Some(plan) = &mut self.plan {
            change(plan);
        }
    }

    fn of_incident(&mut self, change: impl FnOnce(&mut Incident)) {
        if let Some(incident) = &mut self.incident {
            change(incident);
        }
    }
}
