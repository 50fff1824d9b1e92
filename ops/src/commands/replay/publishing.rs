//! `replay --publish`: a range of the record is sent again, for programs that are tried on what was.

use std::fmt;

use mediary_log::{
    Log,
    fanout::{AgainError, AgainSubject, Options, tell_again},
};
use mediary_schema::IdSource;
use serde::Serialize;

use super::Replay;
use crate::{
    commands::{arguments::Everywhere, failure::Failure},
    configuration::{self, NatsMode, Overrides},
    serve,
};

/// What was sent again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Published {
    subject: String,
    /// What the header `Mediary-Replay` of each message says.
    replay_id: String,
    first_position: u64,
    last_position: u64,
    message_count: u64,
    /// How many events are told nobody, also live.
    withheld_count: u64,
}

impl fmt::Display for Published {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, replay_id, first_position, last_position, message_count, withheld_count } = self;
        write!(formatter, "{message_count} messages to {subject}, of {first_position} to {last_position}")?;
        write!(formatter, " (replay {replay_id}, {withheld_count} are told nobody)")
    }
}

/// What is to be sent again, and where to.
pub(super) struct Publishing {
    subject: AgainSubject,
    first: u64,
    options: Options,
}

impl Publishing {
    /// As asked, if it is: to the server that is named or configured.
    pub(super) fn of(replay: &Replay, flags: &Everywhere) -> Result<Option<Self>, Failure> {
        let Some(subject) = replay.publish.clone() else { return Ok(None) };
        let overrides = Overrides {
            data: flags.data.clone(),
            nats: replay.nats.clone(),
            config: replay.config.clone(),
            ..Overrides::default()
        };
        let configuration = configuration::load(&overrides)?;
        let NatsMode::Url(url) = &configuration.nats else {
            return Err(Failure::Usage {
                message: "no NATS server is named to send events to".to_owned(),
                advice: "name it: --nats nats://127.0.0.1:4222, or `nats` in the configuration",
            });
        };
        let options = serve::nats_options(&configuration, url.as_str())?;
        Ok(Some(Self { subject, first: replay.from.unwrap_or(1), options }))
    }

    /// Sends it.
    pub(super) async fn tell_again(self, log: &Log, last: u64) -> Result<Published, Failure> {
        let Self { subject, first, options } = self;
        let id = IdSource::system().next();
        let told =
            tell_again(log, first..=last, &subject, id, &options).await.map_err(|error| untold(&error))?;
        Ok(Published {
            subject: subject.to_string(),
            replay_id: id.to_string(),
            first_position: first,
            last_position: last,
            message_count: told.told,
            withheld_count: told.withheld,
        })
    }
}

fn untold(error: &AgainError) -> Failure {
    Failure::Work {
        what: "sending events again".to_owned(),
        class: error.code().to_owned(),
        message: error.to_string(),
        advice: error.advice().to_owned(),
    }
}
