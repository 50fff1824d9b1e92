//! Commands over NATS (PL-61): a request is put before the gate as the principal that its subject names.
//!
//! The NATS server says who may speak as whom, by what a user may publish. Here the token behind the principal is
//! looked at for every command, so that one that is revoked or has ended is refused at once.

use std::sync::Arc;

use async_nats::{Client, HeaderMap, Message};
use futures::StreamExt as _;
use mediary_events::{AskError, Origin, OriginKind};
use mediary_schema::{CommandId, PrincipalId, ProjectId, TokenId, account::Rights};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{metric, relay::Outlet};
use crate::{
    gate::{Answer, Caller, Gate, Options, Refusal, Refused},
    log::PAYLOAD_BYTES_MAX,
    token::Tokens,
    work,
};

/// What the subjects of commands begin with; principal, noun and verb follow.
pub const COMMANDS: &str = "mediary.commands";
/// The header with the command's id.
pub const COMMAND_ID: &str = "Mediary-Command-Id";
/// The header with a condition: `{"streams": […], "types": […], "after": 12}`.
pub const ONLY_IF: &str = "Mediary-Only-If";

/// The header that asks what would be done, and for nothing to be done: `true`.
pub const DRY_RUN: &str = "Mediary-Dry-Run";

/// Commands that are decided at once; the others wait in the connection.
const AT_ONCE: usize = 32;

/// What is answered to a command: the same as over GraphQL.
#[derive(Debug, Serialize)]
struct Reply {
    #[serde(flatten)]
    answer: Option<Answer<Value>>,
    user_errors: Vec<Refused>,
}

/// What must not have moved, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnlyIf {
    #[serde(default)]
    streams: Vec<String>,
    #[serde(default)]
    subjects: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
    after: u64,
}

/// Why a request was not put before the gate.
#[derive(Debug, thiserror::Error)]
enum Unheard {
    #[error("no token that is accepted stands behind this principal")]
    Unauthenticated,
    #[error("{0} is not a subject such as {COMMANDS}.PRINCIPAL.playlist.follow")]
    Subject(String),
    #[error("{0} is not carried by NATS: its answer is a secret")]
    NotOverNats(&'static str),
}

impl mediary_events::Rejection for Unheard {
    fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Subject(_) => "BAD_SUBJECT",
            Self::NotOverNats(_) => "NOT_OVER_NATS",
        }
    }

    fn advice(&self) -> Option<String> {
        Some(match self {
            Self::Unauthenticated => {
                "`mediary token create NAME --nats` makes a credential for NATS".to_owned()
            }
            Self::Subject(_) => "see docs/nats.md".to_owned(),
            Self::NotOverNats(_) => "send it over HTTP or with `mediary`".to_owned(),
        })
    }
}

