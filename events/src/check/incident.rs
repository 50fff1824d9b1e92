//! What is wrong with a check: when that begins, is told again, and is over.

use mediary_schema::{CheckId, IncidentId, Timestamp, check::Verdict};

use super::{Event, Plan, State, state::Incident};

pub(super) fn open(
    state: &State,
    plan: &Plan,
    incident_id: IncidentId,
    behind: Option<CheckId>,
    now: Timestamp,
) -> Vec<Event> {
    if state.incident.is_some() || state.verdict != Verdict::Failing {
        return vec![];
    }
    let alerting = &plan.definition.alerting;
    vec![Event::IncidentOpened {
        incident_id,
        severity: alerting.severity,
        message: state.message.clone(),
        behind,
        snoozed_until: state.snoozed_until(now),
        channels: alerting.channels.clone(),
    }]
}

pub(super) fn detach(state: &State, plan: &Plan, now: Timestamp) -> Vec<Event> {
    let Some(incident) = state.incident.filter(|incident| incident.behind.is_some()) else { return vec![] };
    let alerting = &plan.definition.alerting;
    vec![Event::IncidentDetached {
        incident_id: incident.id,
        severity: alerting.severity,
        message: state.message.clone(),
        snoozed_until: state.snoozed_until(now),
        channels: alerting.channels.clone(),
    }]
}

/// Nothing of what somebody knows of, wants to hear nothing of, or is another check's.
pub(super) fn remind(state: &State, plan: &Plan, now: Timestamp) -> Option<Event> {
    let is_told = |incident: &Incident| incident.behind.is_none() && !incident.is_acknowledged;
    let incident = state.incident.filter(is_told)?;
    if plan.is_paused || state.snoozed_until(now).is_some() {
        return None;
    }
    let alerting = &plan.definition.alerting;
    Some(Event::IncidentReminded {
        incident_id: incident.id,
        severity: alerting.severity,
        message: state.message.clone(),
        channels: alerting.channels.clone(),
    })
}

pub(super) fn close(state: &State, plan: &Plan, now: Timestamp) -> Option<Event> {
    state.incident.map(|incident| Event::IncidentClosed {
        incident_id: incident.id,
        message: state.message.clone(),
        behind: incident.behind,
        snoozed_until: state.snoozed_until(now),
        channels: plan.definition.alerting.channels.clone(),
    })
}
