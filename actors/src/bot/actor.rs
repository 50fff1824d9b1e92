use std::{collections::BTreeMap, sync::Arc, time::Duration};

use mediary_events::{
    Concern as _,
    bot::{Bot, Event, Standing},
    codec,
};
use mediary_log::{Filter, Read, gate::Gate, signal::SignalHub, token::Tokens, vault::Vault};
use mediary_schema::{EventId, ProjectId};
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::{sync::watch, time::Instant};

use super::{
    answer::{Answer, Door, Host, Place, for_strangers, read_on, reader_of, too_much},
    guests::{Admission, Guests},
    order::{ORDERS_MAX, Order},
    poller::{Ears, Listen, Poller},
    telegram::{Said, Silence, Telegram, Update},
    wish::Wish,
};
use crate::{
    follower::{Listener, fails_with_child, waker},
    job::Desk,
    net::Net,
};

/// Answers people who ask by bots: one for each project that has set one.
#[derive(Debug)]
pub struct Bots;

/// What bots are made of.
#[derive(Clone)]
pub struct BotsArguments {
    /// The gate.
    pub gate: Gate,
    /// Where it is asked which jobs are open.
    pub desk: Arc<Desk>,
    /// Where tokens of bots are.
    pub vault: Vault,
    /// Who may come in.
    pub tokens: Tokens,
    /// The one way out.
    pub net: Net,
    /// How far jobs are.
    pub signals: SignalHub,
    /// Up to which position every reaction has reacted.
    pub reacted: watch::Receiver<u64>,
    /// How often at most it is told anew how far something is.
    pub pace: Duration,
}

/// What bots are told.
#[derive(Debug)]
pub enum Message {
    /// Somebody set a bot, or removed one.
    Wake,
    /// Something was said to one.
    Heard(Heard),
    /// It is time to tell how far things are.
    Tell,
}

/// What was said to a bot.
#[derive(Debug)]
pub struct Heard {
    pub(super) project: ProjectId,
    /// To which setting of it.
    pub(super) turn: u64,
    pub(super) updates: Vec<Update>,
}

/// What bots keep in mind.
#[derive(Debug)]
pub struct State {
    arguments: BotsArguments,
    /// Up to here it is known which bots are set.
    position: u64,
    /// Counts settings, so that what was said to an earlier one is told from it.
    turn: u64,
    bots: BTreeMap<ProjectId, Talking>,
    /// Whether it is waited for the next time to tell something.
    is_telling: bool,
}

/// A bot that listens.
#[derive(Debug)]
struct Talking {
    host: Host,
    turn: u64,
    telegram: Telegram,
    poller: ActorRef<Listen>,
    /// The first message that was not heard.
    offset: i64,
    guests: Guests,
    orders: Vec<Order>,
    /// Until then nothing is said by itself: the service wants a pause, or can't be reached.
    quiet_until: Option<Instant>,
}

/// Settings of bots that are read: each is something that an owner did.
const EVENTS_MAX: usize = 100_000;
/// How long nothing is said by itself after nobody answered.
const REST: Duration = Duration::from_secs(30);
/// The longest pause that an answer waits for.
const PAUSE_MAX: Duration = Duration::from_secs(3);
/// How long it is waited for that the service hears what was heard, when nobody listens any more.
const GOODBYE_WITHIN: Duration = Duration::from_secs(1);

impl std::fmt::Debug for BotsArguments {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("BotsArguments")
    }
}

impl Actor for Bots {
    type Msg = Message;
    type State = State;
    type Arguments = BotsArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: BotsArguments,
    ) -> Result<State, ActorProcessingErr> {
        let log = arguments.gate.log().clone();
        let events = log.subscribe(log.head().position + 1, Filter::categories([Bot::NAME]));
        Listener::start(myself.get_cell(), events, waker("bots", &myself, || Message::Wake)).await?;
        myself.cast(Message::Wake)?;
        Ok(State { arguments, position: 0, turn: 0, bots: BTreeMap::new(), is_telling: false })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Wake => state.set(&myself).await?,
            Message::Heard(heard) => state.hear(heard).await?,
            Message::Tell => {
                state.is_telling = false;
                state.tell().await?;
            }
        }
        let has_news_to_come = state.bots.values().any(|bot| !bot.orders.is_empty());
        if has_news_to_come && !state.is_telling {
            state.is_telling = true;
            myself.send_after(state.arguments.pace, || Message::Tell);
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Message>,
        event: SupervisionEvent,
        _: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        // A bot was removed, or the log is closed.
        fails_with_child(event)
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        for bot in state.bots.values() {
            bot.leave().await;
        }
        Ok(())
    }
}