/// Hears commands, over one connection after the other.
pub(super) async fn hear(outlet: Arc<Outlet>, gate: Gate, tokens: Tokens) {
    let mut clients = outlet.client.subscribe();
    loop {
        let client = clients.borrow_and_update().clone();
        let hearing = async {
            if let Some(client) = client {
                hear_over(&client, &gate, &tokens).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            // The sender is in the outlet, which lives as long as this.
            _ = clients.changed() => {}
            () = hearing => {}
        }
    }
}

/// Answers what comes over one connection, until it is lost.
async fn hear_over(client: &Client, gate: &Gate, tokens: &Tokens) {
    let requests = match client.subscribe(format!("{COMMANDS}.*.*.*")).await {
        Ok(requests) => requests,
        Err(error) => {
            tracing::warn!(%error, "nats.commands_unheard");
            return;
        }
    };
    requests.for_each_concurrent(AT_ONCE, |request| answer(client, gate, tokens, request)).await;
}

async fn answer(client: &Client, gate: &Gate, tokens: &Tokens, request: Message) {
    let reply_to = request.reply.clone();
    let reply = match carry_out(gate, tokens, &request).await {
        Ok(answer) => {
            metric::command("accepted");
            Reply { answer: Some(answer), user_errors: Vec::new() }
        }
        Err(refusal) => {
            metric::command(refusal.code());
            // Not an event each: whoever may publish here could fill the log with them.
            let (subject, code) = (request.subject.as_str(), refusal.code());
            tracing::warn!(subject, code, error = %refusal, "nats.command_refused");
            Reply { answer: None, user_errors: vec![Refused::from(&refusal)] }
        }
    };
    let Some(reply_to) = reply_to else { return };
    let body = serde_json::to_vec(&reply).expect("an answer is JSON");
    if let Err(error) = client.publish(reply_to, body.into()).await {
        tracing::debug!(%error, "nats.answer_lost");
    }
}

async fn carry_out(gate: &Gate, tokens: &Tokens, request: &Message) -> Result<Answer<Value>, Refusal> {
    let (principal, name) = addressed(&request.subject)?;
    let Holder { token_id, project, rights } = holder(tokens, principal)?;
    if request.payload.len() > PAYLOAD_BYTES_MAX {
        return Err(Refusal::TooLarge);
    }
    if let Some(kind) = gate.registry().commands().find(|kind| kind.name == name && !kind.over_nats) {
        return Err(Unheard::NotOverNats(kind.name).into());
    }
    let command = gate.registry().open_command(&name, arguments(request)?)?;
    let (command_id, options) = terms(gate, request.headers.as_ref())?;
    let origin = Origin { kind: OriginKind::Nats, id: token_id.uuid() };
    let caller = Caller::person(principal, rights, origin, command_id, gate.ids()).within(project);
    let kind = command.kind();
    let answered = gate.ask_command(caller, command, options).await;
    if matches!(answered, Err(Refusal::Forbidden { .. })) {
        work::account::note_refused(gate, caller, token_id, kind.name).await;
    }
    answered
}

/// Who speaks, and the name of the command.
fn addressed(subject: &str) -> Result<(PrincipalId, String), Unheard> {
    let bad = || Unheard::Subject(subject.to_owned());
    let rest = subject.strip_prefix(COMMANDS).and_then(|rest| rest.strip_prefix('.')).ok_or_else(bad)?;
    let (principal, name) = rest.split_once('.').ok_or_else(bad)?;
    Ok((principal.parse().map_err(|_| bad())?, name.to_owned()))
}

/// Who speaks.
struct Holder {
    token_id: TokenId,
    project: ProjectId,
    rights: Rights,
}

/// The token behind a principal, and what it may do: looked at for every command.
fn holder(tokens: &Tokens, principal: PrincipalId) -> Result<Holder, Unheard> {
    let token_id = TokenId::from_uuid(principal.uuid());
    let found = tokens.get(PrincipalId::OWNER, token_id).map_err(|_| Unheard::Unauthenticated)?;
    if found.speaks_as != principal {
        return Err(Unheard::Unauthenticated);
    }
    Ok(Holder { token_id, project: found.project, rights: found.rights })
}

fn arguments(request: &Message) -> Result<Value, Refusal> {
    if request.payload.is_empty() {
        return Ok(json!({}));
    }
    let read = serde_json::from_slice(&request.payload);
    Ok(read.map_err(|error| AskError::Malformed { name: "the request", reason: error.to_string() })?)
}

fn terms(gate: &Gate, headers: Option<&HeaderMap>) -> Result<(CommandId, Options), Refusal> {
    let bad = |reason: String| AskError::Condition { reason };
    // Many clients write names in small letters: what asks for nothing to be done must not be missed.
    let header = |name: &'static str| {
        let named = headers.into_iter().flat_map(HeaderMap::iter);
        let named = named.filter(|(key, _)| AsRef::<str>::as_ref(*key).eq_ignore_ascii_case(name));
        let mut values = named.flat_map(|(_, values)| values).map(|value| value.as_str().to_owned());
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(bad(format!("{name} is said twice"))),
        }
    };
    let command_id = match header(COMMAND_ID)? {
        Some(text) => text.parse().map_err(|error: mediary_schema::ParseIdError| bad(error.to_string()))?,
        None => CommandId::from_uuid(gate.ids().next()),
    };
    let dry_run = match header(DRY_RUN)?.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        // One who can't say it in so many words must not have it done.
        Some(other) => return Err(bad(format!("{DRY_RUN} is {other:?}, and neither true nor false")).into()),
    };
    let Some(text) = header(ONLY_IF)? else { return Ok((command_id, Options { only_if: None, dry_run })) };
    let only_if: OnlyIf = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let OnlyIf { streams, subjects, types, after } = only_if;
    let only_if = gate.registry().only_if(streams, &subjects, types, after)?;
    Ok((command_id, Options { only_if: Some(only_if), dry_run }))
}

/// The lines that let a credential speak on a NATS server of one's own.
pub fn user_lines(token_id: TokenId, password_hash: &str) -> String {
    let principal = token_id.uuid();
    format!(
        "{{ user: \"{token_id}\", password: \"{password_hash}\", permissions: {{ \
         publish: {{ allow: [\"{COMMANDS}.{principal}.>\"] }}, \
         subscribe: {{ allow: [\"{}.>\"] }} }} }}",
        inbox_prefix(token_id)
    )
}

/// What the inbox of a credential begins with: the answers to others can't be heard there.
pub fn inbox_prefix(token_id: TokenId) -> String {
    format!("_INBOX_{}", token_id.uuid().simple())
}
