//! Signed webhooks that have something looked at now: `POST /run/PROJECT/NAME` (CH-07).
//!
//! Guarantees: a secret is of one check, follows from the vault's master key, and is another one after `mediary secret rotate`; it stands in
//! no address and in no request but as what signs it. Whoever can't sign learns nothing, not even that there is such a check.
//! Sources: Standard Webhooks (`webhook-signature`, in which the moment is signed, too), GitHub (`X-Hub-Signature-256`), GitLab (`X-Gitlab-Token`).

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use mediary_events::check::{Ask, ask::RunNow};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate, Refusal, Story as _},
    vault::{Vault, VaultError},
};
use mediary_schema::{CheckId, ProjectId, Timestamp, check::is_reference};
use ring::hmac;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{path_part, spawn_blocking};

/// What the secret is for.
const PURPOSE: &str = "mediary 2026-11-29 webhooks that have a check looked at";
/// What a secret begins with, as Standard Webhooks has it.
const PREFIX: &str = "whsec_";
/// The longest body, in bytes.
const BODY_BYTES_MAX: usize = 1 << 20;
/// How old or how far ahead the moment of a webhook may be, in seconds: clocks differ, and nobody sends an old one again.
const TOLERANCE_S: u64 = 300;
/// Where a body says what a run is for, in the order in which they count: any sender's own word, GitHub and GitLab, a branch.
const REFERENCES: [&str; 5] = ["/reference", "/after", "/checkout_sha", "/head_commit/id", "/ref"];

/// Where webhooks come in.
#[derive(Clone)]
pub(super) struct RunHook {
    gate: Gate,
    vault: Vault,
}

/// Where a webhook has a check looked at, and by what it is signed.
#[derive(Debug)]
pub(crate) struct Address {
    /// A path on the server.
    pub(crate) path: String,
    /// The secret, in the form of Standard Webhooks.
    pub(crate) secret: String,
}

/// Where a check is looked at by a webhook. May block.
pub(crate) fn address_of(
    vault: &Vault,
    project: ProjectId,
    id: CheckId,
    name: &str,
) -> Result<Address, VaultError> {
    let path = format!("/run/{}/{}", project.token(), path_part(name));
    Ok(Address { path, secret: secret_of(vault, id)? })
}

fn secret_of(vault: &Vault, id: CheckId) -> Result<String, VaultError> {
    let secret = blake3::keyed_hash(&*vault.key_for(PURPOSE)?, id.uuid().as_bytes());
    Ok(format!("{PREFIX}{}", BASE64.encode(secret.as_bytes())))
}

impl RunHook {
    pub(super) fn new(gate: Gate, vault: Vault) -> Self {
        Self { gate, vault }
    }

    pub(super) fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        Router::new().route("/run/{project}/{name}", post(take)).with_state(self)
    }
}

async fn take(
    State(RunHook { gate, vault }): State<RunHook>,
    Path((project, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return told(
            StatusCode::PAYLOAD_TOO_LARGE,
            json!({ "error": format!("it is longer than {BODY_BYTES_MAX} bytes") }),
        );
    };
    let Some(project) = ProjectId::from_token(&project) else { return unsigned() };
    let check_id = gate.identities().check(project, &name);
    let Ok(Ok(secret)) = spawn_blocking(move || secret_of(&vault, check_id)).await else { return not_now() };
    if !is_signed(&secret, &headers, &body, gate.clock().now()) {
        return unsigned();
    }
    let asked = Ask::Run(RunNow { check_id, reference: reference(&body) });
    let origin = Origin { kind: OriginKind::Webhook, id: Uuid::nil() };
    let caller = Caller::platform(origin, gate.ids()).within(project);
    match gate.transact(caller, move |story| asked.tell(story)).await {
        Ok(run) => told(StatusCode::ACCEPTED, json!({ "checkId": check_id, "runId": run.value.run_id })),
        Err(Refusal::Rejected(rejection)) => {
            told(StatusCode::CONFLICT, json!({ "error": rejection.to_string(), "code": rejection.code() }))
        }
        Err(_) => not_now(),
    }
}

fn told(status: StatusCode, says: Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(says)).into_response()
}

fn unsigned() -> Response {
    let advice = "no check is looked at by this: `mediary check run-url NAME` says where, and by which secret it is signed";
    told(StatusCode::NOT_FOUND, json!({ "error": advice }))
}

