//! `mediary serve`, `config` and `doctor`: the server, what it is told, and what it needs.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};
use ipnet::IpNet;

use super::{arguments::Everywhere, failure::Failure};
use crate::{
    configuration::{self, Configuration, NatsMode, Overrides},
    doctor::{self, Finding, Verdict},
    output::{Output, Table},
    serve,
};

/// What the configuration says otherwise.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Settings {
    /// The address to listen on [default: 127.0.0.1:8484].
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Fan events out over NATS: a server's URL, `auto` (a nats-server that is found is run as a
    /// child), or `off` [default: auto].
    #[arg(long, value_name = "URL|auto|off")]
    nats: Option<NatsMode>,
    /// A private network that lists and downloads may reach, such as 192.168.0.0/16; repeatable. Without it they
    /// reach the internet alone.
    #[arg(long, value_name = "CIDR")]
    allow_network: Vec<IpNet>,
    /// Start although the clock says that it is before this program was built.
    #[arg(long)]
    accept_clock: bool,
    /// The configuration file [default: mediary.toml, if there is one].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Settings {
    /// Whether an address was asked for.
    pub(crate) const fn has_address(&self) -> bool {
        self.listen.is_some()
    }

    /// What is configured, with these flags over the environment over the file.
    pub(crate) fn load(self, flags: &Everywhere) -> Result<Configuration, Failure> {
        let Self { listen, nats, allow_network, accept_clock, config } = self;
        let data = flags.data.clone();
        let overrides = Overrides { data, listen, nats, allow_network, accept_clock, config };
        Ok(configuration::load(&overrides)?)
    }
}

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Say whether the configuration is right, or what is wrong in which line.
    Check(Settings),
    /// Print what the server would be started with, as TOML; without secrets.
    Show(Settings),
    /// Print every key with its meaning, default and unit, as JSON Schema.
    Schema,
}

/// Serves until Ctrl-C or SIGTERM; a second one ends at once.
pub(crate) async fn serve(settings: Settings, flags: &Everywhere) -> Result<(), Failure> {
    Ok(serve::run(settings.load(flags)?).await?)
}

/// Checks or prints the configuration.
pub(crate) fn config(verb: ConfigVerb, flags: &Everywhere, output: &mut Output) -> Result<(), Failure> {
    match verb {
        ConfigVerb::Check(settings) => {
            let configuration = settings.load(flags)?;
            Ok(output.show(&configuration, |_| "the configuration is right".to_owned())?)
        }
        ConfigVerb::Show(settings) => {
            let configuration = settings.load(flags)?;
            Ok(output.show(&configuration, toml_text)?)
        }
        ConfigVerb::Schema => Ok(output.json(&configuration::json_schema())?),
    }
}

fn toml_text(configuration: &Configuration) -> String {
    toml::to_string(configuration).expect("the configuration is read from TOML, so it can be written as such")
}

/// Looks at everything that the server needs; fails if something is missing without which it can't work.
pub(crate) async fn doctor(
    settings: Settings,
    flags: &Everywhere,
    output: &mut Output,
) -> Result<(), Failure> {
    let findings = doctor::examine(&settings.load(flags)?).await;
    output.show(&findings, |findings| table(findings))?;
    let bad = findings.iter().find(|finding| finding.verdict == Verdict::Error);
    let Some(Finding { subject, detail, advice, .. }) = bad else { return Ok(()) };
    Err(Failure::Unsound {
        code: "DOCTOR".to_owned(),
        message: format!("{subject}: {detail}"),
        advice: advice.clone().unwrap_or_default(),
    })
}

pub(super) fn table(findings: &[Finding]) -> String {
    let mut table = Table::new(&["verdict", "subject", "found", "next step"]);
    for Finding { subject, verdict, detail, advice } in findings {
        let verdict = match verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Error => "error",
        };
        table.row([verdict.to_owned(), subject.clone(), detail.clone(), advice.clone().unwrap_or_default()]);
    }
    table.text("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_used_as_a_file() {
        let text = toml_text(&Configuration::default());
        assert_eq!(toml::from_str::<Configuration>(&text).unwrap(), Configuration::default());
    }
}
