//! Channels as GraphQL has them, both ways.

use async_graphql::{Enum, InputObject, SimpleObject};
use mediary_schema::notification::{Channel, QuietHours, Service};

use super::SeverityName;

/// What is spoken to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Service", name = "NotificationService")]
pub(crate) enum ServiceName {
    /// JSON to a program, signed if its address has a secret.
    Webhook,
    /// ntfy.
    Ntfy,
    /// Gotify.
    Gotify,
    /// Discord.
    Discord,
    /// Slack.
    Slack,
    /// Telegram.
    Telegram,
    /// Matrix.
    Matrix,
    /// Mail, by SMTP.
    Email,
}

/// Where notices are sent. Its address is told to nobody.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct NotificationChannel {
    /// What people call it.
    name: String,
    /// What is spoken there.
    service: ServiceName,
    /// The host.
    host: String,
    /// What matters less is not sent there, unless a rule names it.
    from: SeverityName,
    /// When nothing is sent there but what is urgent.
    quiet: Option<NotificationQuietHours>,
    /// Whether nothing is sent there for now: what would be is skipped.
    is_paused: bool,
    /// What a title becomes there: a template; none if it stays what it is.
    title: Option<String>,
    /// What a body becomes there: a template; none if it stays what it is.
    body: Option<String>,
}

/// A part of every day, on the clock of a place.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "NotificationQuietHoursInput")]
pub(crate) struct NotificationQuietHours {
    /// The minute of the day from which on: 1320 is ten in the evening.
    from_minute: u16,
    /// The minute of the day until which: 420 is seven in the morning. One that is not later is of the next day.
    until_minute: u16,
    /// The time zone, as IANA calls it: `Europe/Berlin`.
    zone: String,
}

impl NotificationChannel {
    pub(in crate::notification) fn new(name: String, channel: Channel, is_paused: bool) -> Self {
        let Channel { service, host, secret_id: _, from, quiet, title, body } = channel;
        let quiet = quiet.map(|QuietHours { from_minute, until_minute, zone }| NotificationQuietHours {
            from_minute,
            until_minute,
            zone,
        });
        Self { name, service: service.into(), host, from: from.into(), quiet, is_paused, title, body }
    }
}

impl From<NotificationQuietHours> for QuietHours {
    fn from(hours: NotificationQuietHours) -> Self {
        let NotificationQuietHours { from_minute, until_minute, zone } = hours;
        Self { from_minute, until_minute, zone }
    }
}
