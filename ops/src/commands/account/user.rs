//! `mediary user`: people who sign in by a name and a password.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{HOURS_MAX, Role, address_of};
use crate::{
    answers::account::{
        User, user_add as add, user_disable as disable, user_enable as enable, user_invite as invite,
        user_list as list, user_password as password, user_remove as remove, user_set as set,
    },
    client::{Client, Document},
    commands::{
        failure::Failure,
        intent::{self, Certainty, Intent},
        named::{self, Kind},
        noun::Verbs,
        playlist::input,
        secret,
    },
    output::{Output, Table, clean, fields, moment, word},
};

/// What it is about, by what people call them.
pub(super) const KIND: Kind =
    Kind::new("PRINCIPAL", "user", "`mediary user list` shows those that there are");

/// What can be done with users.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Let somebody in by a name, once he has a password: `user invite` lets him set it himself.
    #[command(after_help = "\
Examples:
  mediary user add anna --role editor && mediary user invite anna
  mediary user add kitchen --permission download")]
    Add(Add),
    /// List everybody who signs in, with what he may do and by how many browsers he is signed in.
    List,
    /// Let a user do something else, or call him otherwise; what is left out stays.
    Set(Set),
    /// Set a user's password; whoever is signed in as him is not any more.
    #[command(after_help = "\
It is read from stdin, never from an argument, which every program of the machine may see. One line break at its end is
not part of it.

Example:
  pass show anna | mediary user password anna --stdin")]
    Password {
        /// His name, his id or the first digits of it.
        #[arg(value_name = "USER")]
        user: String,
        /// Read it from stdin: there is no other way.
        #[arg(long)]
        stdin: bool,
        #[command(flatten)]
        intent: Intent,
    },
    /// Make a link by which a user sets his password himself, once.
    Invite {
        /// His name, his id or the first digits of it.
        #[arg(value_name = "USER")]
        user: String,
        /// When it ends [else: in an hour]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=HOURS_MAX))]
        expires_in_hours: Option<u32>,
        #[command(flatten)]
        intent: Intent,
    },
    /// Let a user in by no door until he is enabled again: he is signed out everywhere, and tokens that he made open nothing.
    Disable {
        /// His name, his id or the first digits of it.
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        intent: Intent,
    },
    /// Let a user in again who was disabled, by the name and the password that he had.
    Enable {
        /// His name, his id or the first digits of it.
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        intent: Intent,
    },
    /// Let a user in no longer, sign him out everywhere, and destroy the hash of his password.
    Remove {
        /// His name, his id or the first digits of it.
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        certainty: Certainty,
    },
}

/// A user to be added.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// By which name he signs in; one of a kind.
    #[arg(value_name = "NAME")]
    name: String,
    /// What he may do.
    #[arg(long, value_enum, value_name = "ROLE", default_value_t)]
    role: Role,
    /// What he may do beyond the role, such as `follow`; may be given several times
    #[arg(long, value_name = "WORD")]
    permission: Vec<String>,
    /// The project whose things he meets: its name or its id [else: home]
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    #[command(flatten)]
    intent: Intent,
}

/// What is otherwise of a user.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// His name, his id or the first digits of it.
    #[arg(value_name = "USER")]
    user: String,
    /// Another name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Another role.
    #[arg(long, value_enum, value_name = "ROLE")]
    role: Option<Role>,
    /// All that he may do beyond the role; may be given several times
    #[arg(long, value_name = "WORD", conflicts_with = "no_permissions")]
    permission: Vec<String>,
    /// He may do no more than the role says.
    #[arg(long)]
    no_permissions: bool,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const ADD: Document<add::Answer> = Document::repeatable(include_str!("user_add.graphql"));
pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("user_list.graphql"));
pub(crate) const SET: Document<set::Answer> = Document::repeatable(include_str!("user_set.graphql"));
pub(crate) const DISABLE: Document<disable::Answer> =
    Document::repeatable(include_str!("user_disable.graphql"));
pub(crate) const ENABLE: Document<enable::Answer> = Document::repeatable(include_str!("user_enable.graphql"));
pub(crate) const REMOVE: Document<remove::Answer> = Document::repeatable(include_str!("user_remove.graphql"));
pub(crate) const PASSWORD: Document<password::Answer> =
    Document::repeatable(include_str!("user_password.graphql"));
