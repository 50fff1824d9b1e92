//! `mediary bot`: who may ask by a messenger.

mod entry;

use clap::{Args, Subcommand, builder::RangedU64ValueParser};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, intent::Intent, noun::Verbs, playlist::input};
use crate::{
    answers::bot::{Bot, remove, set, show},
    client::{Client, Document},
    output::{Output, clean, fields},
};

/// What can be done with the bot.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Let people ask by a bot of Telegram from now on, as you, but never more than an editor may.
    #[command(after_help = "\
The token is a secret; @BotFather gives it. Each person is let in by number: whoever writes to the bot is told his own.

Example:
  mediary secret set telegram --stdin < token.txt
  mediary bot set --token-secret telegram --allow 123456789

A server in a private network is reached only where `serve --allow-network` opens that.")]
    Set(Set),
    /// Show who may ask, and how often.
    Show,
    /// Let nobody ask by it any more; its token stays a secret.
    Remove {
        #[command(flatten)]
        intent: Intent,
    },
}

/// Who may ask.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The name of the secret that is the bot's token.
    #[arg(long, value_name = "NAME")]
    token_secret: String,
    /// Who may ask, by the number that Telegram gives people; may be given several times.
    #[arg(long, value_name = "ID", num_args = 1.., required = true)]
    allow: Vec<u64>,
    /// How much each of them may ask in a minute.
    #[arg(long, value_name = "N", default_value_t = 20,
        value_parser = RangedU64ValueParser::<u32>::new().range(1..=60))]
    per_minute: u32,
    /// The server of the bot API, if it is another one than Telegram's own.
    #[arg(long, value_name = "URL")]
    api: Option<String>,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const SET: Document<set::Answer> = Document::repeatable(include_str!("bot/set.graphql"));
pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("bot/show.graphql"));
pub(crate) const REMOVE: Document<remove::Answer> = Document::repeatable(include_str!("bot/remove.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let bot: Option<Bot> = match self {
            Self::Show => client.ask(&SHOW, json!({})).await?,
            Self::Set(Set { token_secret, allow, per_minute, api, intent }) => {
                let wanted =
                    json!({ "secret": token_secret, "allow": allow, "perMinute": per_minute, "server": api });
                let outcome = client.meant(intent).act(&SET, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                outcome.payload.bot
            }
            Self::Remove { intent } => {
                let outcome = client.meant(intent).act(&REMOVE, input(json!({}))).await?;
                Failure::refused(outcome.user_errors)?;
                outcome.payload.bot
            }
        };
        Ok(output.show(&bot, |bot| text(bot.as_ref()))?)
    }
}

fn text(bot: Option<&Bot>) -> String {
    let Some(Bot { allow, per_minute, server, .. }) = bot else {
        return "nobody may ask by a bot; `mediary bot set --help` has an example".to_owned();
    };
    let allow: Vec<String> = allow.iter().map(ToString::to_string).collect();
    fields(&[
        ("allowed", Some(allow.join(", "))),
        ("per minute", Some(per_minute.to_string())),
        ("server", server.as_deref().map(clean)),
    ])
}
