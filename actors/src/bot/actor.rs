mod talking;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use mediary_events::{
    Concern as _,
    bot::{Bot, Event, Standing},
    codec,
    secret::Secret,
};
use mediary_log::{Filter, Read, gate::Gate, signal::SignalHub, token::Tokens, vault::Vault};
use mediary_schema::{ProjectId, SecretId};
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::sync::watch;

use self::talking::Talking;
use super::{
    answer::{Door, Host, reader_of},
    guests::Guests,
    order::Order,
    poller::{Ears, Listen, Poller},
    telegram::{Telegram, Update},
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
    /// Somebody set a bot or the token of one, or removed it.
    Wake,
    /// It is time to try again to open a token.
    Open,
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
    /// Up to here it is known which bots are set, and whose tokens are others.
    position: u64,
    /// Counts settings, so that what was said to an earlier one is told from it.
    turn: u64,
    /// All that are set.
    hosts: BTreeMap<ProjectId, Host>,
    /// Those that listen.
    bots: BTreeMap<ProjectId, Talking>,
    /// Those whose token the vault could not open.
    unopened: BTreeSet<ProjectId>,
    /// Whether it is waited for the next time to open those.
    is_opening: bool,
    /// Whether it is waited for the next time to tell something.
    is_telling: bool,
}

/// Settings of bots and of secrets that are read: each is something that a person did.
const EVENTS_MAX: usize = 100_000;
/// The wait before a token that could not be opened is tried again: somebody puts the vault's key file in order meanwhile.
const OPENS_AGAIN_AFTER: Duration = Duration::from_secs(30);

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
        let events = log.subscribe(log.head().position + 1, filter());
        Listener::start(myself.get_cell(), events, waker("bots", &myself, || Message::Wake)).await?;
        myself.cast(Message::Wake)?;
        Ok(State {
            arguments,
            position: 0,
            turn: 0,
            hosts: BTreeMap::new(),
            bots: BTreeMap::new(),
            unopened: BTreeSet::new(),
            is_opening: false,
            is_telling: false,
        })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Wake => state.set(&myself).await?,
            Message::Open => {
                state.is_opening = false;
                state.set(&myself).await?;
            }
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
        if !state.unopened.is_empty() && !state.is_opening {
            state.is_opening = true;
            myself.send_after(OPENS_AGAIN_AFTER, || Message::Open);
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

/// What says which bots are set, and when a token is another one.
fn filter() -> Filter {
    Filter::categories([Bot::NAME, Secret::NAME])
}

impl State {
    /// Has those listen that are set now, as they are set now, each by the token that counts now.
    async fn set(&mut self, myself: &ActorRef<Message>) -> Result<(), ActorProcessingErr> {
        for project in self.changed().await? {
            if let Some(before) = self.bots.remove(&project) {
                before.leave().await;
            }
            match self.hosts.get(&project).cloned() {
                Some(host) => self.start(myself, host).await?,
                None => {
                    self.unopened.remove(&project);
                }
            }
        }
        Ok(())
    }

    /// Reads on; answers of which projects the bot is another one, or its token, or that could not be opened before.
    async fn changed(&mut self) -> Result<BTreeSet<ProjectId>, ActorProcessingErr> {
        let log = self.arguments.gate.log().clone();
        let read = Read::forward(self.position + 1).filter(filter());
        let head = log.head().position;
        let found =
            tokio::task::spawn_blocking(move || log.read(&read.limit(EVENTS_MAX).up_to(head))).await??;
        self.position = head;
        let mut changed = self.unopened.clone();
        let (mut secrets, mut secrets_to) = (BTreeSet::new(), 0);
        for recorded in &found {
            let envelope = &recorded.envelope;
            if envelope.stream.category == Secret::NAME {
                secrets.insert(SecretId::from_uuid(envelope.stream.uuid));
                secrets_to = recorded.position();
                continue;
            }
            let project = envelope.project;
            for event in codec::events_of::<Bot>(recorded)? {
                match event {
                    Event::Set { bot, principal, token_id } => {
                        let standing = Standing { bot, principal, token_id };
                        self.hosts.insert(project, Host { project, standing, cause: envelope.id });
                    }
                    Event::Removed {} => {
                        self.hosts.remove(&project);
                    }
                }
                changed.insert(project);
            }
        }
        // The vault follows the log by itself: what is opened before that is what counted before.
        self.arguments.vault.reached(secrets_to).await;
        let by_secret = self.hosts.values().filter(|host| secrets.contains(&host.standing.bot.secret_id));
        changed.extend(by_secret.map(|host| host.project));
        Ok(changed)
    }

    async fn start(&mut self, myself: &ActorRef<Message>, host: Host) -> Result<(), ActorProcessingErr> {
        let project = host.project;
        let (vault, secret_id) = (self.arguments.vault.clone(), host.standing.bot.secret_id);
        let opened = tokio::task::spawn_blocking(move || vault.open(secret_id)).await?;
        let token = match opened {
            Ok(token) => token,
            Err(error) => {
                // Once, and not at each try.
                if self.unopened.insert(project) {
                    tracing::warn!(%project, %error, "a bot can't listen: its token can't be opened");
                }
                return Ok(());
            }
        };
        self.unopened.remove(&project);
        let net = self.arguments.net.by("bot", None);
        let server = host.standing.bot.server.as_deref();
        let Some(telegram) = token.and_then(|token| Telegram::try_new(net, server, &token)) else {
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
            let next = update.update_id.saturating_add(1);
            bot.hear(&self.arguments, update).await?;
            // It is passed once it was answered: whoever is killed before that hears it again. It may be lower than the one
            // before: after a week in which nobody said anything the service counts from anywhere.
            bot.offset = next;
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
