//! Publishing over one connection, from where the stream ends.

use std::collections::VecDeque;

use async_nats::jetstream::{
    Context, ErrorCode,
    context::{PublishError, PublishErrorKind},
    message::PublishMessage,
    publish::PublishAck,
};
use futures::future::BoxFuture;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    error::Error,
    message::{self, Message, Omitted},
    metric,
    options::Options,
    status::RelayStatus,
    stream::{self, STREAM, Tail},
};
use crate::log::{Filter, Log, ReadError, Recorded, Subscription};

/// Bytes of messages that wait for an answer; above them no more events are read.
const IN_FLIGHT_BYTES_MAX: usize = 8 << 20;

/// Why a session ended.
#[derive(Debug)]
pub(super) enum End {
    /// The stream doesn't end where we thought: look again.
    Moved,
    /// The stream takes no message as large as that of this event: begin again without its payload.
    TooLarge { position: u64 },
    /// It can't go on.
    Failed(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// An event that was sent and is not acknowledged.
struct Flight {
    position: u64,
    bytes: usize,
    answer: BoxFuture<'static, Result<PublishAck, PublishError>>,
}

/// Publishing from where the stream ends.
pub(super) struct Session<'a> {
    context: &'a Context,
    options: &'a Options,
    log: &'a Log,
    status: &'a watch::Sender<RelayStatus>,
    tail: &'a mut Tail,
    subscription: Subscription,
    flights: VecDeque<Flight>,
    /// The message id of the last flight of this session, which the next one has to follow.
    last_id: Option<String>,
    /// How many may be in flight: 1 at first, since all behind a refused one are sent in vain.
    window: usize,
    check_at: Instant,
    /// An event whose payload the stream refused.
    too_large: Option<u64>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        context: &'a Context,
        options: &'a Options,
        log: &'a Log,
        status: &'a watch::Sender<RelayStatus>,
        tail: &'a mut Tail,
        too_large: Option<u64>,
    ) -> Self {
        let subscription = log.subscribe(tail.position + 1, Filter::all());
        let check_at = Instant::now() + options.check_interval;
        Self {
            context,
            options,
            log,
            status,
            tail,
            subscription,
            flights: VecDeque::new(),
            last_id: None,
            window: 1,
            check_at,
            too_large,
        }
    }

    /// Publishes what is recorded until that can't go on. Can be dropped at any time.
    pub(super) async fn run(mut self) -> End {
        loop {
            if let Err(end) = self.step().await {
                return end;
            }
        }
    }

    async fn step(&mut self) -> Result<(), End> {
        let room = self.room();
        tokio::select! {
            biased;
            answer = first_answer(&mut self.flights) => self.settle(answer),
            batch = self.subscription.next_batch(room), if room > 0 => {
                let batch = batch.map_err(log_failed)?;
                for event in batch.events.iter().filter(|event| message::is_told(event)) {
                    self.publish(event).await?;
                }
                Ok(())
            }
            () = sleep_until(self.check_at), if self.flights.is_empty() => self.check().await,
        }
    }

    fn room(&self) -> usize {
        let bytes: usize = self.flights.iter().map(|flight| flight.bytes).sum();
        if bytes < IN_FLIGHT_BYTES_MAX { self.window.saturating_sub(self.flights.len()) } else { 0 }
    }

    async fn publish(&mut self, event: &Recorded) -> Result<(), End> {
        let position = event.position();
        let failed = |source| End::Failed(Error::Publish { position, source });
        let message = if self.too_large == Some(position) {
            Message::of_envelope(event, Omitted::TooLarge)
        } else {
            Message::of_event(event)
        };
        let flight = match self.send(position, message).await {
            Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                tracing::warn!(position, "nats.payload_too_large");
                self.send(position, Message::of_envelope(event, Omitted::TooLarge)).await
            }
            sent => sent,
        };
        self.flights.push_back(flight.map_err(failed)?);
        self.last_id = Some(message::id(event));
        Ok(())
    }

    /// Sends a message that the server refuses unless it comes right behind the one before it.
    ///
    /// The sequence alone is no fence in a pipeline: a stranger's message takes the place of a flight, that one is
    /// refused, and the next one finds the sequence that it expects. So it also expects the id of the
    /// flight before it. The first of a session can't, since the server forgets the last id when it starts.
    async fn send(&mut self, position: u64, message: Message) -> Result<Flight, PublishError> {
        let expected = self.tail.sequence + self.flights.len() as u64;
        let bytes = message.body.len();
        let mut publish = PublishMessage::build()
            .headers(message.headers)
            .payload(message.body)
            .expected_last_sequence(expected);
        if let Some(id) = &self.last_id {
            publish = publish.expected_last_message_id(id);
        }
        let answer = self.context.send_publish(message.subject, publish).await?;
        Ok(Flight { position, bytes, answer: answer.into_future() })
    }

    /// Takes the answer to the first flight.
    fn settle(&mut self, answer: Result<PublishAck, PublishError>) -> Result<(), End> {
        let flight = self.flights.pop_front().expect("an answer is to the first flight");
        let position = flight.position;
        match answer {
            Ok(ack) if ack.stream != STREAM => Err(Error::OtherStream { name: ack.stream }.into()),
            Ok(ack) => {
                self.settled(position, &ack);
                Ok(())
            }
            Err(error) => match error.kind() {
                // Either it is there already, or somebody else's is: the stream itself says which.
                PublishErrorKind::WrongLastSequence
                | PublishErrorKind::WrongLastMessageId
                | PublishErrorKind::StreamNotFound => Err(End::Moved),
                // What was sent behind it is refused, too, since it is not there.
                _ if exceeds_stream(&error) && self.too_large != Some(position) => {
                    tracing::warn!(position, "nats.message_too_large_for_the_stream");
                    Err(End::TooLarge { position })
                }
                _ => Err(Error::Publish { position, source: error }.into()),
            },
        }
    }

    fn settled(&mut self, position: u64, ack: &PublishAck) {
        self.tail.position = position;
        if ack.duplicate {
            // It was stored before, so the stream's end hasn't moved.
            self.last_id = None;
            self.window = 1;
        } else {
            self.tail.sequence = ack.sequence;
            self.window = (self.window * 2).min(self.options.window_events_max).max(1);
            metric::published();
        }
        metric::lag(self.log.head().position.saturating_sub(position));
        self.status.send_modify(|status| status.position = position);
        self.check_at = Instant::now() + self.options.check_interval;
    }

    /// Looks whether the stream is as we left it: it may have been deleted while nothing happened.
    async fn check(&mut self) -> Result<(), End> {
        self.check_at = Instant::now() + self.options.check_interval;
        match stream::info(self.context).await? {
            Some(info) if self.tail.is_end_of(&info) => Ok(()),
            Some(_) | None => Err(End::Moved),
        }
    }
}

/// Waits for the answer to the first flight; for ever, if there is none.
async fn first_answer(flights: &mut VecDeque<Flight>) -> Result<PublishAck, PublishError> {
    match flights.front_mut() {
        Some(flight) => (&mut flight.answer).await,
        None => std::future::pending().await,
    }
}

/// Whether the stream's own limit for a message is what it was refused for; the server's is known before it is sent.
fn exceeds_stream(error: &PublishError) -> bool {
    let answer = std::error::Error::source(error);
    let answer = answer.and_then(|answer| answer.downcast_ref::<async_nats::jetstream::Error>());
    answer.is_some_and(|answer| answer.error_code() == ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM)
}

fn log_failed(error: ReadError) -> End {
    End::Failed(Error::Log(std::sync::Arc::new(error)))
}
