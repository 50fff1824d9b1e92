//! Where notices are sent. Of an address only the name of its secret is said.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rule::Severity;
use crate::{answers::notification::NotificationChannel, commands::notification::channel};

/// A channel. It is whole: what is left out is not said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channel {
    /// The name of the secret that is its address.
    pub(super) secret: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quiet: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

/// The secret that is the address of a channel.
fn secret_of(name: &str) -> String {
    format!("channel {name}")
}

impl From<&NotificationChannel> for Channel {
    fn from(channel: &NotificationChannel) -> Self {
        let NotificationChannel { name, from, quiet, title, body, .. } = channel;
        Self {
            secret: secret_of(name),
            from: Some(Severity::named(from)),
            quiet: quiet.as_ref().map(|quiet| channel::clock(quiet.from_minute, quiet.until_minute)),
            zone: quiet.as_ref().map(|quiet| quiet.zone.clone()),
            title: title.clone(),
            body: body.clone(),
        }
    }
}

impl Channel {
    /// The same, with what is meant where nothing is said.
    pub(super) fn whole(mut self) -> Self {
        self.from.get_or_insert(Severity::Warning);
        if self.quiet.is_some() {
            self.zone.get_or_insert_with(|| super::timing::ZONE.to_owned());
        }
        self
    }

    /// As the API takes it, or why it makes no sense.
    pub(super) fn input(&self, name: &str) -> Result<Value, String> {
        let Self { secret, from, quiet, zone, title, body } = self;
        if *secret != secret_of(name) {
            return Err(format!("its address is the secret called {:?}, and not another", secret_of(name)));
        }
        let quiet = match (quiet, zone) {
            (Some(hours), zone) => {
                let (from, until) = channel::hours(hours)?;
                Some(json!({ "fromMinute": from, "untilMinute": until, "zone": zone }))
            }
            (None, Some(_)) => return Err("it says a `zone` and no `quiet`".to_owned()),
            (None, None) => None,
        };
        let from = from.unwrap_or(Severity::Warning).name();
        Ok(
            json!({ "name": name, "from": from, "quiet": quiet, "title": title, "body": body, "replace": true }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_names_its_secret_and_no_other() {
        let channel = |text: &str| toml::from_str::<Channel>(text).unwrap().whole();
        let phone = channel("secret = 'channel phone'\nquiet = '22:00-07:00'");
        let quiet = json!({ "fromMinute": 1_320, "untilMinute": 420, "zone": "UTC" });
        let expected = json!({ "name": "phone", "from": "WARNING", "quiet": quiet, "title": null, "body": null,
            "replace": true });
        assert_eq!(phone.input("phone"), Ok(expected));
        assert!(phone.input("desk").unwrap_err().contains("\"channel desk\""));
        for text in ["secret = 'channel x'\nzone = 'UTC'", "secret = 'channel x'\nquiet = 'late'"] {
            assert!(channel(text).input("x").is_err(), "{text}");
        }
    }
}
