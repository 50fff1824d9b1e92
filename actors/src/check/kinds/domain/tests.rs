use mediary_schema::check::Verdict;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::net::tests::support::{self, HERE, Site};

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A list as in RFC 9224, section 4.
fn list() -> Json {
    json!({
        "version": "1.0",
        "publication": "2027-01-07T10:11:12Z",
        "services": [
            [["net", "com"], ["http://registry.example.com/myrdap/", "https://registry.example.com/myrdap/"]],
            [["org", "mytld"], ["https://example.org/"]],
            [["co.uk"], ["https://second.example.uk/"]],
            [["uk"], ["https://first.example.uk/"]],
            [["xn--zckzah"], ["http://example.net/rdap/xn--zckzah/"]],
            ["nothing that is known"]
        ]
    })
}

/// A domain as in RFC 9083, section 5.3.
fn domain(end: &str) -> Json {
    json!({
        "objectClassName": "domain",
        "handle": "XXXX",
        "ldhName": "example.org",
        "status": ["client transfer prohibited"],
        "events": [
            { "eventAction": "registration", "eventDate": "1990-12-31T23:59:59Z" },
            { "eventAction": "registrar expiration", "eventDate": "1999-01-01T00:00:00Z" },
            { "eventAction": "expiration", "eventDate": end, "eventActor": "joe@example.com" }
        ]
    })
}

#[test]
fn the_longest_ending_says_who_is_asked_and_https_is_how() {
    let list = list();
    for (name, registry) in [
        ("example.com", Some("https://registry.example.com/myrdap/")),
        ("EXAMPLE.NET", Some("https://registry.example.com/myrdap/")),
        ("www.example.org", Some("https://example.org/")),
        ("shop.co.uk", Some("https://second.example.uk/")),
        ("shop.org.uk", Some("https://first.example.uk/")),
        ("example.xn--zckzah", Some("http://example.net/rdap/xn--zckzah/")),
        ("examplecom", None),
        ("example.zz", None),
    ] {
        assert_eq!(registry_of(name, &list), registry, "{name}");
    }
    assert_eq!(registry_of("example.org", &json!({ "services": "none" })), None);
}

#[test]
fn a_registration_lasts_for_days_more_or_ended() {
    let now = moment("2027-01-01T00:00:00Z");
    for (end, days_min, verdict, says, left) in [
        ("2027-02-11T12:00:00Z", 30, Verdict::Ok, "registered for 41 days more, until 2027-02-11", 41.0),
        ("2027-02-11T12:00:00+02:00", 41, Verdict::Ok, "registered for 41 days more", 41.0),
        (
            "2027-02-11T12:00:00Z",
            42,
            Verdict::Failing,
            "41 days more, until 2027-02-11: that is too few",
            41.0,
        ),
        ("2026-12-29T00:00:00Z", 0, Verdict::Failing, "ended 3 days ago, on 2026-12-29", -3.0),
    ] {
        let found = judged("example.org", &domain(end), days_min, now);
        assert_eq!(found.verdict, verdict, "{}", found.message);
        assert!(found.message.contains(says), "{}", found.message);
        assert_eq!(found.values, [Value::new("days_left", left, "d")]);
    }
}

#[test]
fn a_domain_that_is_being_deleted_is_failing_whatever_its_date() {
    let mut document = domain("2028-01-01T00:00:00Z");
    document["status"] = json!(["active", "redemption period"]);
    let found = judged("example.org", &document, 30, moment("2027-01-01T00:00:00Z"));
    assert_eq!(found.verdict, Verdict::Failing);
    assert_eq!(found.message, "example.org is about to be given up (redemption period)");
}

#[test]
fn a_registry_that_does_not_say_leaves_it_unknown() {
    let now = moment("2027-01-01T00:00:00Z");
    for document in [json!({}), json!({ "events": [] }), domain("next year"), domain("2027-02-11T12:00:00")] {
        let found = judged("example.org", &document, 30, now);
        assert_eq!(
            (found.verdict, found.reason),
            (Verdict::Unknown, Some(Reason::SaidSo)),
            "{}",
            found.message
        );
        assert!(found.message.contains("the registry of example.org"), "{}", found.message);
    }
}

