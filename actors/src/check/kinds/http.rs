//! What is at an address.

use std::time::Duration;

use http::{HeaderMap, HeaderName};
use mediary_schema::{
    check::{Finding, HttpExpectation, JsonExpectation, Value},
    redact,
};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::{milliseconds, unreachable};
use crate::net::{Error, Net, Request};

/// How much of a body is looked through.
const BODY_BYTES_MAX: usize = 8 << 20;

pub(in crate::check) async fn look(net: &Net, url: &str, expect: &HttpExpectation) -> Finding {
    let begun = Instant::now();
    match asked(net, url, expect).await {
        Ok(seen) => seen.judged(expect, begun.elapsed()),
        Err(Error::TooLarge { bytes_max }) => Finding::failing(format!(
            "the answer has more than {bytes_max} bytes, which nobody looks through"
        )),
        Err(error) => unreachable(&error),
    }
}

/// What was answered.
#[derive(Debug, Clone)]
struct Seen {
    status: u16,
    headers: HeaderMap,
    url: String,
    /// None if nobody asks for it.
    body: Option<Vec<u8>>,
}

async fn asked(net: &Net, url: &str, expect: &HttpExpectation) -> Result<Seen, Error> {
    let request = Request::get(url);
    let answer = if expect.stays { net.once(request).await? } else { net.send(request).await? };
    let (status, headers, url) = (answer.status.as_u16(), answer.headers.clone(), answer.url.clone());
    let is_read = expect.body.is_some() || expect.json.is_some();
    let body = if is_read { Some(answer.body.whole(BODY_BYTES_MAX).await?) } else { None };
    Ok(Seen { status, headers, url, body })
}

impl Seen {
    fn judged(&self, expect: &HttpExpectation, took: Duration) -> Finding {
        let status = self.status;
        let values =
            [Value::new("latency", took.as_secs_f64(), "s"), Value::new("status", f64::from(status), "")];
        let finding = match self.wrong(expect, took) {
            Some(wrong) => Finding::failing(wrong),
            None => Finding::ok(format!("{status} after {} ms", milliseconds(took))),
        };
        finding.with(values)
    }

    /// The first thing that is not as expected.
    fn wrong(&self, expect: &HttpExpectation, took: Duration) -> Option<String> {
        let HttpExpectation { status, body, json, headers, latency_max_ms, stays } = expect;
        let is_expected = match status.as_slice() {
            [] => (200..400).contains(&self.status),
            some => some.contains(&self.status),
        };
        if !is_expected {
            let at = if *stays { String::new() } else { format!(" from {}", redact::text(&self.url)) };
            return Some(format!("{}{at}", self.status));
        }
        let missing = headers.iter().find(|(name, value)| !self.has_header(name, value));
        if let Some((name, value)) = missing {
            return Some(format!("the header {name} does not say {value:?}"));
        }
        let bytes = self.body.as_deref().unwrap_or_default();
        if let Some(body) = body.as_ref().filter(|body| !contains(bytes, body.as_bytes())) {
            return Some(format!("{body:?} does not stand in the answer"));
        }
        if let Some(wrong) = json.as_ref().and_then(|json| wrong_json(bytes, json)) {
            return Some(wrong);
        }
        let took_ms = took.as_millis();
        latency_max_ms
            .filter(|most| took_ms > u128::from(*most))
            .map(|most| format!("answered after {took_ms} ms, and {most} ms are allowed"))
    }

    fn has_header(&self, name: &str, value: &str) -> bool {
        let Ok(name) = HeaderName::try_from(name) else { return false };
        self.headers.get_all(name).iter().any(|said| contains(said.as_bytes(), value.as_bytes()))
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

fn wrong_json(bytes: &[u8], JsonExpectation { pointer, equals }: &JsonExpectation) -> Option<String> {
    let document: Json = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(_) => return Some("the answer is no JSON".to_owned()),
    };
    let Some(there) = document.pointer(pointer) else {
        return Some(format!("there is nothing at {pointer} of the answer"));
    };
    let there = match there {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    equals
        .as_ref()
        .filter(|wanted| **wanted != there)
        .map(|wanted| format!("{pointer} is {there}, not {wanted}"))
}

#[cfg(test)]
mod tests {
    use mediary_schema::check::Verdict;

    use super::*;

    fn seen(status: u16, body: &str) -> Seen {
        let headers = [(http::header::SERVER, "nginx/1.28".parse().unwrap())].into_iter().collect();
        Seen { status, headers, url: "https://example.org/".to_owned(), body: Some(body.as_bytes().to_vec()) }
    }

    fn judged(seen: &Seen, expect: &HttpExpectation) -> (Verdict, String) {
        let Finding { verdict, message, .. } = seen.judged(expect, Duration::from_millis(120));
        (verdict, message)
    }

    #[test]
    fn an_answer_is_as_expected_or_says_what_is_not() {
        let usual = HttpExpectation::default();
        assert_eq!(judged(&seen(204, ""), &usual), (Verdict::Ok, "204 after 120 ms".to_owned()));
        let wrong = |seen: &Seen, expect: HttpExpectation| {
            let (verdict, message) = judged(seen, &expect);
            assert_eq!(verdict, Verdict::Failing, "{message}");
            message
        };
        assert_eq!(wrong(&seen(503, ""), usual.clone()), "503 from https://example.org/");
        let body = Some("welcome".to_owned());
        assert!(wrong(&seen(200, "go away"), HttpExpectation { body, ..usual.clone() }).contains("welcome"));
        let headers = [("server".to_owned(), "caddy".to_owned())].into();
        assert!(wrong(&seen(200, ""), HttpExpectation { headers, ..usual.clone() }).contains("server"));
        let json = |pointer: &str, equals: Option<&str>| HttpExpectation {
            json: Some(JsonExpectation { pointer: pointer.to_owned(), equals: equals.map(str::to_owned) }),
            ..HttpExpectation::default()
        };
        let up = seen(200, r#"{"db": {"state": "up", "lag": 3}}"#);
        assert_eq!(judged(&up, &json("/db/state", Some("up"))).0, Verdict::Ok);
        assert_eq!(judged(&up, &json("/db/lag", Some("3"))).0, Verdict::Ok);
        assert_eq!(wrong(&up, json("/db/state", Some("down"))), "/db/state is up, not down");
        assert!(wrong(&up, json("/cache", None)).contains("nothing at /cache"));
        assert!(wrong(&seen(200, "<html>"), json("/", None)).contains("no JSON"));
        let slow = HttpExpectation { latency_max_ms: Some(100), ..usual };
        assert!(wrong(&seen(200, ""), slow).contains("120 ms"));
    }
}
