//! One connection to NATS: made once, never mended. When it is lost, a new one is made, so that nothing
//! that was left over in an old one's buffers is sent behind our back.

use std::{io, path::Path, time::Duration};

use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use tokio::sync::watch;

use super::{
    error::Error,
    options::{Credentials, Options},
};
use crate::spawn;

/// How we are called in the server's list of connections.
const NAME: &str = "mediary";
/// A server that is gone without a word (a cut cable) is noticed after two of these.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// A connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) client: Client,
    lost: watch::Receiver<bool>,
    /// What the server last said that it denied.
    denied: watch::Receiver<Option<String>>,
}

impl Link {
    /// Connects, or says why that can't be done now.
    pub(super) async fn connect(options: &Options) -> Result<Self, Error> {
        let (sender, lost) = watch::channel(false);
        let (denial, denied) = watch::channel(None);
        let mut connect = authenticated(&options.credentials).await?;
        if let Some(file) = &options.ca_file {
            connect = connect.add_root_certificates(file.clone());
        }
        if let Some(prefix) = &options.inbox_prefix {
            connect = connect.custom_inbox_prefix(prefix);
        }
        let connect = connect
            .name(NAME)
            .connection_timeout(options.answer_timeout)
            .request_timeout(Some(options.answer_timeout))
            .ping_interval(PING_INTERVAL)
            .ignore_discovered_servers()
            .max_reconnects(options.servers.len())
            .event_callback(move |event| {
                note(&event, &sender, &denial);
                std::future::ready(())
            });
        let failed = |source| Error::Connect { servers: options.servers_text(), source };
        let client = connect.connect(addresses(options).map_err(|error| failed(error.into()))?).await;
        Ok(Self { client: client.map_err(failed)?, lost, denied })
    }

    /// Waits until the connection is lost.
    pub(super) async fn lost(&mut self) {
        // The sender goes away with the connection.
        self.lost.wait_for(|lost| *lost).await.ok();
    }

    /// What the server last said that it denied, such as a subject that this user may not use.
    pub(super) fn denied(&self) -> Option<String> {
        self.denied.borrow().clone()
    }
}

fn note(event: &Event, lost: &watch::Sender<bool>, denied: &watch::Sender<Option<String>>) {
    match event {
        Event::Disconnected | Event::Closed => {
            lost.send_replace(true);
        }
        // Here the server also tells what it denied, such as a subject that this user may not use.
        Event::ServerError(error) => {
            tracing::warn!(%error, "nats.server_error");
            denied.send_replace(Some(error.to_string()));
        }
        Event::Connected
        | Event::LameDuckMode
        | Event::Draining
        | Event::SlowConsumer(_)
        | Event::ClientError(_) => tracing::debug!(%event, "nats.event"),
    }
}

fn addresses(options: &Options) -> io::Result<Vec<ServerAddr>> {
    options.servers.iter().map(|server| server.to_string().parse()).collect()
}

async fn authenticated(credentials: &Credentials) -> Result<ConnectOptions, Error> {
    let options = ConnectOptions::new();
    Ok(match credentials {
        Credentials::None => options,
        Credentials::User { name, password } => {
            options.user_and_password(name.clone(), password.reveal().to_owned())
        }
        Credentials::Token(token) => options.token(token.reveal().to_owned()),
        Credentials::Nkey(seed) => options.nkey(seed.reveal().to_owned()),
        Credentials::File(path) => {
            let failed = |source| Error::Credentials { path: path.clone(), source };
            options.credentials(&read(path).await.map_err(failed)?).map_err(failed)?
        }
    })
}

async fn read(path: &Path) -> io::Result<String> {
    let path = path.to_owned();
    spawn::blocking(move || std::fs::read_to_string(path)).await.map_err(io::Error::other)?
}
