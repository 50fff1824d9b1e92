//! One look: what it is made with, how long it takes at most, and what it says if that is over.

use std::time::Duration;

use mediary_log::{Log, vault::Vault};
use mediary_schema::{
    CheckId, Identities, ProjectId, RunId, Timestamp,
    check::{Finding, Probe, Reason},
};
use tokio_util::sync::CancellationToken;

use super::kinds::{
    command, disk, dns, docker, domain, events, file_age, http, nats, ping, process, tcp, tls,
};
use crate::{
    net::{Error, Net, Unreachable},
    process::{Outputs, Runner},
};

/// What a look is made with.
#[derive(Debug, Clone)]
pub struct Equipment {
    /// The one way to other machines.
    pub net: Net,
    /// Who starts programs.
    pub runner: Runner,
    /// Where their words are kept.
    pub outputs: Outputs,
    /// What is kept and told to nobody.
    pub vault: Vault,
    /// What was recorded.
    pub log: Log,
    /// Which secret a name means.
    pub identities: Identities,
}

/// One look.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// The check.
    pub(super) check_id: CheckId,
    /// Its id.
    pub(super) run_id: RunId,
    /// Whose it is.
    pub(super) project: ProjectId,
    /// When it began.
    pub(super) now: Timestamp,
    /// What it is made for, if somebody said so.
    pub(super) reference: Option<String>,
    /// How long it may take.
    pub(super) within: Duration,
    /// What ends it before.
    pub(super) stop: CancellationToken,
}

/// What is found, within the time that a look has.
pub(super) async fn look_at(equipment: &Equipment, look: &Look, probe: &Probe) -> Finding {
    let Equipment { net, .. } = equipment;
    let looking = async {
        match probe {
            // It ends in time by itself, with everybody whom it started.
            Probe::Command { argv, secrets } => command::look(equipment, look, argv, secrets).await,
            Probe::Http { url, expect } => http::look(net, url, expect).await,
            Probe::Tcp { host, port } => tcp::look(net, host, *port).await,
            Probe::Tls { host, port, days_min } => tls::look(net, host, *port, *days_min, look.now).await,
            Probe::Dns { name, record, expect, server } => {
                dns::look(net, look.within, name, *record, expect, server.as_deref()).await
            }
            Probe::Domain { name, days_min } => domain::look(net, name, *days_min, look.now).await,
            Probe::Ping { host } => ping::look(net, look.within, host).await,
            Probe::Disk { path, free_min_percent, free_min_bytes } => {
                disk::look(path, *free_min_percent, *free_min_bytes).await
            }
            Probe::Process { name, count_min } => process::look(name, *count_min).await,
            Probe::FileAge { path, age_max_seconds } => {
                file_age::look(path, *age_max_seconds, look.now).await
            }
            Probe::Nats { url } => nats::look(net, url).await,
            Probe::Docker { container, socket } => docker::look(container, socket).await,
            Probe::Events { event, age_max_seconds } => {
                events::look(&equipment.log, look, event, *age_max_seconds).await
            }
            Probe::Push {} => Finding::unknown(Reason::CouldNotRun, "it reports by itself"),
        }
    };
    // A command is ended by its own deadline, with a grace time for its end.
    let limit =
        if matches!(probe, Probe::Command { .. }) { look.within + COMMAND_ENDS_WITHIN } else { look.within };
    let late = || match probe {
        // Whoever does not answer in time does not answer.
        Probe::Http { .. }
        | Probe::Tcp { .. }
        | Probe::Tls { .. }
        | Probe::Ping { .. }
        | Probe::Nats { .. } => Finding::failing(format!("no answer within {} s", look.within.as_secs())),
        _ => Finding::unknown(
            Reason::TimedOut,
            format!("nothing was found within {} s", look.within.as_secs()),
        ),
    };
    tokio::select! {
        found = tokio::time::timeout(limit, looking) => found.unwrap_or_else(|_| late()),
        () = look.stop.cancelled() => Finding::unknown(Reason::CouldNotRun, "the server stopped"),
    }
}

/// A program that is told to end has two seconds, and is killed then.
const COMMAND_ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Runs what may block for a while on a thread that may; a disk that does not answer holds that thread and nothing else.
pub(super) async fn blocking(look: impl FnOnce() -> Finding + Send + 'static) -> Finding {
    let looked = tokio::task::spawn_blocking(look).await;
    looked.unwrap_or_else(|_| Finding::unknown(Reason::CouldNotRun, "the look broke off: this is a defect"))
}

/// What it says of a host that nobody was reached there: it is the host's fault, or ours.
pub(super) fn unreachable(error: &Error) -> Finding {
    match error {
        Error::Unreachable(Unreachable::Private { host }) => Finding::unknown(
            Reason::CouldNotRun,
            format!(
                "{host} lies in a private network: whoever runs the server opens it with `allow_network`"
            ),
        ),
        // A proxy that will not have it the next time either is one that we chose.
        Error::Unreachable(Unreachable::Proxy { for_good: true, .. })
        | Error::Malformed
        | Error::Credentials
        | Error::Storage(_) => Finding::unknown(Reason::CouldNotRun, error.to_string()),
        error => Finding::failing(error.to_string()),
    }
}

/// Milliseconds with what is worth knowing behind the point.
pub(super) fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}
