use std::sync::Arc;

use mediary_actors::supervisor::{ChildState, ChildStatus};
use mediary_api::{
    Parts, Readiness,
    scalar::DateTime,
    worker::{Part, PartState},
};
use mediary_events::lane;
use mediary_log::{
    Log, Proof,
    fanout::{RelayHandle, RelayStatus},
    work::REGISTRY,
};
use mediary_projections::{ViewStatus, Views, job::JobView, telemetry::Telemetry};
use mediary_schema::{
    RootId,
    job::{JobState, WorkKind},
    root::{Standing, Standings},
    scope::Scope,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

/// Events that a view may be behind and still count as caught up.
const LAG_MAX: u64 = 1_000;

/// What work needs of the world.
pub(super) struct World {
    /// Which lanes are held.
    pub(super) lanes: watch::Receiver<lane::State>,
    /// Which roots are there.
    pub(super) standings: watch::Receiver<Standings>,
}

/// Asks every part how it is.
pub(super) fn readiness(
    log: &Log,
    views: &Views,
    world: World,
    relay: Option<&RelayHandle>,
    proof: watch::Receiver<Proof>,
    status: watch::Receiver<Vec<ChildStatus>>,
) -> Arc<dyn Fn() -> Readiness + Send + Sync> {
    let (log, views) = (log.clone(), views.clone());
    let World { lanes, standings } = world;
    let relay = relay.map(RelayHandle::watch);
    Arc::new(move || {
        let head = log.head().position;
        let mut readiness =
            Readiness { is_ready: true, parts: vec![("log".to_owned(), format!("open at {head}"))] };
        let proof = proof.borrow().clone();
        readiness.is_ready &= matches!(proof, Proof::Running { .. } | Proof::Whole { .. });
        readiness.parts.push((PROOF.to_owned(), proof_state(&proof)));
        for view in views.all() {
            let status = view.status();
            let lag = head.saturating_sub(status.position);
            let state = match &status.fault {
                Some(fault) => format!("stopped at {}: {}", fault.position, fault.code),
                None if status.trouble.is_some() => format!("trying again, {lag} events behind"),
                None if !status.is_fed => format!("an older version serves, {lag} events behind"),
                None if lag > LAG_MAX => format!("{lag} events behind"),
                None => "current".to_owned(),
            };
            readiness.is_ready &= status.fault.is_none() && status.trouble.is_none() && lag <= LAG_MAX;
            readiness.parts.push((format!("view {}", status.name), state));
        }
        // A disk that is not mounted is no fault of the server: what needs it waits.
        readiness.parts.extend(roots_state(&standings.borrow()));
        // Work that waits is no fault of the server. Hosts are not named to whoever has no token.
        let holds = &lanes.borrow().holds;
        if !holds.is_empty() {
            let disk = holds.iter().filter(|hold| !hold.lane.is_host()).map(|hold| hold.reason.to_string());
            let hosts = holds.iter().filter(|hold| hold.lane.is_host()).count();
            let sources = (hosts > 0).then(|| format!("{hosts} sources asked for a pause"));
            let told: Vec<String> = disk.chain(sources).collect();
            readiness.parts.push(("work".to_owned(), format!("waits: {}", told.join(", "))));
        }
        // A halted part is no condition: the others go on, and so does whoever asks.
        for child in status.borrow().iter() {
            readiness.parts.push((format!("actor {}", child.name), state_name(&child.state).to_owned()));
        }
        // NATS is no condition: an outage stops nothing, and is caught up (PL-60).
        let nats = relay.as_ref().map(|relay| relay.borrow().clone());
        let state = nats.map_or_else(|| "off".to_owned(), |status| nats_state(&status));
        readiness.parts.push(("nats".to_owned(), state));
        readiness
    })
}

/// Whether the library is there, and how many other roots are not: they are not named to whoever has no token.
fn roots_state(standings: &Standings) -> impl Iterator<Item = (String, String)> + use<> {
    let library = standings.get(&RootId::LIBRARY).copied().unwrap_or_default();
    let others = standings.iter().filter(|(id, _)| **id != RootId::LIBRARY);
    let away = others.filter(|(_, standing)| **standing == Standing::Away).count();
    let others = (away > 0).then(|| ("roots".to_owned(), format!("{away} of {} not there", standings.len())));
    std::iter::once((LIBRARY.to_owned(), library.text().to_owned())).chain(others)
}

/// The part of the readiness that says whether the library is there.
pub(crate) const LIBRARY: &str = "library";
/// The part of the readiness that says whether the log holds.
pub(crate) const PROOF: &str = "log proof";

fn proof_state(proof: &Proof) -> String {
    match proof {
        Proof::Running { position, head } => format!("whole up to {position}, of {head}"),
        Proof::Whole { position } => format!("whole up to {position}"),
        Proof::Damaged { damage } => match damage.position() {
            Some(position) => format!("damaged at {position}: {}", damage.code()),
            None => format!("damaged: {}", damage.code()),
        },
        Proof::Unread { .. } => "could not be read".to_owned(),
    }
}

/// Without the trouble itself: it names addresses, and this is answered without a token.
fn nats_state(status: &RelayStatus) -> String {
    let place = format!("{} at {}", status.state.name(), status.position);
    match status.reason {
        Some(reason) => format!("{place}: {reason}"),
        None => place,
    }
}

/// Writes the metrics; those that are read off something are read now.
pub(super) fn metrics(
    recorder: PrometheusHandle,
    log: &Log,
    views: &Views,
    telemetry: &Telemetry,
) -> Arc<dyn Fn() -> String + Send + Sync> {
    let (log, views, telemetry) = (log.clone(), views.clone(), telemetry.clone());
    Arc::new(move || {
        metrics::gauge!("mediary_telemetry_series").set(telemetry.series_count() as f64);
        metrics::gauge!("mediary_telemetry_size_bytes").set(telemetry.size_bytes() as f64);
        metrics::gauge!("mediary_log_size_bytes").set(log.size_bytes() as f64);
        for count in log.counts().unwrap_or_default() {
            let labels = [("concern", count.category.clone())];
            metrics::gauge!("mediary_log_category_events", &labels).set(count.events as f64);
            metrics::gauge!("mediary_log_category_bytes", &labels).set(count.bytes as f64);
        }
        let head = log.head().position;
        for view in views.all() {
            let ViewStatus { name, position, .. } = view.status();
            metrics::gauge!("mediary_view_position", "view" => name).set(position as f64);
            metrics::gauge!("mediary_view_lag_events", "view" => name)
                .set(head.saturating_sub(position) as f64);
        }
        let counted =
            views.of::<JobView>().read_blocking(Scope::of_platform(), mediary_projections::job::counts);
        // What can't be read now has no number; zero would be one.
        for (kind, state, number) in counted.map(|counted| of_all(&counted)).unwrap_or_default() {
            let labels = [("kind", kind.to_string()), ("state", state.name().to_owned())];
            metrics::gauge!("mediary_jobs", &labels).set(number as f64);
        }
        recorder.run_upkeep();
        recorder.render()
    })
}

/// A number for each kind in each state: a combination that is gone has none, and its gauge would keep the last for ever.
fn of_all(counted: &[(String, JobState, u64)]) -> Vec<(WorkKind, JobState, u64)> {
    let number = |kind: WorkKind, state: JobState| {
        let of_both = |(name, of, _): &&(String, JobState, u64)| *name == kind.name() && *of == state;
        counted.iter().find(of_both).map_or(0, |(_, _, number)| *number)
    };
    let both =
        |kind: WorkKind| JobState::ALL.into_iter().map(move |state| (kind, state, number(kind, state)));
    REGISTRY.work_kinds().into_iter().flat_map(both).collect()
}

/// How the parts of the worker are, for people.
pub(super) fn parts(status: watch::Receiver<Vec<ChildStatus>>) -> Parts {
    Parts::new(move || status.borrow().iter().map(part).collect())
}

fn part(child: &ChildStatus) -> Part {
    let (state, reason) = match &child.state {
        ChildState::Starting => (PartState::Starting, None),
        ChildState::Running => (PartState::Running, None),
        ChildState::Restarting(reason) => (PartState::Restarting, Some(reason.clone())),
        ChildState::Halted(reason) => (PartState::Halted, Some(reason.clone())),
    };
    Part { name: child.name.to_owned(), state, reason, since: DateTime(child.since) }
}

/// Without the reason itself: this is answered without a token.
const fn state_name(state: &ChildState) -> &'static str {
    match state {
        ChildState::Starting => "starting",
        ChildState::Running => "running",
        ChildState::Restarting(_) => "restarting",
        ChildState::Halted(_) => "halted",
    }
}

#[cfg(test)]
mod tests {
    use mediary_log::fanout::RelayState;

    use super::*;

    #[test]
    fn readiness_says_why_nats_waits_and_names_nobody() {
        let status = RelayStatus {
            state: RelayState::Waiting,
            position: 0,
            reason: Some("the stream there belongs to another log"),
            trouble: Some("failed to use the stream of nats://10.0.0.7:4222".to_owned()),
            advice: None,
        };
        assert_eq!(nats_state(&status), "waiting at 0: the stream there belongs to another log");
    }
}
