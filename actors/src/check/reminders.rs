//! When what is wrong is told again: after the check's own time, and once a time is over in which nobody wanted to hear of it.

use std::time::Duration;

use mediary_events::check::Event;
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate, Refusal},
    work,
};
use mediary_schema::{CheckId, ProjectId, Timestamp};
use ractor::ActorRef;
use uuid::Uuid;

use super::{
    actor::{Message, State},
    roster::Watched,
};

/// The wait before trying again when the log takes nothing.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// So much later it is looked again whether it is to be told, while it is in maintenance, or if that it was told is lost.
const LATER: Duration = Duration::from_mins(1);

impl Watched {
    /// When it is told again, after something happened at a moment.
    pub(super) fn told_again_after(&self, event: &Event, at: Timestamp) -> Option<Timestamp> {
        let repeat =
            self.definition.alerting.repeat_seconds.map(|seconds| Duration::from_secs(seconds.into()));
        let again = repeat.map(|repeat| at.after(repeat));
        let is_told = self.incident.is_some_and(|wrong| !wrong.is_behind);
        match event {
            Event::IncidentOpened { behind: None, snoozed_until, .. }
            | Event::IncidentDetached { snoozed_until, .. } => {
                snoozed_until.filter(|until| *until > at).or(again)
            }
            Event::IncidentReminded { .. } => again,
            Event::Snoozed { until } if is_told => until.or(again),
            Event::IncidentOpened { behind: Some(_), .. }
            | Event::IncidentClosed { .. }
            | Event::Acknowledged { .. }
            | Event::Snoozed { .. }
            | Event::Paused {} => None,
            Event::Defined { .. }
            | Event::Resumed { .. }
            | Event::Removed {}
            | Event::RunRequested { .. }
            | Event::RunEnded { .. }
            | Event::Turned { .. }
            | Event::Reported { .. } => self.told_again_at(),
        }
    }
}

impl State {
    /// Tells again what is to be told again by now.
    pub(super) fn remind(&mut self, myself: &ActorRef<Message>, now: Timestamp) {
        for id in self.roster.to_be_told_again(now) {
            let later = now.after(LATER);
            self.roster.tell_again(id, Some(later));
            let Some(watched) = self.roster.get(id) else { continue };
            if watched.definition.is_in_maintenance(now) {
                continue;
            }
            self.reminding.insert(id, later);
            let (gate, runner, project) = (self.arguments.gate.clone(), myself.clone(), watched.project);
            self.tasks.spawn(async move {
                let reminded = remind(&gate, project, id).await;
                // A runner that is gone finds it due when it is there.
                runner.cast(Message::Reminded(id, reminded)).ok();
            });
        }
    }

    /// It was told again, or there was nothing to tell.
    pub(super) fn reminded(&mut self, id: CheckId, reminded: Result<(), String>) {
        let later = self.reminding.remove(&id);
        // What was recorded of it is read by now, and says when it is told the next time; nothing was, if that is as it was.
        if later.is_some() && self.roster.get(id).and_then(Watched::told_again_at) == later {
            self.roster.tell_again(id, None);
        }
        if let Err(reason) = reminded {
            tracing::warn!(check_id = %id, reason, "what is wrong can't be told again");
        }
    }
}

async fn remind(gate: &Gate, project: ProjectId, id: CheckId) -> Result<(), String> {
    let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
    loop {
        let caller = Caller::platform(origin, gate.ids()).within(project);
        match gate.transact(caller, move |story| work::check::remind(story, id)).await {
            Ok(_) => return Ok(()),
            Err(refusal) if refusal.is_retryable() && !matches!(refusal, Refusal::Stopping) => {
                tokio::time::sleep(RETRY_AFTER).await;
            }
            Err(refusal) => return Err(refusal.to_string()),
        }
    }
}
