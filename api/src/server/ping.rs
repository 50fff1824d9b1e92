//! Reports of whatever is checked by reporting itself: `/ping/KEY/NAME`, with `/start`, `/fail`, `/log` or an exit code behind it,
//! as Healthchecks has it, so that a crontab changes its host name only; and with `/ci`, to which CI services send their webhooks.
//!
//! Guarantees: a key is of one project and does nothing but report there, and with `?create=1` make a check that reports by itself; it
//! follows from the vault's master key, and is another one after `mediary secret rotate`. What is answered with 200 was taken.

mod build;

use std::collections::HashMap;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use mediary_events::check::{Ask, Check, ask::Add};
use mediary_log::{
    Origin, OriginKind,
    check::Checks,
    gate::{Caller, Gate, Refusal, Story as _},
    vault::{Vault, VaultError},
};
use mediary_schema::{
    CheckId, ProjectId, Timestamp,
    check::{Alerting, Beat, BeatKind, Definition, Printed, Probe, one_line},
    schedule::{Rhythm, Timing},
};
use serde_json::Value;
use uuid::Uuid;

use super::{path_part, spawn_blocking};

/// What the key is for.
const PURPOSE: &str = "mediary 2026-11-29 reports of checks";
/// Digits of a key: 128 bits.
const KEY_DIGITS: usize = 32;
/// The longest words of a report that are read, in bytes; of longer ones the beginning counts.
const WORDS_BYTES_MAX: usize = 100 << 10;
/// What stands behind a name where a CI service reports.
const OF_CI: &str = "ci";
/// The longest body of a CI service, in bytes.
const BODY_BYTES_MAX: usize = 1 << 20;
/// What a check that is made by its first report expects: once a day, an hour late at most, as Healthchecks has it.
const EVERY_SECONDS: u32 = 86_400;
const GRACE_SECONDS: u32 = 3_600;

/// Where reports come in.
#[derive(Clone)]
pub(super) struct Ping {
    gate: Gate,
    vault: Vault,
    checks: Checks,
}

/// Why a report was not taken.
struct NotTaken(StatusCode, String);

impl IntoResponse for NotTaken {
    fn into_response(self) -> Response {
        let Self(status, why) = self;
        (status, [(header::CACHE_CONTROL, "no-store")], why + "\n").into_response()
    }
}

/// Where a check reports: a path on the server. May block.
pub(crate) fn path_of(vault: &Vault, project: ProjectId, name: &str) -> Result<String, VaultError> {
    Ok(format!("/ping/{}/{}", key_of(vault, project)?, path_part(name)))
}

/// The key of a project: digits, with the project before them if it is not the only one of a person alone.
fn key_of(vault: &Vault, project: ProjectId) -> Result<String, VaultError> {
    let proof = blake3::keyed_hash(&*vault.key_for(PURPOSE)?, project.uuid().as_bytes()).to_hex();
    let digits = &proof[..KEY_DIGITS];
    Ok(if project == ProjectId::HOME { digits.to_owned() } else { format!("{}.{digits}", project.token()) })
}

/// The project whose key it is.
fn project_of(vault: &Vault, key: &str) -> Result<Option<ProjectId>, VaultError> {
    let project = match key.split_once('.') {
        None => ProjectId::HOME,
        Some((project, _)) => match ProjectId::from_token(project) {
            Some(project) => project,
            None => return Ok(None),
        },
    };
    // As hashes, whose comparison tells nobody how far both are the same.
    let is_it = blake3::hash(key.as_bytes()) == blake3::hash(key_of(vault, project)?.as_bytes());
    Ok(is_it.then_some(project))
}

impl Ping {
    pub(super) fn new(gate: Gate, vault: Vault, checks: Checks) -> Self {
        Self { gate, vault, checks }
    }

