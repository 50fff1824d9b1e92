//! A bot that listens: whom it hears, what it says to them, and what it tells by itself.

use std::time::Duration;

use ractor::{ActorProcessingErr, ActorRef};
use tokio::time::Instant;

use super::BotsArguments;
use crate::bot::{
    answer::{Answer, Host, Place, for_strangers, read_on, reader_of, too_much},
    guests::{Admission, Guests},
    order::{ORDERS_MAX, Order},
    poller::Listen,
    telegram::{Said, Silence, Telegram, Update},
    wish::Wish,
};

/// A bot that listens.
#[derive(Debug)]
pub(super) struct Talking {
    pub(super) host: Host,
    pub(super) turn: u64,
    pub(super) telegram: Telegram,
    pub(super) poller: ActorRef<Listen>,
    /// The first message that was not heard.
    pub(super) offset: i64,
    pub(super) guests: Guests,
    pub(super) orders: Vec<Order>,
    /// Until then nothing is said by itself: the service wants a pause, or can't be reached.
    pub(super) quiet_until: Option<Instant>,
}

/// How long nothing is said by itself after nobody answered.
const REST: Duration = Duration::from_secs(30);
/// The longest pause that an answer waits for.
const PAUSE_MAX: Duration = Duration::from_secs(3);
/// How long it is waited for that the service hears what was heard, when nobody listens any more.
const GOODBYE_WITHIN: Duration = Duration::from_secs(1);

impl Talking {
    /// Listens no more. What was answered is not heard again by whoever comes next, who asks under other ids.
    pub(super) async fn leave(&self) {
        self.poller.kill();
        tokio::time::timeout(GOODBYE_WITHIN, self.telegram.get_updates(self.offset, false)).await.ok();
    }

    pub(super) async fn hear(
        &mut self,
        arguments: &BotsArguments,
        update: Update,
    ) -> Result<(), ActorProcessingErr> {
        let Some(Said { from: Some(from), chat, text: Some(text) }) = update.message else { return Ok(()) };
        // In a group others would read what is answered.
        if chat.kind != "private" {
            return Ok(());
        }
        match self.guests.admit(from.id, Instant::now()) {
            Admission::Ignored => return Ok(()),
            Admission::Stranger => {
                self.say(chat.id, &for_strangers(from.id)).await;
                return Ok(());
            }
            Admission::TooMuch { left } => {
                self.say(chat.id, &too_much(left)).await;
                return Ok(());
            }
            Admission::Welcome => {}
        }
        let place = Place { person: from.id, chat: chat.id, update_id: update.update_id };
        let answer = arguments.door().answer(&self.host, &self.orders, place, Wish::of(&text)).await?;
        match answer {
            Answer::Said(text) => {
                self.say(chat.id, &text).await;
            }
            // It was heard before, and is told of already.
            Answer::Ordered(order) if self.orders.iter().any(|known| known.story == order.story) => {}
            Answer::Ordered(mut order) => {
                order.shown = order.text(&arguments.signals, false);
                order.message = self.say(chat.id, &order.shown).await;
                if order.message.is_none() {
                    order.shown.clear();
                }
                if self.orders.len() == ORDERS_MAX {
                    self.orders.remove(0);
                }
                self.orders.push(*order);
            }
        }
        Ok(())
    }

    /// Says something; after a pause, if the service wants a short one.
    async fn say(&mut self, chat: i64, text: &str) -> Option<i64> {
        let mut said = self.telegram.send_message(chat, text).await;
        if let Err(Silence::Pause { after }) = said {
            tokio::time::sleep(after.min(PAUSE_MAX)).await;
            said = self.telegram.send_message(chat, text).await;
        }
        match said {
            Ok(id) => Some(id),
            Err(silence) => {
                self.rest(&silence);
                tracing::warn!(project = %self.host.project, reason = %silence, "a bot could not answer");
                None
            }
        }
    }

    fn rest(&mut self, silence: &Silence) {
        // What is about one message is no reason to be silent to others.
        if silence.is_final() {
            return;
        }
        let after = match silence {
            Silence::Pause { after } => *after,
            Silence::Refused { .. } | Silence::Net(_) | Silence::Unreadable => REST,
        };
        self.quiet_until = Some(Instant::now() + after);
    }

    fn is_quiet(&self) -> bool {
        self.quiet_until.is_some_and(|until| until > Instant::now())
    }

    /// Tells of each thing that was asked for how far it is, if that is another word than before; one that is over is told last.
    pub(super) async fn tell(
        &mut self,
        arguments: &BotsArguments,
        reacted: u64,
    ) -> Result<(), ActorProcessingErr> {
        if self.is_quiet() {
            return Ok(());
        }
        let door = arguments.door();
        // Whoever may not ask any more is told nothing any more.
        let Some(reader) = reader_of(&door, &self.host) else {
            self.orders.clear();
            return Ok(());
        };
        for order in std::mem::take(&mut self.orders) {
            let mut order = read_on(order, reader.clone()).await?;
            let is_over = order.is_over(reacted);
            let text = order.text(&arguments.signals, is_over);
            // Whoever was not answered a moment ago does not ask for the others, either.
            let is_told = text == order.shown || (!self.is_quiet() && self.tell_anew(&mut order, text).await);
            if !(is_over && is_told) {
                self.orders.push(order);
            }
        }
        Ok(())
    }

    /// Edits what was said of it, or says it, if nothing was.
    async fn tell_anew(&mut self, order: &mut Order, text: String) -> bool {
        let told = match order.message {
            Some(id) => self.telegram.edit_message_text(order.chat, id, &text).await.map(|()| id),
            None => self.telegram.send_message(order.chat, &text).await,
        };
        match told {
            Ok(id) => {
                (order.message, order.shown) = (Some(id), text);
                true
            }
            // Somebody deleted it or blocked the bot, or it says that already: trying again comes to the same.
            Err(silence) if silence.is_final() => {
                order.shown = text;
                true
            }
            Err(silence) => {
                self.rest(&silence);
                tracing::debug!(project = %self.host.project, reason = %silence, "a bot could not tell");
                false
            }
        }
    }
}
