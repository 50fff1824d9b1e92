use std::sync::Arc;

use mediary_actors::{
    nats::{Access, NatsServerArguments, ServerStatus},
    process::Tool,
};
use mediary_log::{
    fanout::{Credentials, Options, Relay, RelayHandle},
    gate::Gate,
    signal::SignalHub,
    token::Tokens,
};
use tokio::sync::watch;

use super::ServeError;
use crate::{
    configuration::{Configuration, NatsMode},
    tree::Roots,
};

/// How events are told to whoever listens outside of this process, as configured and as far as it can be.
pub(super) struct Fanout {
    /// The child server, if there is one: a member of the supervision tree.
    pub(super) child: Option<NatsServerArguments>,
    options: Option<Options>,
}

impl Fanout {
    /// Decides it; makes the passwords of a child server at its first start.
    pub(super) fn open(configuration: &Configuration, roots: &Roots) -> Result<Self, ServeError> {
        let (child, mut options) = match &configuration.nats {
            NatsMode::Off => (None, None),
            NatsMode::Url(url) => (None, Some(nats_options(configuration, url.as_str())?)),
            NatsMode::Auto => Self::auto(configuration, roots)?.unzip(),
        };
        if let Some(options) = &mut options {
            options.stream_bytes_max = configuration.nats_stream_bytes_max;
        }
        Ok(Self { child, options })
    }

    fn auto(
        configuration: &Configuration,
        roots: &Roots,
    ) -> Result<Option<(NatsServerArguments, Options)>, ServeError> {
        if roots.tools.find(Tool::NatsServer).is_err() {
            tracing::info!(
                "no nats-server is found: nothing is fanned out; `mediary doctor` says how to install it"
            );
            return Ok(None);
        }
        let access = Access::open(&configuration.data).map_err(ServeError::NatsAccess)?;
        let options = access.relay_options();
        let child = NatsServerArguments {
            runner: roots.runner.clone(),
            tools: roots.tools.clone(),
            outputs: roots.outputs.clone(),
            data: configuration.data.clone(),
            access,
            stream_bytes_max: configuration.nats_stream_bytes_max,
            gate: roots.gate.clone(),
            alarms: roots.alarms.clone(),
            status: Arc::new(watch::channel(ServerStatus::default()).0),
        };
        Ok(Some((child, options)))
    }

    /// Starts to publish, if anything is published.
    pub(super) fn start(self, gate: &Gate, tokens: &Tokens, signals: &SignalHub) -> Option<RelayHandle> {
        let options = self.options?;
        Some(Relay::start_with_commands(gate, tokens, signals.clone(), options))
    }
}

/// A server of somebody else, and who we are to it.
pub(crate) fn nats_options(configuration: &Configuration, url: &str) -> Result<Options, ServeError> {
    let mut options = Options::parse(url).map_err(ServeError::NatsAddress)?;
    if let Some(file) = &configuration.nats_credentials {
        options.credentials = Credentials::File(file.clone());
    }
    options.ca_file.clone_from(&configuration.nats_ca);
    Ok(options)
}