    pub(super) fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let plain = async |State(ping): State<Self>,
                           Path((key, name)): Path<(String, String)>,
                           Query(asked): Query<HashMap<String, String>>,
                           headers: HeaderMap,
                           body: Body| {
            ping.take(&key, &name, BeatKind::Success, &asked, &headers, body).await
        };
        let with_word = async |State(ping): State<Self>,
                               Path((key, name, word)): Path<(String, String, String)>,
                               Query(asked): Query<HashMap<String, String>>,
                               headers: HeaderMap,
                               body: Body| match kind_of(&word) {
            _ if word == OF_CI => ping.take_of_ci(&key, &name, &asked, &headers, body).await,
            Some(kind) => ping.take(&key, &name, kind, &asked, &headers, body).await,
            None => Err(NotTaken(
                StatusCode::BAD_REQUEST,
                "behind the name stands `start`, `fail`, `log`, `ci` or an exit code from 0 to 255"
                    .to_owned(),
            )),
        };
        Router::new()
            .route("/ping/{key}/{name}", get(plain).post(plain))
            .route("/ping/{key}/{name}/{word}", get(with_word).post(with_word))
            .with_state(self)
    }

    async fn take(
        self,
        key: &str,
        name: &str,
        kind: BeatKind,
        asked: &HashMap<String, String>,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, NotTaken> {
        let (check_id, at) = self.reported(key, name, asked).await?;
        let printed = printed(headers, body).await;
        self.report(Beat { check_id, kind, printed, at })
    }

    /// What a CI service says of a run.
    async fn take_of_ci(
        self,
        key: &str,
        name: &str,
        asked: &HashMap<String, String>,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, NotTaken> {
        let (check_id, at) = self.reported(key, name, asked).await?;
        let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
            let why = format!("it is longer than {BODY_BYTES_MAX} bytes");
            NotTaken(StatusCode::PAYLOAD_TOO_LARGE, why)
        })?;
        let said = json_of(headers, &bytes).ok_or_else(|| {
            NotTaken(StatusCode::BAD_REQUEST, "it is no JSON: a CI service sends its webhook here".to_owned())
        })?;
        let Some((kind, words)) = build::result(&said) else {
            // Such as the first one, by which a service tries whether anybody is here.
            return Ok("OK: it says nothing of a run, and is not recorded\n".into_response());
        };
        let printed = Printed { message: one_line(&words), values: Vec::new() };
        self.report(Beat { check_id, kind, printed, at })
    }

    fn report(&self, beat: Beat) -> Result<Response, NotTaken> {
        if self.checks.report(beat) { Ok("OK\n".into_response()) } else { Err(not_now()) }
    }

    /// Which check that is of which something is reported, and when that came in.
    async fn reported(
        &self,
        key: &str,
        name: &str,
        asked: &HashMap<String, String>,
    ) -> Result<(CheckId, Timestamp), NotTaken> {
        let (vault, shown) = (self.vault.clone(), key.to_owned());
        let project = spawn_blocking(move || project_of(&vault, &shown)).await;
        let project = match project {
            Ok(Ok(Some(project))) => project,
            Ok(Ok(None)) => {
                return Err(NotTaken(
                    StatusCode::NOT_FOUND,
                    "this address reports nothing here: `mediary check push-url NAME` says where to report"
                        .to_owned(),
                ));
            }
            Ok(Err(_)) | Err(_) => return Err(not_now()),
        };
        let at = self.gate.clock().now();
        let check_id = self.gate.identities().check(project, name);
        let is_wanted = asked.get("create").is_some_and(|create| create == "1");
        match self.is_there(check_id).await? {
            true => {}
            false if is_wanted => self.make(project, name).await?,
            false => {
                return Err(NotTaken(
                    StatusCode::NOT_FOUND,
                    format!("there is no check {name:?} that reports by itself; `?create=1` makes it"),
                ));
            }
        }
        Ok((check_id, at))
    }

    async fn is_there(&self, check_id: CheckId) -> Result<bool, NotTaken> {
        let reports = |state: &<Check as mediary_events::Concern>::State| {
            state.plan.as_ref().is_some_and(|plan| matches!(plan.definition.probe, Probe::Push {}))
        };
        self.gate.inspect::<Check, _>(check_id.uuid(), reports).await.map_err(|_| not_now())
    }

    async fn make(&self, project: ProjectId, name: &str) -> Result<(), NotTaken> {
        let definition = Definition {
            probe: Probe::Push {},
            rhythm: Rhythm { timing: Timing::Every { seconds: EVERY_SECONDS }, jitter_seconds: 0 },
            timeout_seconds: GRACE_SECONDS,
            is_inverted: false,
            thresholds: vec![],
            alerting: Alerting::default(),
            maintenance: Vec::new(),
            depends_on: [].into(),
            group: None,
            tags: [].into(),
            links: [].into(),
            is_public: false,
        };
        let asked =
            Ask::Add(Box::new(Add { name: name.to_owned(), definition, replace: false, is_paused: false }));
        let origin = Origin { kind: OriginKind::Webhook, id: Uuid::nil() };
        let caller = Caller::platform(origin, self.gate.ids()).within(project);
        match self.gate.transact(caller, move |story| asked.tell(story)).await {
            Ok(_) => Ok(()),
            Err(Refusal::Rejected(rejection)) => Err(NotTaken(StatusCode::CONFLICT, rejection.to_string())),
            Err(_) => Err(not_now()),
        }
    }
}

fn not_now() -> NotTaken {
    NotTaken(
        StatusCode::SERVICE_UNAVAILABLE,
        "no report is taken now; the same may be a moment later".to_owned(),
    )
}

fn kind_of(word: &str) -> Option<BeatKind> {
    Some(match word {
        "start" => BeatKind::Start,
        "fail" => BeatKind::Fail,
        "log" => BeatKind::Log,
        code => BeatKind::Exit(code.parse().ok()?),
    })
}

/// What came with a report: its first line, and its numbers.
async fn printed(headers: &HeaderMap, body: Body) -> Printed {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length == Some(0) {
        return Printed::default();
    }
    // What is longer is not read: that it came is the report.
    let bytes = to_bytes(body, WORDS_BYTES_MAX).await.unwrap_or_default();
    Printed::read(String::from_utf8_lossy(&bytes).lines())
}

/// A body as JSON, which some services send as the field `payload` of a form.
fn json_of(headers: &HeaderMap, bytes: &[u8]) -> Option<Value> {
    let form = "application/x-www-form-urlencoded";
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with(form)) {
        let (_, payload) = url::form_urlencoded::parse(bytes).find(|(field, _)| field == "payload")?;
        return serde_json::from_str(&payload).ok();
    }
    serde_json::from_slice(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_name_says_what_came_of_it() {
        assert_eq!(kind_of("start"), Some(BeatKind::Start));
        assert_eq!(kind_of("0"), Some(BeatKind::Exit(0)));
        assert_eq!(kind_of("255"), Some(BeatKind::Exit(255)));
        for word in ["256", "-1", "success", "ci", ""] {
            assert_eq!(kind_of(word), None, "{word}");
        }
    }
}
