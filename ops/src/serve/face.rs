//! What a request meets: GraphQL, tokens, readiness, settings and metrics of the parts that run.

use std::sync::Arc;

use mediary_api::{
    App, Platform, limits,
    session::{Authenticator, Browsers},
    websocket,
};
use mediary_log::Proof;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Semaphore, watch};

use super::{
    observe,
    queue::{KeptFiles, Outputs, Queue},
    settings,
    steps::{Readers, Record, Work},
};
use crate::configuration::Configuration;

/// The HTTP of a server whose parts run.
pub(super) fn app(
    configuration: &Configuration,
    record: &Record,
    readers: &Readers,
    work: &Work,
    recorder: PrometheusHandle,
    proof: watch::Receiver<Proof>,
    stopping: watch::Receiver<bool>,
) -> App {
    let (log, views, tokens) = (&record.log, &readers.views, &readers.tokens);
    let limits = limits::Options::default();
    let parts = work.supervisor.watch();
    let world = observe::World { lanes: work.held.clone(), standings: work.standings.clone() };
    let readiness = observe::readiness(log, views, world, work.relay.as_ref(), proof, parts.clone());
    let platform = Platform {
        gate: record.gate.clone(),
        views: views.clone(),
        telemetry: readers.telemetry.clone(),
        signals: work.signals.clone(),
        reacted: work.reacted.clone(),
        tokens: tokens.clone(),
        vault: readers.vault.clone(),
        queue: Arc::new(Queue {
            desk: Arc::clone(&work.desk),
            clock: record.gate.clock().clone(),
            gate: record.gate.clone(),
        }),
        checks: work.checks.clone(),
        outputs: Arc::new(Outputs(work.outputs.clone())),
        standings: work.standings.clone(),
        reactions: record.reaction_names(),
        verifying: Arc::new(Semaphore::new(1)),
        parts: observe::parts(parts),
    };
    App {
        schema: mediary_api::build(platform, &limits),
        gate: record.gate.clone(),
        vault: readers.vault.clone(),
        log: log.clone(),
        views: views.clone(),
        telemetry: readers.telemetry.clone(),
        checks: work.checks.clone(),
        kept: Arc::new(KeptFiles { gate: record.gate.clone(), chapters: work.chapters.clone() }),
        authenticator: Authenticator::new(tokens.clone()).with_browsers(Browsers {
            origins: configuration.origins.clone(),
            is_tls: configuration.tls_certificate.is_some(),
        }),
        readiness,
        settings: {
            let configuration = configuration.clone();
            Arc::new(move || settings::settings(&configuration))
        },
        attached: {
            let telemetry = readers.telemetry.clone();
            Arc::new(move || settings::samples(telemetry.copy()))
        },
        metrics: observe::metrics(recorder, log, views, &readers.telemetry),
        proxies: configuration.trusted_proxies.iter().copied().collect(),
        limits,
        sockets: websocket::Options {
            origins: configuration.origins.clone(),
            ..websocket::Options::default()
        },
        stopping,
    }
}
