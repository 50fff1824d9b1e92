//! The relay as everybody else knows it.

use std::sync::Arc;

use tokio::sync::watch;

use super::{
    commands, metric,
    options::Options,
    relay::Outlet,
    signals,
    status::{RelayState, RelayStatus},
};
use crate::{gate::Gate, log::Log, signal::SignalHub, spawn, token::Tokens};

/// Publishes events and signals to NATS.
#[derive(Debug)]
pub struct Relay;

impl Relay {
    /// Starts to publish; has to be called within a runtime.
    ///
    /// It needs no server to be there: it connects when there is one.
    pub fn start(log: Log, signals: SignalHub, options: Options) -> RelayHandle {
        Self::start_with(log, signals, options, None)
    }

    /// The same, and hears commands for a gate, from whom the tokens let in.
    pub fn start_with_commands(
        gate: &Gate,
        tokens: &Tokens,
        signals: SignalHub,
        options: Options,
    ) -> RelayHandle {
        let door = (gate.clone(), tokens.clone());
        Self::start_with(gate.log().clone(), signals, options, Some(door))
    }

    fn start_with(
        log: Log,
        signals: SignalHub,
        options: Options,
        door: Option<(Gate, Tokens)>,
    ) -> RelayHandle {
        metric::describe();
        metric::connected(false);
        let status = watch::Sender::new(RelayStatus::CONNECTING);
        let outlet = Arc::new(Outlet { log, options, status, client: watch::Sender::new(None) });
        let relaying = Arc::clone(&outlet);
        let telling = Arc::clone(&outlet);
        let hearing = Arc::clone(&outlet);
        RelayHandle {
            events: spawn::service("nats-relay", move || Arc::clone(&relaying).relay()),
            signals: spawn::service("nats-signals", move || {
                signals::tell(Arc::clone(&telling), signals.clone())
            }),
            commands: door.map(|(gate, tokens)| {
                spawn::service("nats-commands", move || {
                    commands::hear(Arc::clone(&hearing), gate.clone(), tokens.clone())
                })
            }),
            outlet,
        }
    }
}

/// A relay that runs. Dropping it ends it; nothing is lost by that, since the next one goes on.
#[derive(Debug)]
pub struct RelayHandle {
    events: spawn::Service,
    signals: spawn::Service,
    commands: Option<spawn::Service>,
    outlet: Arc<Outlet>,
}

impl RelayHandle {
    /// What it does.
    pub fn status(&self) -> RelayStatus {
        self.outlet.status.borrow().clone()
    }

    /// Follows what it does.
    pub fn watch(&self) -> watch::Receiver<RelayStatus> {
        self.outlet.status.subscribe()
    }

    /// How many events of the log NATS has not acknowledged.
    pub fn lag_events(&self) -> u64 {
        self.outlet.log.head().position.saturating_sub(self.status().position)
    }

    /// Waits until one of its parts has ended by itself, which none does before the log is closed.
    pub async fn ended(&mut self) {
        let commands = async {
            match &mut self.commands {
                Some(commands) => commands.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.events.ended() => {}
            () = self.signals.ended() => {}
            () = commands => {}
        }
    }

    /// Ends it. What is not acknowledged by then is published by the next one.
    pub async fn stop(self) {
        if let Some(commands) = self.commands {
            commands.stop().await;
        }
        self.signals.stop().await;
        self.events.stop().await;
        self.outlet.client.send_replace(None);
        self.outlet.status.send_modify(|status| status.state = RelayState::Stopped);
    }
}