/// IANA and a registry in one, which is asked by name.
async fn registry() -> (Site, Registries, Net, TempDir) {
    let site = Site::start(|head| {
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let base = format!("http://{host}/rdap");
        match head.split(' ').nth(1).unwrap() {
            "/dns.json" => {
                let list = json!({ "services": [[["example", "xn--p1ai"], [base]]] });
                support::ok("", list.to_string())
            }
            "/rdap/domain/is.example" | "/rdap/domain/xn--e1afmkfd.xn--p1ai" => support::ok(
                "Content-Type: application/rdap+json\r\n",
                domain("2027-02-11T12:00:00Z").to_string(),
            ),
            "/rdap/domain/busy.example" => support::answer("500 Internal Server Error", "", ""),
            "/rdap/domain/web.example" => support::ok("", "<html>"),
            _ => support::answer("404 Not Found", "", json!({ "errorCode": 404 }).to_string()),
        }
    })
    .await;
    let url = Box::leak(site.url("/dns.json").into_boxed_str());
    let (net, folder) = support::net(&[HERE]);
    (site, Registries::listed_at(url), net, folder)
}

#[tokio::test]
async fn a_registry_is_asked_and_the_list_kept_for_a_day() {
    let (site, registries, net, _folder) = registry().await;
    let now = moment("2027-01-01T00:00:00Z");
    for (name, verdict, says) in [
        ("is.example", Verdict::Ok, "is.example is registered for 41 days more, until 2027-02-11"),
        ("IS.Example.", Verdict::Ok, "is.example is registered for 41 days more, until 2027-02-11"),
        ("www.shop.is.example", Verdict::Ok, "is.example is registered for 41 days more, until 2027-02-11"),
        ("www.no.example", Verdict::Failing, "www.no.example is not registered, says its registry"),
        ("пример.рф", Verdict::Ok, "xn--e1afmkfd.xn--p1ai is registered for 41 days more, until 2027-02-11"),
        ("no.example", Verdict::Failing, "no.example is not registered, says its registry"),
        ("busy.example", Verdict::Unknown, "the registry answers 500 Internal Server Error"),
        ("web.example", Verdict::Unknown, "the registry answers with something else than JSON"),
        (
            "is.zz",
            Verdict::Unknown,
            "the registry of .zz does not say when a registration ends (it has no RDAP)",
        ),
        ("192.0.2.1", Verdict::Unknown, "192.0.2.1 is no domain"),
    ] {
        let found = looked_up(&net, &registries, name, 30, now).await;
        assert_eq!((found.verdict, found.message.as_str()), (verdict, says));
    }
    let lists = || site.lines().iter().filter(|line| line.starts_with("GET /dns.json ")).count();
    assert_eq!(lists(), 1);
    let tomorrow = now.after(KEPT_FOR);
    looked_up(&net, &registries, "is.example", 30, tomorrow).await;
    assert_eq!(lists(), 2);
    let asked = site.heads().into_iter().find(|head| head.contains("/rdap/domain/is.example")).unwrap();
    assert!(asked.to_lowercase().contains("accept: application/rdap+json"), "{asked}");
}

// The guard stands before a registry, too: a list can say anything.
#[tokio::test]
async fn a_list_that_is_away_is_that_of_yesterday_or_unknown() {
    let (site, registries, net, _folder) = registry().await;
    let now = moment("2027-01-01T00:00:00Z");
    let (closed, _other_folder) = support::net(&[]);
    let found = looked_up(&closed, &registries, "is.example", 30, now).await;
    assert_eq!((found.verdict, found.reason), (Verdict::Unknown, Some(Reason::CouldNotRun)));
    assert!(found.message.starts_with("the list of registries can't be asked: "), "{}", found.message);
    assert!(site.lines().is_empty());
    assert_eq!(looked_up(&net, &registries, "is.example", 30, now).await.verdict, Verdict::Ok);
    let found = looked_up(&closed, &registries, "is.example", 30, now.after(KEPT_FOR)).await;
    assert!(found.message.starts_with("the registry can't be asked: "), "{}", found.message);
}
