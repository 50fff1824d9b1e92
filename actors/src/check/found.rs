//! What was found: judged, shown, and recorded if it is another thing than before.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate, Refusal, Transaction},
    work::{self, check::Observation},
};
use mediary_schema::{
    CheckId, ProjectId, RunId, Timestamp,
    check::{Beat, BeatKind, Finding, Printed, Reason, Standing, Verdict},
};
use ractor::ActorRef;
use uuid::Uuid;

use super::{
    actor::{Found, Looked, Message, State, Work},
    measured,
};

/// The wait before trying again when the log takes nothing.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// So long after the moment of a report nobody was there to hear it: the machine slept, or the server was not there.
const NOT_LISTENING_AFTER: Duration = Duration::from_secs(10);

impl State {
    pub(super) fn looked(&mut self, myself: &ActorRef<Message>, looked: Looked) {
        let Looked { check_id, run_id, since, begun, took, finding } = looked;
        let Some(watched) = self.roster.get(check_id) else {
            self.done(myself, check_id);
            return;
        };
        if watched.since() != since {
            self.at_work.remove(&check_id);
            let now = self.arguments.alarms.now();
            self.look(myself, check_id, now);
            return;
        }
        let (project, kind) = (watched.project, watched.definition.probe.kind());
        measured::tell(&self.arguments.samples, project, check_id, begun, took, &finding);
        metrics::counter!("mediary_checks_run_total", "kind" => kind, "verdict" => finding.verdict.name())
            .increment(1);
        let took_ms = took.as_millis() as u64;
        self.arguments.checks.change(check_id, |standing| {
            (standing.last_run_at, standing.last_took_ms) = (Some(begun), Some(took_ms));
            standing.last = Some(finding.clone());
        });
        let found = Found { finding, at: begun, run_id: Some(run_id), took_ms };
        if !self.is_news(myself, check_id, found) {
            self.done(myself, check_id);
        }
    }

    /// A report came in.
    pub(super) fn reported(&mut self, myself: &ActorRef<Message>, beat: Beat) {
        let Beat { check_id, kind, printed: Printed { message, values }, at } = beat;
        let Some(watched) = self.roster.get(check_id).filter(|watched| watched.reports_by_itself()) else {
            return;
        };
        let (project, definition) = (watched.project, watched.definition.clone());
        // Whoever does not say when it begins takes no time.
        let took = watched.begun().map(|begun| at.since(begun)).unwrap_or_default();
        let said = |words: &str| if message.is_empty() { words.to_owned() } else { message.clone() };
        let finding = match kind {
            BeatKind::Success | BeatKind::Exit(0) => Finding::ok(said("reported")),
            BeatKind::Fail => Finding::failing(said("reported a failure")),
            BeatKind::Exit(code) => Finding::failing(said(&format!("reported exit {code}"))),
            BeatKind::Start => {
                self.roster.begins(check_id, at);
                self.show(check_id);
                return;
            }
            BeatKind::Log => {
                // What it says is shown; how it is stays as it was.
                self.arguments.checks.change(check_id, |standing| {
                    if let Some(last) = standing.last.as_mut().filter(|_| !message.is_empty()) {
                        last.message.clone_from(&message);
                    }
                });
                return;
            }
        };
        let finding = finding.with(values).within(&definition.thresholds);
        let finding = if definition.is_inverted { finding.inverted() } else { finding };
        self.roster.looked(check_id, at);
        measured::tell(&self.arguments.samples, project, check_id, at, took, &finding);
        let took_ms = took.as_millis() as u64;
        let (last_run_at, last_took_ms) = (Some(at), Some(took_ms).filter(|took_ms| *took_ms > 0));
        let standing =
            Standing { last_run_at, last: Some(finding.clone()), last_took_ms, ..Standing::default() };
        self.arguments.checks.set(check_id, standing);
        self.show(check_id);
        let run_id = RunId::from_uuid(self.arguments.gate.ids().next());
        self.reported_so(myself, check_id, Found { finding, at, run_id: Some(run_id), took_ms });
    }

    /// The moment of a report went by without one.
    pub(super) fn missed(&mut self, myself: &ActorRef<Message>, id: CheckId, now: Timestamp) {
        let Some(watched) = self.roster.get(id) else { return };
        let was_heard = watched
            .next()
            .is_some_and(|moment| moment >= self.started_at && now.since(moment) < NOT_LISTENING_AFTER);
        let (verdict, is_inverted) = (watched.verdict, watched.definition.is_inverted);
        let began = watched.begun().is_some();
        self.roster.listen_anew(id, now);
        self.show(id);
        let finding = if was_heard {
            let silent = if began { "it began, and did not end in time" } else { "no report came in time" };
            let silent = Finding::failing(silent);
            if is_inverted { silent.inverted() } else { silent }
        } else if verdict == Verdict::Ok {
            Finding::unknown(Reason::NotListening, "nobody was there to hear a report")
        } else {
            // What was wrong before is not better for that.
            return;
        };
        self.reported_so(myself, id, Found { finding, at: now, run_id: None, took_ms: 0 });
    }

    /// What came in by itself, after what came before it.
    fn reported_so(&mut self, myself: &ActorRef<Message>, id: CheckId, found: Found) {
        if self.at_work.contains_key(&id) {
            self.waiting.entry(id).or_default().push_back(found);
        } else {
            self.is_news(myself, id, found);
        }
    }

