//! The registration of a domain, which lasts for a while to come.
//!
//! Source: RDAP. Which registry knows a domain stands in a list of IANA (RFC 9224); the registry is asked by HTTPS (RFC 9082),
//! and says what happened and will happen to the registration (RFC 9083).

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, StatusCode, header};
use mediary_schema::{
    Timestamp,
    check::{Finding, Reason, Value},
};
use serde_json::Value as Json;
use tokio::sync::Mutex;
use url::Host;

use super::days;
use crate::net::{Error, Net, Request};

/// The list of the registries, which is the same for all checks.
static REGISTRIES: Registries = Registries::listed_at("https://data.iana.org/rdap/dns.json");

pub(in crate::check) async fn look(net: &Net, name: &str, days_min: u32, now: Timestamp) -> Finding {
    looked_up(net, &REGISTRIES, name, days_min, now).await
}

async fn looked_up(net: &Net, registries: &Registries, name: &str, days_min: u32, now: Timestamp) -> Finding {
    // Registries know a name in ASCII only.
    let Ok(Host::Domain(domain)) = Host::parse(name.trim().trim_end_matches('.')) else {
        return Finding::unknown(Reason::CouldNotRun, format!("{name} is no domain"));
    };
    let list = match registries.list(net, now).await {
        Ok(list) => list,
        Err(why) => return Finding::unknown(Reason::CouldNotRun, format!("the list of registries {why}")),
    };
    let Some(registry) = registry_of(&domain, &list) else {
        let ending = domain.rsplit('.').next().unwrap_or_default();
        let message =
            format!("the registry of .{ending} does not say when a registration ends (it has no RDAP)");
        return Finding::unknown(Reason::SaidSo, message);
    };
    let slash = if registry.ends_with('/') { "" } else { "/" };
    // A name below a registered one is in no registry: what it stands under is.
    let mut registered = domain.as_str();
    loop {
        match asked(net, &format!("{registry}{slash}domain/{registered}"), "application/rdap+json").await {
            Ok(document) => return judged(registered, &document, days_min, now),
            Err(Refusal::Status(StatusCode::NOT_FOUND)) => match above(registered) {
                Some(above) => registered = above,
                None => return Finding::failing(format!("{domain} is not registered, says its registry")),
            },
            Err(why) => return Finding::unknown(Reason::CouldNotRun, format!("the registry {why}")),
        }
    }
}

/// The name that a name stands under, unless that is an ending.
fn above(domain: &str) -> Option<&str> {
    domain.split_once('.').map(|(_, above)| above).filter(|above| above.contains('.'))
}

/// Which registry is asked for a domain: as IANA lists them, which seldom changes.
#[derive(Debug)]
struct Registries {
    url: &'static str,
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    since: Timestamp,
    list: Arc<Json>,
}

/// How long the list is taken as it is.
const KEPT_FOR: Duration = Duration::from_hours(24);
/// The longest answer, in bytes: the list has a tenth of it.
const ANSWER_BYTES_MAX: usize = 1 << 20;

impl Registries {
    const fn listed_at(url: &'static str) -> Self {
        Self { url, kept: Mutex::const_new(None) }
    }

    /// Whoever comes while it is asked for waits for the same answer.
    async fn list(&self, net: &Net, now: Timestamp) -> Result<Arc<Json>, Refusal> {
        let mut kept = self.kept.lock().await;
        if let Some(Kept { since, list }) = &*kept
            && now.since(*since) < KEPT_FOR
        {
            return Ok(Arc::clone(list));
        }
        match (asked(net, self.url, "application/json").await, &*kept) {
            (Ok(list), _) => {
                let list = Arc::new(list);
                *kept = Some(Kept { since: now, list: Arc::clone(&list) });
                Ok(list)
            }
            // That of yesterday is better than none.
            (Err(_), Some(Kept { list, .. })) => Ok(Arc::clone(list)),
            (Err(refusal), None) => Err(refusal),
        }
    }
}

