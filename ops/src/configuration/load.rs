use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use ipnet::IpNet;
use mediary_actors::resource::Budgets;
use mediary_log::fanout::Options as Fanout;
use mediary_schema::{Secret, site::RequestBudget};

use super::{Configuration, ConfigurationError, NatsMode};
use crate::environment;

/// What flags say, and where the file is.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The data folder.
    pub data: Option<PathBuf>,
    /// The address to listen on.
    pub listen: Option<SocketAddr>,
    /// Whether and how events are fanned out.
    pub nats: Option<NatsMode>,
    /// Private networks that may be reached.
    pub allow_network: Vec<IpNet>,
    /// Whether a clock from before the program was built is believed.
    pub accept_clock: bool,
    /// The file; `mediary.toml` in the working folder, where there is one, if left out.
    pub config: Option<PathBuf>,
}

/// The file that is read if none is named.
const FILE: &str = "mediary.toml";
/// What variables begin with; `__` stands for the dot of a section: `MEDIARY_LOG__CACHE_BYTES`.
const PREFIX: &str = "MEDIARY_";
/// Variables with the prefix that are for the command line and no keys of the configuration.
const NOT_KEYS: [&str; 6] = ["token", "token_file", "server", "profile", "contracts", "attempt"];

/// Puts the configuration together and reports what is wrong with it.
pub fn load(overrides: &Overrides) -> Result<Configuration, Box<ConfigurationError>> {
    let mut figment = Figment::from(Serialized::defaults(Configuration::default()));
    if let Some((path, text)) = read_file(overrides)? {
        // Parsed once by itself: figment knows the key of an error, but not its line.
        let parsed: Result<Configuration, toml::de::Error> = toml::from_str(&text);
        if let Err(error) = parsed {
            return Err(Box::new(ConfigurationError::in_file(&path, &text, &error)));
        }
        figment = figment.merge(Toml::string(&text));
    }
    figment = figment.merge(Env::prefixed(PREFIX).ignore(&NOT_KEYS).split("__"));
    let mut configuration: Configuration =
        figment.extract().map_err(|error| Box::new(ConfigurationError::in_environment(&error)))?;
    apply(overrides, &mut configuration);
    validate(configuration)
}

/// What a file says by itself, whatever environment and flags say, and what is wrong with it.
pub(crate) fn of_text(path: &Path, text: &str) -> Result<Configuration, Box<ConfigurationError>> {
    let parsed: Result<Configuration, toml::de::Error> = toml::from_str(text);
    validate(parsed.map_err(|error| Box::new(ConfigurationError::in_file(path, text, &error)))?)
}

fn read_file(overrides: &Overrides) -> Result<Option<(PathBuf, String)>, Box<ConfigurationError>> {
    let path = match &overrides.config {
        Some(path) => path.clone(),
        None => PathBuf::from(FILE),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && overrides.config.is_none() => Ok(None),
        Err(source) => Err(Box::new(ConfigurationError::Unreadable { path, source })),
    }
}

fn apply(overrides: &Overrides, configuration: &mut Configuration) {
    let Overrides { data, listen, nats, allow_network, accept_clock, config: _ } = overrides.clone();
    configuration.data = data.unwrap_or_else(|| std::mem::take(&mut configuration.data));
    configuration.listen = listen.unwrap_or(configuration.listen);
    configuration.nats = nats.unwrap_or_else(|| configuration.nats.clone());
    configuration.allow_network.extend(allow_network);
    configuration.log.accept_clock |= accept_clock;
    let proxies = ["https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"];
    let of_environment = || proxies.into_iter().find_map(environment::variable).map(Secret::new);
    configuration.net.proxy = configuration.net.proxy.take().or_else(of_environment);
}

/// Everything that is wrong with it, at once.
fn validate(configuration: Configuration) -> Result<Configuration, Box<ConfigurationError>> {
    let mut wrong = Vec::new();
    if configuration.data.as_os_str().is_empty() {
        wrong.push("data: a folder is wanted".to_owned());
    }
    if configuration.tls_certificate.is_some() != configuration.tls_key.is_some() {
        wrong.push("tls_certificate, tls_key: both are wanted, or none".to_owned());
    }
    if configuration.nats_stream_bytes_max < Fanout::STREAM_BYTES_MIN {
        wrong.push(format!("nats_stream_bytes_max: at least {} is wanted", Fanout::STREAM_BYTES_MIN));
    }
    if configuration.jobs.tries_max == 0 {
        wrong.push("jobs.tries_max: at least 1 is wanted".to_owned());
    }
    if configuration.jobs.retry_wait_max_ms < configuration.jobs.retry_wait_ms {
        wrong.push("jobs.retry_wait_max_ms: at least jobs.retry_wait_ms is wanted".to_owned());
    }
    if configuration.ytdlp.socket_timeout_s == 0 {
        wrong.push("ytdlp.socket_timeout_s: at least 1 is wanted".to_owned());
    }
    if let Err(refused) = configuration.check_public_url() {
        wrong.push(format!("public_url: {refused}"));
    }
    if let Err(refused) = configuration.net.upstream() {
        wrong.push(format!("net.proxy: {refused}"));
    }
    if configuration.net.connections_per_host < Budgets::HOST_MIN {
        wrong.push(format!("net.connections_per_host: at least {} is wanted", Budgets::HOST_MIN));
    }
    if configuration.net.usual_budget().pause() > RequestBudget::PAUSE_MAX {
        wrong.push("net.run_pause_ms: at most a day is wanted".to_owned());
    }
    if configuration.logging.filter.parse::<tracing_subscriber::filter::Targets>().is_err() {
        wrong.push(format!("logging.filter: {:?} is no list of levels", configuration.logging.filter));
    }
    if wrong.is_empty() {
        Ok(configuration)
    } else {
        Err(Box::new(ConfigurationError::Invalid { wrong: wrong.join("\n") }))
    }
}