/// Not repeatable: the link is told once, to whoever hears the first answer.
pub(crate) const INVITE: Document<invite::Answer> = Document::once(include_str!("user_invite.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Add(Add { name, role, permission, project, intent }) => {
                let project_id = match project {
                    Some(name) => Some(named::id(client, crate::commands::project::KIND, &name).await?),
                    None => None,
                };
                let wanted = json!({
                    "name": name, "role": role.name(), "permissions": permission, "projectId": project_id,
                });
                let outcome = client.meant(intent).act(&ADD, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                show(output, outcome.payload.user)?;
                output.note(&format!(
                    "`mediary user invite {name}` makes a link by which he sets his password"
                ));
                Ok(())
            }
            Self::List => {
                let users: Vec<User> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&users, |users| table(users))?)
            }
            Self::Set(Set { user, name, role, permission, no_permissions, intent }) => {
                let id = named::id(client, KIND, &user).await?;
                let permissions = (no_permissions || !permission.is_empty()).then_some(permission);
                let wanted = json!({
                    "id": id, "name": name, "role": role.map(Role::name), "permissions": permissions,
                });
                let outcome = client.meant(intent).act(&SET, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                show(output, outcome.payload.user)
            }
            Self::Password { stdin: false, .. } => Err(Failure::Usage {
                message: "a password is read from stdin, and from nowhere else".to_owned(),
                advice: "say so: `mediary user password NAME --stdin < FILE`",
            }),
            Self::Password { user, stdin: true, intent } => {
                let id = named::id(client, KIND, &user).await?;
                let password = secret::from_stdin(output)?;
                let wanted = input(json!({ "id": id, "password": password }));
                let outcome = client.meant(intent).act(&PASSWORD, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                show(output, outcome.payload.user)
            }
            Self::Invite { user, expires_in_hours, intent } => {
                let id = named::id(client, KIND, &user).await?;
                let seconds = expires_in_hours.map(|hours| u64::from(hours) * 3_600);
                let wanted = json!({ "id": id, "expiresInSeconds": seconds });
                let made = make_link(&client.meant(intent), wanted).await?;
                Ok(output.show(&made, link_text)?)
            }
            Self::Disable { user, intent } => {
                let id = named::id(client, KIND, &user).await?;
                let outcome = client.meant(intent).act(&DISABLE, input(json!({ "id": id }))).await?;
                Failure::refused(outcome.user_errors)?;
                show(output, outcome.payload.user)
            }
            Self::Enable { user, intent } => {
                let id = named::id(client, KIND, &user).await?;
                let outcome = client.meant(intent).act(&ENABLE, input(json!({ "id": id }))).await?;
                Failure::refused(outcome.user_errors)?;
                show(output, outcome.payload.user)
            }
            Self::Remove { user, certainty } => {
                let id = named::id(client, KIND, &user).await?;
                let wanted = input(json!({ "id": id }));
                let outcome = intent::act_for_good(client, output, certainty, &REMOVE, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&json!({ "id": id }), |_| format!("{id} is let in no longer"))?)
            }
        }
    }
}

/// Makes a link of what is wanted; as JSON, with where it leads.
pub(super) async fn make_link(client: &Client, wanted: Value) -> Result<Value, Failure> {
    let outcome = client.act(&INVITE, input(wanted)).await?;
    Failure::refused(outcome.user_errors)?;
    let invite::Answer { secret, path, expires_at } = outcome.payload;
    let link = path.map(|path| address_of(client, &path));
    Ok(json!({ "secret": secret, "link": link, "expiresAt": expires_at }))
}

pub(super) fn link_text(made: &Value) -> String {
    let text = |key: &str| made[key].as_str().map(ToOwned::to_owned);
    fields(&[("link", text("link")), ("until", made["expiresAt"].as_str().map(moment))])
}

fn show(output: &mut Output, user: Option<User>) -> Result<(), Failure> {
    match user {
        Some(user) => Ok(output.show(&user, text)?),
        None => Ok(output.show(&json!({}), |_| "done; it can't be shown yet".to_owned())?),
    }
}

fn text(user: &User) -> String {
    fields(&[
        ("id", Some(user.id.clone())),
        ("name", Some(clean(&user.name))),
        ("role", Some(word(&user.role))),
        ("beyond it", Some(user.extra_permissions.join(", ")).filter(|words| !words.is_empty())),
        ("password", Some(if user.has_password { "set" } else { "not set yet" }.to_owned())),
        ("let in", user.is_disabled.then(|| DISABLED.to_owned())),
    ])
}

/// What is said of somebody who is let in by no door.
const DISABLED: &str = "disabled";

fn table(users: &[User]) -> String {
    let mut table = Table::new(&["name", "role", "beyond it", "password", "browsers", "id"]);
    for user in users {
        table.row([
            clean(&user.name),
            word(&user.role),
            user.extra_permissions.join(", "),
            if user.has_password { "set" } else { "not set yet" }.to_owned(),
            if user.is_disabled { DISABLED.to_owned() } else { user.sessions.len().to_string() },
            user.id.clone(),
        ]);
    }
    table.text("nobody signs in by a name; `mediary token setup` makes the owner's link")
}
