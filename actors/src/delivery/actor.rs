use std::time::Duration;

use futures::{StreamExt as _, stream};
use http::StatusCode;
use mediary_events::{
    Concern as _,
    delivery::{Delivery, State as DeliveryState},
    notification::Notification,
};
use mediary_log::{
    Filter, Origin, OriginKind,
    alarm::{Alarms, Key},
    gate::{Caller, Gate, Refusal, Transaction},
    vault::Vault,
    work::delivery::{self, Outcome},
};
use mediary_schema::{
    DeliveryId, FailureClass, ProjectId, Timestamp,
    delivery::Message as Letter,
    job::Failure,
    notification::{AddressRefused, Target},
};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    call::{Call, call},
    due::Due,
    mail,
};
use crate::{
    follower::{Listener, waker},
    net::{Error, Net, Request, failure_of},
};

/// Sends what is to be sent: once, or marked as unsure.
#[derive(Debug)]
pub struct Outbox;

/// What an outbox is made of.
#[derive(Debug, Clone)]
pub struct OutboxArguments {
    /// The gate.
    pub gate: Gate,
    /// Who rings at the next moment.
    pub alarms: Alarms,
    /// Where addresses are.
    pub vault: Vault,
    /// The one way out.
    pub net: Net,
    /// Where people reach the server, if that is known: links lead there.
    pub public_url: Option<String>,
}

/// What an outbox is told.
#[derive(Debug)]
pub enum Message {
    /// Something was recorded of deliveries, or a moment has come.
    Wake,
}

/// What an outbox keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: OutboxArguments,
    due: Due,
}

/// The next moment of all deliveries.
const NEXT: Key = Key::part("outbox");
/// Deliveries of one go.
const DUE_MAX: usize = 64;
/// Deliveries that are sent at once.
const AT_ONCE: usize = 8;
/// The wait before trying again when the log takes nothing.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Bytes of an answer that are taken in: what a service says of a message is short, and nobody reads it.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// How long it is taken in: whoever doesn't come to an end keeps no other message waiting.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// What became of what was being sent when whoever sent it ended.
const INTERRUPTED: &str = "the server ended while it was being sent";
/// What became of what waited in a backup.
const RESTORED: &str = "a backup was restored in which it still waited; it may have been sent since";

impl Actor for Outbox {
    type Msg = Message;
    type State = State;
    type Arguments = OutboxArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: OutboxArguments,
    ) -> Result<State, ActorProcessingErr> {
        let log = arguments.gate.log().clone();
        let wake = waker("outbox", &myself, || Message::Wake);
        let events = log.subscribe(log.head().position + 1, Filter::categories([Delivery::NAME]));
        Listener::start(myself.get_cell(), events, wake).await?;
        let mut state = State { arguments, due: Due::default() };
        state.read_on().await?;
        // Nobody else sends: whatever is being sent was being sent by whoever was here before.
        for (id, project) in state.due.begun() {
            tracing::warn!(delivery_id = %id, "nobody knows whether a message was sent");
            state.arguments.end(id, project, Outcome::Unsure(INTERRUPTED.to_owned())).await?;
        }
        for (id, project) in state.due.of_a_backup() {
            tracing::warn!(delivery_id = %id, "a message of a restored backup may have been sent since");
            state.arguments.end(id, project, Outcome::Unsure(RESTORED.to_owned())).await?;
        }
        myself.cast(Message::Wake)?;
        Ok(state)
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Wake: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        state.read_on().await?;
        let alarms = state.arguments.alarms.clone();
        let next = match state.send_what_is_due(alarms.now()).await {
            Ok(()) => {
                state.read_on().await?;
                state.due.next()
            }
            Err(Refusal::Stopping) => None,
            Err(refusal) if refusal.is_retryable() => {
                tracing::warn!(%refusal, "deliveries wait");
                Some(alarms.now().after(RETRY_AFTER))
            }
            Err(refusal) => return Err(refusal.into()),
        };
        match next {
            Some(moment) => alarms.set(NEXT, moment, waker("outbox", &myself, || Message::Wake)),
            None => alarms.clear(NEXT),
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.alarms.clear(NEXT);
        Ok(())
    }
}

impl State {
    async fn read_on(&mut self) -> Result<(), ActorProcessingErr> {
        let log = self.arguments.gate.log().clone();
        let mut due = std::mem::take(&mut self.due);
        let reading = tokio::task::spawn_blocking(move || {
            let read = due.read_on(&log);
            (due, read)
        });
        let (due, read) = reading.await?;
        self.due = due;
        Ok(read?)
    }

    async fn send_what_is_due(&self, now: Timestamp) -> Result<(), Refusal> {
        let due = self.due.due(now, DUE_MAX);
        let sent = stream::iter(due).map(|(id, project, channel)| {
            let arguments = self.arguments.clone();
            async move { arguments.send(id, project, &channel).await }
        });
        let mut sent = std::pin::pin!(sent.buffer_unordered(AT_ONCE));
        let mut refused = Ok(());
        while let Some(one) = sent.next().await {
            // Whatever is begun is ended, too.
            refused = refused.and(one);
        }
        refused
    }
}

/// A message as it is sent: with a whole address in place of a path, if that is known.
pub(super) fn with_whole_link(message: &Letter, public_url: Option<&str>) -> Letter {
    let whole =
        |base: &str| message.link.as_ref().map(|path| format!("{}{path}", base.trim_end_matches('/')));
    let link = public_url.map_or_else(|| message.link.clone(), whole);
    Letter { link, ..message.clone() }
}