fn not_now() -> Response {
    told(
        StatusCode::SERVICE_UNAVAILABLE,
        json!({ "error": "nothing is looked at just now; the same may be a moment later" }),
    )
}

/// Whether whoever sends it has the secret. Comparisons take as long however much of both is the same.
fn is_signed(secret: &str, headers: &HeaderMap, body: &[u8], now: Timestamp) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(signatures) = text("webhook-signature") {
        let (Some(id), Some(seconds)) = (text("webhook-id"), text("webhook-timestamp")) else { return false };
        let now_s = now.as_micros().div_euclid(1_000_000);
        let is_of_now = seconds.parse::<i64>().is_ok_and(|at| at.abs_diff(now_s) <= TOLERANCE_S);
        let bytes = secret
            .strip_prefix(PREFIX)
            .and_then(|encoded| BASE64.decode(encoded.as_bytes()).ok())
            .unwrap_or_default();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let signed = [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat();
        let is_it = |signature: &str| {
            let tag =
                signature.strip_prefix("v1,").and_then(|encoded| BASE64.decode(encoded.as_bytes()).ok());
            tag.is_some_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())
        };
        return is_of_now && signatures.split(' ').any(is_it);
    }
    if let Some(signature) = text("x-hub-signature-256") {
        // It signs by the secret as it is written.
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = signature
            .strip_prefix("sha256=")
            .and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok());
        return tag.is_some_and(|tag| hmac::verify(&key, body, &tag).is_ok());
    }
    // As hashes, whose comparison tells nobody how far both are the same.
    text("x-gitlab-token")
        .is_some_and(|token| blake3::hash(token.as_bytes()) == blake3::hash(secret.as_bytes()))
}

/// What a body says that the run is for; none if it says nothing, or nothing that can be one.
fn reference(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = REFERENCES.iter().find_map(|place| body.pointer(place).and_then(Value::as_str))?;
    is_reference(text).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers<const N: usize>(all: [(&'static str, &str); N]) -> HeaderMap {
        let header = |(name, value): (&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        all.into_iter().map(header).collect()
    }

    // The example of the reference implementation of Standard Webhooks.
    #[test]
    fn standard_webhooks_are_taken_for_five_minutes() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = br#"{"test": 2432232314}"#;
        let of = |signature: &str| {
            headers([
                ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                ("webhook-timestamp", "1614265330"),
                ("webhook-signature", signature),
            ])
        };
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let good = of("v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(is_signed(secret, &good, body, at(1_614_265_330 + 299)));
        assert!(!is_signed(secret, &good, body, at(1_614_265_330 + 301)), "nobody sends an old one again");
        assert!(!is_signed(secret, &good, body, at(1_614_265_330 - 301)));
        assert!(!is_signed(secret, &good, b"{}", at(1_614_265_330)));
        assert!(!is_signed("whsec_AAAA", &good, body, at(1_614_265_330)));
        assert!(!is_signed(secret, &of("v1,AAAA"), body, at(1_614_265_330)));
    }

    // The example of GitHub's documentation.
    #[test]
    fn signatures_of_github_and_tokens_of_gitlab_are_taken() {
        let secret = "It's a Secret to Everybody";
        let digest = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let now = Timestamp::from_micros(0);
        assert!(is_signed(secret, &headers([("x-hub-signature-256", digest)]), b"Hello, World!", now));
        assert!(!is_signed(secret, &headers([("x-hub-signature-256", digest)]), b"Hello, World?", now));
        assert!(!is_signed(secret, &headers([("x-hub-signature-256", "sha256=")]), b"Hello, World!", now));
        assert!(is_signed(secret, &headers([("x-gitlab-token", secret)]), b"", now));
        assert!(!is_signed(secret, &headers([("x-gitlab-token", "It's")]), b"", now));
        assert!(!is_signed(secret, &headers([]), b"", now), "what nobody signed is nobody's");
    }

    #[test]
    fn what_a_run_is_for_stands_in_the_body() {
        assert_eq!(
            reference(br#"{"ref": "refs/heads/main", "after": "0123abc"}"#).as_deref(),
            Some("0123abc")
        );
        assert_eq!(reference(br#"{"reference": "v1.2"}"#).as_deref(), Some("v1.2"));
        for body in [&b""[..], b"{}", b"[1]", br#"{"reference": "a\nb"}"#, br#"{"reference": ""}"#] {
            assert_eq!(reference(body), None);
        }
    }
}
