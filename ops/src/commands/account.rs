//! `mediary token`: credentials; users and sessions have files of their own.

mod entry;
mod session;
mod user;

use clap::{Args, Subcommand, ValueEnum};
use mediary_schema::account::Network;
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    intent::{self, Certainty, Intent},
    named::{self, Kind},
    noun::Verbs,
    playlist::input,
};
use crate::{
    answers::account::{self as answers, NatsUser, Token},
    client::{Client, Document},
    output::{Output, Table, moment, word},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind =
    Kind::new("TOKEN", "token", "`mediary token list` shows those that are accepted");

/// What can be done with credentials.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a token; it is shown this once.
    #[command(after_help = "\
Examples:
  mediary token create laptop --role editor > laptop.token
  mediary token create dashboard --role viewer --expires-in-hours 720")]
    Create(Create),
    /// Make the link by which the owner sets a name and a password, once, within an hour; also one that was forgotten.
    Setup {
        #[command(flatten)]
        intent: Intent,
    },
    /// List every token that is accepted, without the tokens themselves.
    List,
    /// Refuse a token from now on.
    Revoke {
        /// Its id or the first digits of it, or its name.
        #[arg(value_name = "TOKEN")]
        id: String,
        #[command(flatten)]
        certainty: Certainty,
    },
}

/// A token to be made.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What people call it.
    #[arg(value_name = "NAME")]
    name: String,
    /// What its holder may do.
    #[arg(long, value_enum, value_name = "ROLE", default_value_t)]
    role: Role,
    /// When it ends; never if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=HOURS_MAX))]
    expires_in_hours: Option<u32>,
    /// Let its holder send commands over NATS, too; for a server of your own, name its address.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "auto")]
    nats: Option<String>,
    /// The project whose things it opens: its name or its id [else: home]
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// From where it may be shown, such as 192.168.1.0/24; may be given several times [else: from anywhere]
    #[arg(long, value_name = "CIDR")]
    network: Vec<Network>,
    #[command(flatten)]
    intent: Intent,
}

/// What a token may do, in steps that contain each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Role {
    /// Looks.
    #[default]
    Viewer,
    /// Looks, follows, downloads, handles jobs.
    Editor,
    /// Everything, and the audit of it.
    Owner,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "VIEWER",
            Self::Editor => "EDITOR",
            Self::Owner => "OWNER",
        }
    }
}

/// The longest life of a token that has one: a hundred years.
const HOURS_MAX: i64 = 876_000;

/// Not repeatable: the secret is told once, to whoever hears the first answer.
pub(crate) const CREATE: Document<answers::create::Answer> =
    Document::once(include_str!("account/create.graphql"));

pub(crate) const REVOKE: Document<answers::revoke::Answer> =
    Document::repeatable(include_str!("account/revoke.graphql"));

pub(crate) const LIST: Document<answers::list::Answer> =
    Document::repeatable(include_str!("account/list.graphql"));

/// What `token create` answers in JSON: the parts of the token, beside each other.
#[derive(Debug, Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    token: &'a Option<Token>,
    secret: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nats: &'a Option<NatsUser>,
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Create(Create { name, role, expires_in_hours, nats, project, network, intent }) => {
                let project_id = match project {
                    Some(name) => Some(named::id(client, super::project::KIND, &name).await?),
                    None => None,
                };
                let seconds = expires_in_hours.map(|hours| u64::from(hours) * 3_600);
                let networks: Vec<String> = network.iter().map(Network::to_string).collect();
                let wanted = json!({
                    "name": name, "role": role.name(), "expiresInSeconds": seconds, "nats": nats.is_some(),
                    "projectId": project_id, "networks": networks,
                });
                let made = create(&client.meant(intent), wanted).await?;
                if let Some(token) = &made.token {
                    output.note(&format!("{}, {}: shown this once", token.id, word(&token.role)));
                }
                if let Some(user) = &made.nats {
                    output.note(&format!("over NATS: user {}, password: the token", user.user));
                    output.note(&format!(
                        "subjects {}.NOUN.VERB, inbox prefix {}",
                        user.subject, user.inbox_prefix
                    ));
                    if nats.as_deref().is_some_and(|server| server != "auto") {
                        output.note(&format!(
                            "for the users of that server's configuration:\n{}",
                            user.configuration
                        ));
                    }
                }
                // Nothing but the token, so that it can be put into a file.
                let answer = Made { token: &made.token, secret: &made.secret, nats: &made.nats };
                Ok(output.show(&answer, |made| made.secret.clone().unwrap_or_default())?)
            }
            Self::Setup { intent } => {
                let made = user::make_link(&client.meant(intent), json!({})).await?;
                Ok(output.show(&made, user::link_text)?)
            }
            Self::List => {
                let tokens: Vec<Token> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&tokens, |tokens| table(tokens))?)
            }
            Self::Revoke { id, certainty } => {
                let id = named::id(client, KIND, &id).await?;
                let wanted = input(json!({ "id": id }));
                let outcome = intent::act_for_good(client, output, certainty, &REVOKE, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&json!({ "id": id }), |_| format!("{id} is refused from now on"))?)
            }
        }
    }
}

async fn create(client: &Client, wanted: Value) -> Result<answers::create::Answer, Failure> {
    let outcome = client.act(&CREATE, input(wanted)).await?;
    Failure::refused(outcome.user_errors)?;
    Ok(outcome.payload)
}

/// The link by which the owner sets a name and a password.
pub(super) async fn setup_link(client: &Client) -> Result<String, Failure> {
    let made = user::make_link(client, json!({})).await?;
    Ok(made["link"].as_str().unwrap_or_default().to_owned())
}

/// A path below the address of the server. What stands behind the `#` browsers keep to themselves.
fn address_of(client: &Client, path: &str) -> String {
    format!("{}/{path}", client.server().as_str().trim_end_matches('/'))
}

fn table(tokens: &[Token]) -> String {
    let mut table = Table::new(&["id", "role", "ends", "name"]);
    for token in tokens {
        let until = token.expires_at.as_deref().map_or_else(|| "never".to_owned(), moment);
        let until = if token.is_disabled { "disabled with whoever made it".to_owned() } else { until };
        table.row([token.id.clone(), word(&token.role), until, token.name.clone()]);
    }
    table.text("no tokens")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_keeps_the_token_out_of_every_server_log() {
        for server in ["http://127.0.0.1:8484", "http://127.0.0.1:8484/"] {
            let client = Client::try_new(server.parse().unwrap(), None).unwrap();
            assert_eq!(address_of(&client, "#token=mdy_1"), "http://127.0.0.1:8484/#token=mdy_1");
        }
    }
}
