//! `mediary notification channel`: where notices are sent.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    outbox::{self, DELIVERY},
    rule::Severity,
};
use crate::{
    answers::notification::{
        Delivery, NotificationChannel, channel_add, channel_list, channel_pause, channel_remove,
        channel_resume, channel_test,
    },
    client::{Client, Document},
    commands::{failure::Failure, intent::Intent, playlist::input, secret::from_stdin},
    output::{Output, Table, clean, word},
};

const ADD_HELP: &str = "\
The address is read from stdin, never from an argument, which every program of the machine may see; it is kept as a secret,
and told to nobody. It is spelt as Apprise spells it; with an `s` behind the scheme it is https:
  json(s)://HOST[:PORT]/PATH[?secret=KEY]       JSON, signed as https://www.standardwebhooks.com says if there is a KEY
  ntfy(s)://[USER:PASSWORD@|TOKEN@]HOST/TOPIC
  gotify(s)://HOST[/PATH]/TOKEN
  discord://WEBHOOK-ID/WEBHOOK-TOKEN            or the address of the webhook as Discord shows it
  slack://T…/B…/SECRET                          or the address of the webhook as Slack shows it
  tgram://BOT-TOKEN/CHAT-ID
  matrix(s)://ACCESS-TOKEN@HOST/ROOM-ID
  mailto(s)://[USER:PASSWORD@]HOST[:PORT]?from=ADDRESS&to=ADDRESS[,ADDRESS]
                                                mailtos is STARTTLS, or TLS at once on port 465 or with mode=ssl
A host in a private network is reached only where `serve --allow-network` opens that.

Examples:
  echo ntfys://ntfy.sh/my-topic | mediary notification channel add phone --stdin
  pass show hook | mediary notification channel add hook --stdin --from info
  mediary notification channel add phone --stdin --replace --quiet 22:00-07:00 --zone Europe/Berlin < address.txt";

/// What can be done with channels.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Send notices there from now on.
    #[command(after_help = ADD_HELP)]
    Add(Add),
    /// List the channels by name, without their addresses.
    List,
    /// Send something there, to see whether it arrives.
    Test(One),
    /// Send nothing there until it is resumed: what would be sent is skipped, and is not made up for.
    Pause(One),
    /// Send notices there again, those that are raised from now on.
    Resume(One),
    /// Send nothing there any more, and destroy its address.
    Remove(One),
}

/// A channel.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// What it is called; one of a kind.
    #[arg(value_name = "NAME")]
    name: String,
    /// Read its address from stdin: there is no other way.
    #[arg(long, required = true)]
    stdin: bool,
    /// What matters less is not sent there, unless a rule names it.
    #[arg(long, value_name = "S", value_enum, default_value_t = Severity::Warning)]
    from: Severity,
    /// When nothing is sent there but what is urgent: HH:MM-HH:MM.
    #[arg(long, value_name = "HOURS", value_parser = hours)]
    quiet: Option<(u16, u16)>,
    /// The time zone of `--quiet`, as IANA calls it.
    #[arg(long, value_name = "ZONE", default_value = "UTC", requires = "quiet")]
    zone: String,
    /// What a title becomes there: a template, in which stand title, body, severity and link.
    #[arg(long, value_name = "T")]
    title: Option<String>,
    /// What a body becomes there: a template.
    #[arg(long, value_name = "T")]
    body: Option<String>,
    /// Take the place of the one that is called so already.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    intent: Intent,
}

/// Which channel.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// What it is called.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const ADD: Document<channel_add::Answer> =
    Document::repeatable(include_str!("channel_add.graphql"));
pub(crate) const LIST: Document<channel_list::Answer> =
    Document::repeatable(include_str!("channel_list.graphql"));
pub(crate) const TEST: Document<channel_test::Answer> =
    Document::repeatable(include_str!("channel_test.graphql"));
pub(crate) const PAUSE: Document<channel_pause::Answer> =
    Document::repeatable(include_str!("channel_pause.graphql"));
pub(crate) const RESUME: Document<channel_resume::Answer> =
    Document::repeatable(include_str!("channel_resume.graphql"));
pub(crate) const REMOVE: Document<channel_remove::Answer> =
    Document::repeatable(include_str!("channel_remove.graphql"));

/// How long a test is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is asked meanwhile.
const PACE: Duration = Duration::from_millis(200);

/// Reads `22:00-07:00` as minutes of the day.
pub(crate) fn hours(text: &str) -> Result<(u16, u16), String> {
    let refused = || format!("{text:?} are no hours such as 22:00-07:00");
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let (from, until) = text.split_once('-').ok_or_else(refused)?;
    minute(from).zip(minute(until)).ok_or_else(refused)
}