    /// Records what was found if that says anything new, after looks at what it depends on if it is wrong; answers whether it
    /// does.
    fn is_news(&mut self, myself: &ActorRef<Message>, id: CheckId, found: Found) -> bool {
        let Found { finding, at, run_id, took_ms } = found;
        let is_wrong = self.roster.judge(id, at, finding.verdict);
        let Some(watched) = self.roster.get(id) else { return false };
        let turns =
            !watched.is_known || (finding.verdict, finding.reason) != (watched.verdict, watched.reason);
        let begins_or_ends = is_wrong != watched.incident.is_some();
        let is_behind = watched.incident.is_some_and(|wrong| wrong.is_behind);
        let is_wanted = run_id.is_some() && watched.requested.is_some();
        if !(turns || begins_or_ends || is_wanted || (is_wrong && is_behind)) {
            return false;
        }
        let observation = Observation { finding, at, run_id, took_ms, is_wrong };
        let on: BTreeSet<CheckId> = if is_wrong && watched.incident.is_none() {
            let depends_on = watched.definition.depends_on.clone();
            depends_on.into_iter().filter(|of| *of != id && self.is_to_be_looked_at(*of, at)).collect()
        } else {
            BTreeSet::new()
        };
        if on.is_empty() {
            return self.record(myself, id, observation);
        }
        let now = self.arguments.alarms.now();
        self.at_work.insert(id, Work::Waits { observation, on: on.clone() });
        for of in on {
            self.waited_for.entry(of).or_default().insert(id);
            // What is being recorded was just looked at.
            if !self.at_work.contains_key(&of) {
                self.look(myself, of, now);
            }
        }
        true
    }

    /// Whether it is looked at anew before anybody says whose fault something is.
    fn is_to_be_looked_at(&self, id: CheckId, at: Timestamp) -> bool {
        let Some(watched) = self.roster.get(id).filter(|watched| watched.is_looked_at()) else {
            return false;
        };
        match self.at_work.get(&id) {
            Some(Work::Looks | Work::Records) => true,
            // It waits for others itself: two that depend on each other would wait for ever.
            Some(Work::Waits { .. }) => false,
            None => watched.verdict != Verdict::Failing && watched.looked_before(at),
        }
    }

    /// Begins to record it; not if the check is gone.
    fn record(&mut self, myself: &ActorRef<Message>, id: CheckId, observation: Observation) -> bool {
        let Some(project) = self.roster.get(id).map(|watched| watched.project) else { return false };
        self.at_work.insert(id, Work::Records);
        let (gate, runner) = (self.arguments.gate.clone(), myself.clone());
        self.tasks.spawn(async move {
            let recorded = record(&gate, project, id, observation).await;
            // A runner that is gone looks again when it is there.
            runner.cast(Message::Recorded(id, recorded)).ok();
        });
        true
    }

    pub(super) fn recorded(&mut self, myself: &ActorRef<Message>, id: CheckId, recorded: Result<(), String>) {
        if let Err(reason) = recorded {
            tracing::warn!(check_id = %id, reason, "what a check found can't be recorded; it is looked at again");
        }
        self.done(myself, id);
    }

    /// Nothing is done for a check any more: whoever waited for it goes on, and so does what came meanwhile.
    fn done(&mut self, myself: &ActorRef<Message>, id: CheckId) {
        let mut over = vec![id];
        while let Some(id) = over.pop() {
            self.at_work.remove(&id);
            self.show(id);
            over.extend(self.freed(myself, id));
            self.go_on(myself, id);
        }
    }

    /// Lets those go on that waited for this one alone; answers those of them that are gone.
    fn freed(&mut self, myself: &ActorRef<Message>, id: CheckId) -> Vec<CheckId> {
        let mut free: Vec<CheckId> = self.waited_for.remove(&id).into_iter().flatten().collect();
        free.retain(|waiting| match self.at_work.get_mut(waiting) {
            Some(Work::Waits { on, .. }) => on.remove(&id) && on.is_empty(),
            Some(_) | None => false,
        });
        free.retain(|waiting| match self.at_work.remove(waiting) {
            Some(Work::Waits { observation, .. }) => !self.record(myself, *waiting, observation),
            Some(_) | None => false,
        });
        free
    }

    /// What came of a check while something was recorded of it, until one of that is to be recorded.
    fn go_on(&mut self, myself: &ActorRef<Message>, id: CheckId) {
        while let Some(found) = self.waiting.get_mut(&id).and_then(VecDeque::pop_front) {
            if self.is_news(myself, id, found) {
                return;
            }
        }
        self.waiting.remove(&id);
        if self.again.remove(&id) {
            let now = self.arguments.alarms.now();
            self.look(myself, id, now);
        }
    }
}

async fn record(
    gate: &Gate,
    project: ProjectId,
    id: CheckId,
    observation: Observation,
) -> Result<(), String> {
    let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
    loop {
        let caller = Caller::platform(origin, gate.ids()).within(project);
        let observation = observation.clone();
        let story = move |story: &mut Transaction<'_>| work::check::observe(story, id, &observation);
        match gate.transact(caller, story).await {
            Ok(_) => return Ok(()),
            Err(refusal) if refusal.is_retryable() && !matches!(refusal, Refusal::Stopping) => {
                tokio::time::sleep(RETRY_AFTER).await;
            }
            Err(refusal) => return Err(refusal.to_string()),
        }
    }
}
