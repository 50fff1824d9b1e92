//! Where notices are sent, and when not.

use jiff::{
    Zoned,
    civil::{Time, time},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;
use crate::{SecretId, Timestamp};

/// What is spoken to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// JSON to a program, signed.
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

impl Service {
    /// Its stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Ntfy => "ntfy",
            Self::Gotify => "gotify",
            Self::Discord => "discord",
            Self::Slack => "slack",
            Self::Telegram => "telegram",
            Self::Matrix => "matrix",
            Self::Email => "email",
        }
    }
}

/// Where notices are sent. The address is a secret as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// What is spoken there.
    pub service: Service,
    /// The host.
    pub host: String,
    /// Its address, in the vault.
    pub secret_id: SecretId,
    /// What matters less is not sent there, unless a rule names it.
    pub from: Severity,
    /// When nothing is sent there but what is urgent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
    /// What a title becomes there: a template, in which stand `title`, `body`, `severity` and `link`; the title itself if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What a body becomes there: a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl Channel {
    /// Every template of it.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        [&self.title, &self.body].into_iter().flatten().map(String::as_str)
    }

    /// The same without words of people; by the rest it is known what the vault keeps.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { title: None, body: None, ..self.clone() }
    }
}

/// A part of every day, on the clock of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The minute of the day from which on: 1320 is ten in the evening.
    #[schemars(range(max = 1439))]
    pub from_minute: u16,
    /// The minute of the day until which: 420 is seven in the morning. One that is not later is of the next day.
    #[schemars(range(max = 1439))]
    pub until_minute: u16,
    /// The time zone, as IANA calls it: `Europe/Berlin`.
    pub zone: String,
}

impl QuietHours {
    /// Says what keeps them from being hours.
    pub fn check(&self) -> Result<(), String> {
        if self.from_minute >= 1_440 || self.until_minute >= 1_440 || self.from_minute == self.until_minute {
            return Err("quiet hours are from one minute of the day, of 1440, until another one".to_owned());
        }
        let is_known = self.zone.len() <= 64 && TimeZone::get(&self.zone).is_ok();
        if is_known { Ok(()) } else { Err(format!("there is no time zone {:?}", self.zone)) }
    }

    /// Until when it is quiet at a moment; none if it isn't.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let zone = TimeZone::get(&self.zone).ok()?;
        let now = jiff::Timestamp::from_microsecond(now.as_micros()).ok()?.to_zoned(zone);
        let minute = now.hour() as u16 * 60 + now.minute() as u16;
        let (from, until) = (self.from_minute, self.until_minute);
        let is_quiet =
            if from < until { (from..until).contains(&minute) } else { minute >= from || minute < until };
        if !is_quiet {
            return None;
        }
        let day = if minute >= until { now.date().tomorrow().ok()? } else { now.date() };
        let end: Zoned = day.to_datetime(clock(until)).to_zoned(now.time_zone().clone()).ok()?;
        Some(Timestamp::from_micros(end.timestamp().as_microsecond()))
    }
}

fn clock(minute: u16) -> Time {
    time((minute / 60) as i8, (minute % 60) as i8, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from_minute: u16, until_minute: u16, zone: &str) -> QuietHours {
        QuietHours { from_minute, until_minute, zone: zone.to_owned() }
    }

    #[test]
    fn it_is_quiet_over_midnight_and_over_the_change_of_the_clock() {
        let until = |quiet: &QuietHours, now: &str| {
            let until = quiet.until(now.parse().unwrap())?;
            Some(until.to_string().replace(".000000Z", "Z"))
        };
        let night = hours(22 * 60, 7 * 60, "Europe/Berlin");
        assert_eq!(until(&night, "2026-06-01T19:59:59Z"), None);
        assert_eq!(until(&night, "2026-06-01T20:00:00Z").as_deref(), Some("2026-06-02T05:00:00Z"));
        assert_eq!(until(&night, "2026-06-02T04:59:59Z").as_deref(), Some("2026-06-02T05:00:00Z"));
        assert_eq!(until(&night, "2026-06-02T05:00:00Z"), None);
        // On 25 October the clock is set back.
        assert_eq!(until(&night, "2026-10-24T21:00:00Z").as_deref(), Some("2026-10-25T06:00:00Z"));
        let noon = hours(12 * 60, 13 * 60 + 30, "UTC");
        assert_eq!(until(&noon, "2026-06-01T12:10:00Z").as_deref(), Some("2026-06-01T13:30:00Z"));
        assert_eq!(until(&noon, "2026-06-01T13:30:00Z"), None);
        assert_eq!(night.check(), Ok(()));
        assert!(hours(1, 1, "UTC").check().is_err() && hours(1, 1_440, "UTC").check().is_err());
        assert!(hours(1, 2, "Moon/Base").check().unwrap_err().contains("Moon/Base"));
    }
}