/// Why there is no document, as it goes on after who was asked for it.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("can't be asked: {0}")]
    Net(#[from] Error),
    #[error("answers {0}")]
    Status(StatusCode),
    #[error("answers with something else than JSON")]
    NoJson,
}

async fn asked(net: &Net, url: &str, kind: &'static str) -> Result<Json, Refusal> {
    let request = Request::get(url).header(header::ACCEPT, HeaderValue::from_static(kind));
    let answer = net.send(request).await?;
    if answer.status != StatusCode::OK {
        return Err(Refusal::Status(answer.status));
    }
    let body = answer.body.whole(ANSWER_BYTES_MAX).await?;
    serde_json::from_slice(&body).map_err(|_| Refusal::NoJson)
}

/// Where the registry of a domain is asked: of the listed endings that it has, the longest says so (RFC 9224, section 4). By
/// HTTPS wherever it can be.
fn registry_of<'a>(domain: &str, list: &'a Json) -> Option<&'a str> {
    let mut found: Option<(&str, &Vec<Json>)> = None;
    for service in list.get("services")?.as_array()? {
        let Some([endings, addresses]) = service.as_array().map(Vec::as_slice) else { continue };
        let Some(addresses) = addresses.as_array() else { continue };
        for ending in endings.as_array().into_iter().flatten().filter_map(Json::as_str) {
            let is_longer = found.is_none_or(|(longest, _)| longest.len() < ending.len());
            if is_longer && is_within(domain, ending) {
                found = Some((ending, addresses));
            }
        }
    }
    let addresses = || found.into_iter().flat_map(|(_, addresses)| addresses).filter_map(Json::as_str);
    addresses().find(|address| address.starts_with("https://")).or_else(|| addresses().next())
}

/// Whether the last labels of a domain are these.
fn is_within(domain: &str, ending: &str) -> bool {
    let Some(start) = domain.len().checked_sub(ending.len()) else { return false };
    domain.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
        && (start == 0 || domain.as_bytes()[start - 1] == b'.')
}

/// What a registry says of a domain.
fn judged(domain: &str, document: &Json, days_min: u32, now: Timestamp) -> Finding {
    let Some(said) = ending(document) else {
        let message = format!("the registry of {domain} does not say when the registration ends");
        return Finding::unknown(Reason::SaidSo, message);
    };
    let Ok(end) = said.parse::<Timestamp>() else {
        return Finding::unknown(
            Reason::SaidSo,
            format!("{said:?}, says the registry of {domain}, and that is no date"),
        );
    };
    let (left, day) = (days::until(end, now), days::date(end));
    let finding = if now > end {
        let ago = days::words(days::since(end, now));
        Finding::failing(format!("the registration of {domain} ended {ago} ago, on {day}"))
    } else {
        let message = format!("{domain} is registered for {} more, until {day}", days::words(left));
        match about_to_go(document) {
            Some(status) => Finding::failing(format!("{domain} is about to be given up ({status})")),
            None if left < i64::from(days_min) => Finding::failing(format!("{message}: that is too few")),
            None => Finding::ok(message),
        }
    };
    finding.with([Value::new("days_left", left as f64, "d")])
}

/// When the registration ends, as it is written (RFC 9083, sections 4.5 and 10.2.3).
fn ending(document: &Json) -> Option<&str> {
    let events = document.get("events")?.as_array()?;
    let end = events.iter().find(|event| text(event, "eventAction") == Some("expiration"))?;
    text(end, "eventDate")
}

/// What it is called that a domain is on its way to be deleted (RFC 8056): many registries put its end off by a year first,
/// so that the date alone looks well.
fn about_to_go(document: &Json) -> Option<&str> {
    let statuses = document.get("status")?.as_array()?;
    statuses
        .iter()
        .filter_map(Json::as_str)
        .find(|status| matches!(*status, "redemption period" | "pending delete"))
}

fn text<'a>(object: &'a Json, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Json::as_str)
}

#[cfg(test)]
mod tests;