/// Whether a status is that of a proxy which may have passed the request on, and has no answer to it: of HTTP (RFC 9110,
/// 15.6.3 and 15.6.5), and of Cloudflare.
fn is_of_a_proxy(status: StatusCode) -> bool {
    matches!(status.as_u16(), 502 | 504 | 520 | 524)
}

impl OutboxArguments {
    /// Sends one: recorded before, and after.
    async fn send(&self, id: DeliveryId, project: ProjectId, channel: &str) -> Result<(), Refusal> {
        let state = self.gate.state::<Delivery>(id.uuid()).await?;
        let begin = move |story: &mut Transaction<'_>| delivery::begin(story, id);
        match self.gate.transact(self.caller(project), begin).await {
            // Its channel is paused: that is recorded, and nothing is sent.
            Ok(receipt) if !receipt.value => {
                metrics::counter!("mediary_deliveries_total", "result" => "skipped").increment(1);
                return Ok(());
            }
            Ok(_) => {}
            // It was begun, or ended, a moment ago.
            Err(Refusal::Rejected(_)) => return Ok(()),
            Err(refusal) => return Err(refusal),
        }
        let outcome = match self.target(project, channel).await {
            Ok(target) => self.post(&target, id, &state).await,
            Err(failure) => Outcome::Refused(failure),
        };
        let result = match &outcome {
            Outcome::Taken => "sent",
            Outcome::Refused(_) => "refused",
            Outcome::Unsure(_) => "unsure",
        };
        metrics::counter!("mediary_deliveries_total", "result" => result).increment(1);
        self.end(id, project, outcome).await
    }

    /// Records what became of it. What can't be recorded is unsure with the next start.
    async fn end(&self, id: DeliveryId, project: ProjectId, outcome: Outcome) -> Result<(), Refusal> {
        let dice = rand::random();
        loop {
            let outcome = outcome.clone();
            let end = move |story: &mut Transaction<'_>| delivery::end(story, id, &outcome, dice);
            match self.gate.transact(self.caller(project), end).await {
                Ok(_) | Err(Refusal::Rejected(_)) => return Ok(()),
                Err(Refusal::Stopping) => return Err(Refusal::Stopping),
                Err(refusal) if refusal.is_retryable() => tokio::time::sleep(RETRY_AFTER).await,
                Err(refusal) => return Err(refusal),
            }
        }
    }

    fn caller(&self, project: ProjectId) -> Caller {
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        Caller::platform(origin, self.gate.ids()).within(project)
    }

    /// Where it is to go, with what opens that.
    async fn target(&self, project: ProjectId, channel: &str) -> Result<Target, Failure> {
        let gone = |message: &str| Failure::new(FailureClass::NotFound, message.to_owned());
        let state = self.gate.state::<Notification>(project.uuid()).await;
        let state = state.map_err(|refusal| Failure::new(FailureClass::Unknown, refusal.to_string()))?;
        let secret_id = state.channels.get(channel).map(|channel| channel.secret_id);
        let secret_id = secret_id.ok_or_else(|| gone("there is no such channel any more"))?;
        let vault = self.vault.clone();
        let opened = tokio::task::spawn_blocking(move || vault.open(secret_id)).await;
        let opened =
            opened.map_err(|_| Failure::new(FailureClass::Unknown, "the server is stopping".to_owned()))?;
        let opened = opened.map_err(|error| Failure::new(FailureClass::Storage, error.to_string()))?;
        let address = opened.ok_or_else(|| gone("the channel's address is not in the vault any more"))?;
        let text =
            std::str::from_utf8(address.reveal()).map_err(|_| gone("the channel's address is no text"))?;
        text.parse()
            .map_err(|error: AddressRefused| Failure::new(FailureClass::Unsupported, error.to_string()))
    }

    async fn post(&self, target: &Target, id: DeliveryId, state: &DeliveryState) -> Outcome {
        let Some(message) = &state.message else {
            return Outcome::Refused(Failure::new(FailureClass::NotFound, "it was erased".to_owned()));
        };
        let message = &with_whole_link(message, self.public_url.as_deref());
        let (net, now) = (self.net.by("notification", None), self.gate.clock().now());
        if let Target::Email(mail) = target {
            return Box::pin(mail::send(&net, mail, id, message, now)).await;
        }
        let Some(Call { method, url, headers, body }) = call(target, id, message, now) else {
            let message = "nothing is sent there by a request".to_owned();
            return Outcome::Refused(Failure::new(FailureClass::Unsupported, message));
        };
        let headers = headers.into_iter().collect();
        let request = Request::with_body(method, &url, body).headers(headers);
        match net.once(request).await {
            Ok(answer) if answer.status.is_success() => {
                // It was taken, whatever becomes of the answer; read to its end it leaves a connection for the next message.
                timeout(ANSWERS_WITHIN, answer.body.whole(ANSWER_BYTES_MAX)).await.ok();
                Outcome::Taken
            }
            // What goes to Matrix is the same message under the same id, however often it is sent.
            Ok(answer) if is_of_a_proxy(answer.status) && !matches!(target, Target::Matrix { .. }) => {
                Outcome::Unsure(format!("the channel answers {}", answer.status.as_u16()))
            }
            Ok(answer) => {
                let status = answer.status;
                let refused = || {
                    let message = format!("the channel answers {}", status.as_u16());
                    Failure::new(FailureClass::Unsupported, message)
                };
                Outcome::Refused(failure_of(status, &answer.headers).unwrap_or_else(refused))
            }
            // The request was on its way, and nobody knows how far it came.
            Err(error @ (Error::BrokeOff | Error::TimedOut)) => Outcome::Unsure(error.to_string()),
            Err(error) => Outcome::Refused(error.failure()),
        }
    }
}