impl State {
    /// Has those listen that are set now, as they are set now.
    async fn set(&mut self, myself: &ActorRef<Message>) -> Result<(), ActorProcessingErr> {
        let log = self.arguments.gate.log().clone();
        let read = Read::forward(self.position + 1).filter(Filter::categories([Bot::NAME]));
        let head = log.head().position;
        let found =
            tokio::task::spawn_blocking(move || log.read(&read.limit(EVENTS_MAX).up_to(head))).await??;
        self.position = head;
        let mut changed: BTreeMap<ProjectId, Option<(Standing, EventId)>> = BTreeMap::new();
        for recorded in &found {
            for event in codec::events_of::<Bot>(recorded)? {
                let standing = match event {
                    Event::Set { bot, principal, token_id } => {
                        Some((Standing { bot, principal, token_id }, recorded.envelope.id))
                    }
                    Event::Removed {} => None,
                };
                changed.insert(recorded.envelope.project, standing);
            }
        }
        for (project, standing) in changed {
            if let Some(before) = self.bots.remove(&project) {
                before.leave().await;
            }
            if let Some((standing, cause)) = standing {
                self.start(myself, Host { project, standing, cause }).await?;
            }
        }
        Ok(())
    }

    async fn start(&mut self, myself: &ActorRef<Message>, host: Host) -> Result<(), ActorProcessingErr> {
        let project = host.project;
        let (vault, secret_id) = (self.arguments.vault.clone(), host.standing.bot.secret_id);
        let opened = tokio::task::spawn_blocking(move || vault.open(secret_id)).await?;
        let net = self.arguments.net.by("bot", None);
        let server = host.standing.bot.server.as_deref();
        let telegram = match opened {
            Ok(Some(token)) => Telegram::try_new(net, server, &token),
            Ok(None) | Err(_) => None,
        };
        let Some(telegram) = telegram else {
            tracing::warn!(%project, "a bot can't listen: its token is not in the vault, or is none");
            return Ok(());
        };
        self.turn += 1;
        let turn = self.turn;
        let ears = Ears {
            telegram: telegram.clone(),
            parent: myself.clone(),
            project,
            turn,
            is_known: false,
            failures: 0,
        };
        let (poller, _) = Actor::spawn_linked(None, Poller, ears, myself.get_cell()).await?;
        poller.cast(Listen { offset: 0 })?;
        let orders = self.arguments.under_way(&host).await?;
        let guests = Guests::new(host.standing.bot.allow.clone(), host.standing.bot.per_minute);
        let bot = Talking { host, turn, telegram, poller, offset: 0, guests, orders, quiet_until: None };
        self.bots.insert(project, bot);
        Ok(())
    }

    async fn hear(&mut self, heard: Heard) -> Result<(), ActorProcessingErr> {
        let Heard { project, turn, updates } = heard;
        let Some(bot) = self.bots.get_mut(&project).filter(|bot| bot.turn == turn) else { return Ok(()) };
        for update in updates {
            let next = update.update_id + 1;
            bot.hear(&self.arguments, update).await?;
            // It is passed once it was answered: whoever is killed before that hears it again.
            bot.offset = bot.offset.max(next);
        }
        Ok(bot.poller.cast(Listen { offset: bot.offset })?)
    }

    /// Tells how far things are.
    async fn tell(&mut self) -> Result<(), ActorProcessingErr> {
        let reacted = *self.arguments.reacted.borrow();
        for bot in self.bots.values_mut() {
            bot.tell(&self.arguments, reacted).await?;
        }
        Ok(())
    }
}

impl BotsArguments {
    /// What people asked for before this start, or by the bot that was set before, and is not over: it is told on.
    async fn under_way(&self, host: &Host) -> Result<Vec<Order>, ActorProcessingErr> {
        let door = self.door();
        let Some(reader) = reader_of(&door, host) else { return Ok(Vec::new()) };
        door.under_way(host.project, &reader, &host.standing.bot.allow, &[]).await
    }

    fn door(&self) -> Door<'_> {
        Door { gate: &self.gate, desk: &self.desk, tokens: &self.tokens, signals: &self.signals }
    }
}

impl Talking {
    /// Listens no more. What was answered is not heard again by whoever comes next, who asks under other ids.
    async fn leave(&self) {
        self.poller.kill();
        tokio::time::timeout(GOODBYE_WITHIN, self.telegram.get_updates(self.offset, false)).await.ok();
    }

    async fn hear(&mut self, arguments: &BotsArguments, update: Update) -> Result<(), ActorProcessingErr> {
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
    async fn tell(&mut self, arguments: &BotsArguments, reacted: u64) -> Result<(), ActorProcessingErr> {
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
