//! JSON for a program, signed as <https://www.standardwebhooks.com> says: HMAC-SHA256 over id, moment and body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderName;
use mediary_schema::{DeliveryId, Timestamp, delivery::Message};
use ring::hmac;
use serde_json::json;

use super::Call;

pub(super) fn call(
    url: &str,
    secret: Option<&str>,
    id: DeliveryId,
    message: &Message,
    now: Timestamp,
) -> Call {
    let body = json!({
        "type": "notification",
        "timestamp": now.to_string(),
        "data": {
            "deliveryId": id.to_string(),
            "notificationId": message.notification_id.map(|id| id.to_string()),
            "severity": message.severity.name(),
            "title": message.title,
            "body": message.body,
            "link": message.link,
        },
    });
    let seconds = now.as_micros().div_euclid(1_000_000).to_string();
    let call = Call::json(url.to_owned(), &body)
        .with(HeaderName::from_static("webhook-id"), &id.to_string())
        .with(HeaderName::from_static("webhook-timestamp"), &seconds);
    let Some(secret) = secret else { return call };
    let signature = sign(secret, &id.to_string(), &seconds, &call.body);
    call.with(HeaderName::from_static("webhook-signature"), &signature)
}

/// The signature; a secret in the form of the specification is its bytes, any other text stands for itself.
fn sign(secret: &str, id: &str, seconds: &str, body: &[u8]) -> String {
    let bytes = secret.strip_prefix("whsec_").and_then(|encoded| STANDARD.decode(encoded).ok());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes.unwrap_or_else(|| secret.as_bytes().to_vec()));
    let signed = [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat();
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, &signed)))
}

#[cfg(test)]
mod tests {
    use super::sign;

    // The example of the specification's own reference implementation.
    #[test]
    fn it_is_signed_as_the_specification_signs() {
        let signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
