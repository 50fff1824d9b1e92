use std::time::Duration;

use mediary_events::{Concern as _, Recorded, codec, job::Job};
use mediary_log::{
    Direction, Filter, Log, Read, ReadError,
    alarm::{Alarms, Key},
    gate::Gate,
    telemetry::Samples,
};
use mediary_schema::Timestamp;
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::task::JoinHandle;

use super::{counts::Counts, host, work::Tries};
use crate::{
    file::{self, Root},
    follower::{Follower, ReadUpTo, fails_with_child, waker},
};

/// Tells samples of each try at a job when it ends, and of the machine while something is at work.
#[derive(Debug)]
pub struct Meter;

/// What a meter is made of.
#[derive(Debug, Clone)]
pub struct MeterArguments {
    /// The gate, whose log it reads.
    pub gate: Gate,
    /// Who rings when the machine is looked at.
    pub alarms: Alarms,
    /// Where samples are told.
    pub samples: Samples,
    /// How often the machine is looked at while nothing is at work; none is not at all.
    pub every: Option<Duration>,
}

/// What a meter is told.
#[derive(Debug)]
pub enum Message {
    /// The log has grown.
    Wake,
    /// It is time to look at the machine.
    Look,
}

/// What a meter keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: MeterArguments,
    follower: ActorRef<ReadUpTo>,
    /// What of the log was read.
    position: u64,
    tries: Tries,
    /// What was counted by the look before, unless nobody looked for a while.
    counts: Option<Counts>,
    /// A look at the disks that has not ended: one of them may not answer.
    disks: Option<JoinHandle<()>>,
    /// When the machine is looked at next.
    next: Option<Timestamp>,
}

/// The next look.
const NEXT: Key = Key::part("meter");
/// How often the machine is looked at while something is at work.
const AT_WORK_EVERY: Duration = Duration::from_secs(10);
/// Events that are read at once.
const PAGE: usize = 500;

impl Actor for Meter {
    type Msg = Message;
    type State = State;
    type Arguments = MeterArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: MeterArguments,
    ) -> Result<State, ActorProcessingErr> {
        // What ended before is not told: whoever was not there has not measured it.
        let position = arguments.gate.log().head().position;
        let head = arguments.gate.log().watch_head();
        let wake = waker("meter", &myself, || Message::Wake);
        let follower = Follower::start(myself.get_cell(), head, wake).await?;
        Follower::rearm(&follower, position)?;
        let (tries, counts, disks, next) = (Tries::default(), None, None, None);
        let mut state = State { arguments, follower, position, tries, counts, disks, next };
        state.plan(&myself);
        Ok(state)
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Wake => {
                let was_at_work = state.tries.are_any();
                state.read().await?;
                if state.tries.are_any() && !was_at_work {
                    // From here on it is counted what the processors and the network do.
                    state.counts = Some(Counts::of(state.arguments.alarms.now()));
                }
                Follower::rearm(&state.follower, state.position)?;
            }
            Message::Look => {
                state.next = None;
                state.look().await?;
            }
        }
        state.plan(&myself);
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Message>,
        event: SupervisionEvent,
        _: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        fails_with_child(event)
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.alarms.clear(NEXT);
        Ok(())
    }
}

impl State {
    /// Has the machine looked at at the next whole piece of time, so that those who look as often do so in one waking.
    fn plan(&mut self, myself: &ActorRef<Message>) {
        let MeterArguments { alarms, every, .. } = &self.arguments;
        let at_rest = *every;
        let every = if self.tries.are_any() {
            Some(at_rest.map_or(AT_WORK_EVERY, |every| every.min(AT_WORK_EVERY)))
        } else {
            at_rest
        };
        let next = every.map(|every| next(alarms.now(), every));
        if next == self.next {
            return;
        }
        if let Some(next) = next {
            alarms.set(NEXT, next, waker("meter", myself, || Message::Look));
        } else {
            alarms.clear(NEXT);
            self.counts = None;
        }
        self.next = next;
    }

    /// Tells of each try that has ended.
    async fn read(&mut self) -> Result<(), ActorProcessingErr> {
        loop {
            let (log, from) = (self.arguments.gate.log().clone(), self.position + 1);
            let page = tokio::task::spawn_blocking(move || {
                let head = log.head().position;
                let request =
                    Read::forward(from).up_to(head).filter(Filter::categories([Job::NAME])).limit(PAGE);
                Ok::<_, ReadError>((log.read_page(&request)?, head))
            });
            let (page, head) = page.await??;
            for event in &page.events {
                self.take(event).await?;
            }
            let Some(next) = page.next_position else {
                self.position = self.position.max(head);
                return Ok(());
            };
            self.position = next - 1;
        }
    }

    async fn take(&mut self, recorded: &Recorded) -> Result<(), ActorProcessingErr> {
        let envelope = &recorded.envelope;
        let Some(payload) = &recorded.payload else { return Ok(()) };
        // One that a newer program recorded is nobody's measure.
        let events = codec::decode::<Job>(&envelope.name, envelope.schema, payload).unwrap_or_default();
        for event in events {
            let Some(end) = self.tries.take(&event, envelope.at) else { continue };
            let gate = &self.arguments.gate;
            let kind =
                gate.inspect::<Job, _>(envelope.stream.uuid, |job| job.work.as_ref().map(|work| work.kind));
            let Some(kind) = kind.await? else { continue };
            let queued_at = if end.is_done { asked_at(gate.log(), recorded).await? } else { None };
            for sample in end.samples(recorded, kind.name(), queued_at) {
                self.arguments.samples.tell(sample);
            }
        }
        Ok(())
    }

    /// Tells how the machine is.
    async fn look(&mut self) -> Result<(), ActorProcessingErr> {
        let MeterArguments { gate, alarms, samples, .. } = self.arguments.clone();
        let at = alarms.now();
        let counts = Counts::of(at);
        if let Some(before) = self.counts.replace(counts) {
            for sample in counts.samples_since(before) {
                samples.tell(sample);
            }
        }
        match host::look(at) {
            Ok(told) => {
                for sample in told {
                    samples.tell(sample);
                }
            }
            Err(error) => tracing::debug!(%error, "the machine can't be looked at"),
        }
        if self.disks.as_ref().is_none_or(JoinHandle::is_finished) {
            let roots: Vec<Root> = file::registered(&gate).await?;
            self.disks = Some(tokio::task::spawn_blocking(move || {
                for sample in host::rooms(&roots, at) {
                    samples.tell(sample);
                }
            }));
        }
        Ok(())
    }
}

/// When the job of an event was asked for.
async fn asked_at(log: &Log, recorded: &Recorded) -> Result<Option<Timestamp>, ActorProcessingErr> {
    let (log, stream) = (log.clone(), recorded.envelope.stream.clone());
    let read = move || log.read_stream(&stream, 1, Direction::Forward, 1);
    let first = tokio::task::spawn_blocking(read).await??;
    Ok(first.first().map(|first| first.envelope.at))
}

/// The next whole piece of time.
fn next(now: Timestamp, every: Duration) -> Timestamp {
    let every = i64::try_from(every.as_micros()).unwrap_or(i64::MAX).max(1);
    let now = now.as_micros();
    Timestamp::from_micros((now - now.rem_euclid(every)).saturating_add(every))
}