impl Verb {
    pub(super) async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List => {
                let channels: Vec<NotificationChannel> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&channels, |channels| table(channels))?)
            }
            Self::Add(Add { name, stdin: _, from, quiet, zone, title, body, replace, intent }) => {
                let address = from_stdin(output)?;
                let quiet = quiet
                    .map(|(from, until)| json!({ "fromMinute": from, "untilMinute": until, "zone": zone }));
                let wanted = json!({ "name": name, "address": address, "from": from.name(), "quiet": quiet,
                    "title": title, "body": body, "replace": replace });
                let outcome = client.meant(intent).act(&ADD, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                show(output, &name, outcome.payload.channel)
            }
            Self::Pause(One { name, intent }) => {
                let outcome = client.meant(intent).act(&PAUSE, input(json!({ "name": name }))).await?;
                Failure::refused(outcome.user_errors)?;
                show(output, &name, outcome.payload.channel)
            }
            Self::Resume(One { name, intent }) => {
                let outcome = client.meant(intent).act(&RESUME, input(json!({ "name": name }))).await?;
                Failure::refused(outcome.user_errors)?;
                show(output, &name, outcome.payload.channel)
            }
            Self::Remove(One { name, intent }) => {
                let wanted = json!({ "name": name });
                let outcome = client.meant(intent).act(&REMOVE, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&wanted, |_| "nothing is sent there any more".to_owned())?)
            }
            Self::Test(One { name, intent }) => {
                let outcome = client.meant(intent).act(&TEST, input(json!({ "name": name }))).await?;
                Failure::refused(outcome.user_errors)?;
                let Some(delivery) = outcome.payload.delivery else {
                    return Ok(output.show(&json!({ "name": name }), |_| "it is sent".to_owned())?);
                };
                let delivery = ended(client, delivery).await?;
                if delivery.state != "SENT" {
                    let message = delivery.reason.unwrap_or_else(|| "it was not sent yet".to_owned());
                    return Err(Failure::Work {
                        what: "the test".to_owned(),
                        class: delivery.state,
                        message,
                        advice: "`mediary notification outbox list` shows how it stands with it".to_owned(),
                    });
                }
                Ok(output.show(&[delivery], |found| outbox::table(found))?)
            }
        }
    }
}

/// A delivery once it was tried, or as it is when nobody waits any longer.
async fn ended(client: &Client, mut delivery: Delivery) -> Result<Delivery, Failure> {
    let waiting = async {
        while delivery.reason.is_none() && matches!(delivery.state.as_str(), "QUEUED" | "SENDING") {
            tokio::time::sleep(PACE).await;
            let id: Value = json!({ "id": delivery.id });
            if let Some(found) = client.ask(&DELIVERY, id).await? {
                delivery = found;
            }
        }
        Ok::<(), Failure>(())
    };
    if let Ok(done) = tokio::time::timeout(PATIENCE, waiting).await {
        done?;
    }
    Ok(delivery)
}

/// `22:00-07:00`.
pub(crate) fn clock(from_minute: i64, until_minute: i64) -> String {
    let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!("{}-{}", clock(from_minute), clock(until_minute))
}

fn show(output: &mut Output, name: &str, channel: Option<NotificationChannel>) -> Result<(), Failure> {
    match channel {
        Some(channel) => Ok(output.show(&[channel], |channels| table(channels))?),
        None => Ok(output.show(&json!({ "name": name }), |_| "done".to_owned())?),
    }
}

fn table(channels: &[NotificationChannel]) -> String {
    let mut table = Table::new(&["name", "service", "host", "from", "quiet", "paused"]);
    for NotificationChannel { name, service, host, from, quiet, is_paused, .. } in channels {
        let quiet = quiet.as_ref().map_or_else(
            || "-".to_owned(),
            |quiet| format!("{} {}", clock(quiet.from_minute, quiet.until_minute), quiet.zone),
        );
        let paused = if *is_paused { "yes" } else { "-" };
        table.row([clean(name), word(service), clean(host), word(from), quiet, paused.to_owned()]);
    }
    table.text("notices are sent nowhere; `mediary notification channel add --help` has examples")
}

#[cfg(test)]
mod tests {
    use super::hours;

    #[test]
    fn hours_are_typed_as_a_clock_shows_them() {
        assert_eq!(hours("22:00-07:30"), Ok((1_320, 450)));
        for text in ["", "22-7", "24:00-07:00", "22:00", "22:60-07:00"] {
            assert!(hours(text).unwrap_err().contains("22:00-07:00"), "{text}");
        }
    }
}
