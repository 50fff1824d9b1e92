//! `mediary secret`: what is kept and told to nobody.

mod entry;

use std::io::{self, IsTerminal as _, Read as _};

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    intent::{self, Certainty, Intent},
    named::{self, Kind},
    noun::Verbs,
    page,
    playlist::input,
};
use crate::{
    answers::secret::{OutOfReach, Secret, delete, list, rotate, set},
    client::{Client, Document},
    output::{Output, Table, clean, fields, moment, plural},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind =
    Kind::new("SECRET", "secret", "`mediary secret list` shows those that there are");

/// What can be done with secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Keep a secret under a name, in place of the one before; nobody is told it again.
    #[command(after_help = "\
It is read from stdin, never from an argument, which every program of the machine may see. One line break at its end is
not part of it.

Examples:
  mediary secret set tube --stdin < password.txt
  pass show tube | mediary secret set tube --stdin")]
    Set(Set),
    /// List the secrets by name, without the secrets themselves.
    List,
    /// Make a new master key, and wrap all keys by it.
    Rotate {
        #[command(flatten)]
        intent: Intent,
    },
    /// Destroy a secret and the key that it was sealed by, and say where something of it may be left.
    #[command(mut_arg("yes", |yes| {
        yes.help("Don't ask first; where nobody is there to be asked, it is done without this, too")
    }))]
    Delete {
        /// Its name, its id or the first digits of it.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        certainty: Certainty,
    },
}

/// A secret to be kept.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// What it is called; one of a kind.
    #[arg(value_name = "NAME")]
    name: String,
    /// Read it from stdin: there is no other way.
    #[arg(long)]
    stdin: bool,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const SET: Document<set::Answer> = Document::repeatable(include_str!("secret/set.graphql"));
pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("secret/list.graphql"));
pub(crate) const ROTATE: Document<rotate::Answer> =
    Document::repeatable(include_str!("secret/rotate.graphql"));
pub(crate) const DELETE: Document<delete::Answer> =
    Document::repeatable(include_str!("secret/delete.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Set(Set { stdin: false, .. }) => Err(Failure::Usage {
                message: "a secret is read from stdin, and from nowhere else".to_owned(),
                advice: "say so: `mediary secret set NAME --stdin < FILE`",
            }),
            Self::Set(Set { name, stdin: true, intent }) => {
                let value = from_stdin(output)?;
                let wanted = input(json!({ "name": name, "value": value }));
                let outcome = client.meant(intent).act(&SET, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                match outcome.payload.secret {
                    Some(secret) => Ok(output.show(&secret, text)?),
                    None => Ok(output.show(&json!({}), |_| "done; it can't be shown yet".to_owned())?),
                }
            }
            Self::List => {
                let secrets = page::all(client, &LIST, json!({}), None).await?;
                Ok(output.show(&secrets, |secrets| table(secrets))?)
            }
            Self::Rotate { intent } => {
                let outcome = client.meant(intent).act(&ROTATE, input(json!({}))).await?;
                Failure::refused(outcome.user_errors)?;
                let told = json!({ "masterKeyId": outcome.payload.master_key_id });
                Ok(output.show(&told, |_| "all keys are wrapped by a new master key".to_owned())?)
            }
            Self::Delete { name, certainty } => {
                let id = named::id(client, KIND, &name).await?;
                let wanted = input(json!({ "id": id }));
                let certainty = certainty.unless_asked(output);
                let outcome = intent::act_for_good(client, output, certainty, &DELETE, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                let (is_destroyed, left) = (outcome.payload.is_destroyed, outcome.payload.out_of_reach);
                let used_by = outcome.payload.used_by;
                if !used_by.is_empty() {
                    let lists = plural(used_by.len() as u64, "playlist is", "playlists are");
                    output.note(&format!(
                        "{lists} asked for without cookies from now on: {}",
                        used_by.join(", ")
                    ));
                }
                let sites = outcome.payload.used_by_sites;
                if !sites.is_empty() {
                    output.note(&format!(
                        "asked without it from now on, or not at all if it was their proxy: {}",
                        sites.join(", ")
                    ));
                }
                let told = json!({ "id": id, "isDestroyed": is_destroyed, "usedBy": used_by,
                    "usedBySites": sites, "outOfReach": left });
                Ok(output.show(&told, |_| destroyed(is_destroyed, &left))?)
            }
        }
    }
}

/// What stands on stdin, without one line break at its end.
pub(crate) fn from_stdin(output: &mut Output) -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        output.note("type the secret, which can be seen; end with Ctrl-D on a line of its own");
    }
    let mut value = String::new();
    io::stdin().read_to_string(&mut value)?;
    if value.ends_with('\n') {
        value.pop();
        if value.ends_with('\r') {
            value.pop();
        }
    }
    Ok(value)
}

fn text(secret: &Secret) -> String {
    fields(&[
        ("id", Some(secret.id.clone())),
        ("name", Some(clean(&secret.name))),
        ("set", Some(moment(&secret.set_at))),
    ])
}

fn table(secrets: &[Secret]) -> String {
    let mut table = Table::new(&["name", "set", "id"]);
    for Secret { id, name, set_at } in secrets {
        table.row([clean(name), moment(set_at), id.clone()]);
    }
    table.text("there are no secrets; `mediary secret set NAME --stdin` keeps one")
}

fn destroyed(is_destroyed: bool, left: &[OutOfReach]) -> String {
    let first = if is_destroyed {
        "it and its key are destroyed here; out of reach may be:"
    } else {
        "it is deleted, and its key is not destroyed yet: the server's log says why, and tries again; out of reach may be:"
    };
    let rest = left.iter().map(|OutOfReach { place, message }| format!("  {place}: {message}"));
    std::iter::once(first.to_owned()).chain(rest).collect::<Vec<_>>().join("\n")
}
