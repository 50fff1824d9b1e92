//! `mediary session`: browsers that are signed in.

use clap::Subcommand;
use serde_json::json;

use super::user;
use crate::{
    answers::account::{
        BrowserSession, session_list as list, session_revoke as revoke, session_revoke_all as revoke_all,
    },
    client::{Client, Document},
    commands::{
        failure::Failure,
        intent::{self, Certainty},
        named::{self, Kind},
        noun::Verbs,
        playlist::input,
    },
    output::{Output, Table, clean, moment},
};

/// What it is about.
const KIND: Kind = Kind::new("SESSION", "session", "`mediary session list USER` shows those that there are");

/// What can be done with sessions.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the browsers that somebody is signed in by.
    List {
        /// His name, his id or the first digits of it [else: one's own]
        #[arg(value_name = "USER")]
        user: Option<String>,
    },
    /// Sign a browser out.
    Revoke {
        /// Its id or the first digits of it.
        #[arg(value_name = "SESSION")]
        id: String,
        #[command(flatten)]
        certainty: Certainty,
    },
    /// Sign somebody out everywhere.
    RevokeAll {
        /// His name, his id or the first digits of it.
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        certainty: Certainty,
    },
}

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("session_list.graphql"));
pub(crate) const REVOKE: Document<revoke::Answer> =
    Document::repeatable(include_str!("session_revoke.graphql"));
pub(crate) const REVOKE_ALL: Document<revoke_all::Answer> =
    Document::repeatable(include_str!("session_revoke_all.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List { user } => {
                let user_id = match user {
                    Some(user) => Some(named::id(client, user::KIND, &user).await?),
                    None => None,
                };
                let sessions: Vec<BrowserSession> = client.ask(&LIST, json!({ "userId": user_id })).await?;
                Ok(output.show(&sessions, |sessions| table(sessions))?)
            }
            Self::Revoke { id, certainty } => {
                let id = named::id(client, KIND, &id).await?;
                let wanted = input(json!({ "id": id }));
                let outcome = intent::act_for_good(client, output, certainty, &REVOKE, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&json!({ "id": id }), |_| format!("{id} is signed out"))?)
            }
            Self::RevokeAll { user, certainty } => {
                let id = named::id(client, user::KIND, &user).await?;
                let wanted = input(json!({ "userId": id }));
                let outcome = intent::act_for_good(client, output, certainty, &REVOKE_ALL, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&json!({ "id": id }), |_| format!("{id} is signed out everywhere"))?)
            }
        }
    }
}

fn table(sessions: &[BrowserSession]) -> String {
    let mut table = Table::new(&["signed in", "ends", "from", "browser", "id"]);
    for session in sessions {
        table.row([
            moment(&session.opened_at),
            moment(&session.expires_at),
            clean(&session.address),
            clean(&session.agent),
            session.id.clone(),
        ]);
    }
    table.text("no browser is signed in")
}
