use super::*;

fn http(url: &str) -> Probe {
    Probe::Http { url: url.to_owned(), expect: HttpExpectation::default() }
}

#[test]
fn each_kind_is_named_as_it_is_stored() {
    let stored = serde_json::to_value(http("https://a.example/")).unwrap();
    assert_eq!(stored, serde_json::json!({ "http": { "url": "https://a.example/" } }));
    assert_eq!(serde_json::to_value(Probe::Push {}).unwrap(), serde_json::json!({ "push": {} }));
    let schema = serde_json::to_value(schemars::schema_for!(Probe)).unwrap();
    let listed: Vec<&str> = schema["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|kind| kind["properties"].as_object().unwrap().keys().map(String::as_str))
        .collect();
    assert_eq!(listed, Probe::KINDS);
}

#[test]
fn what_can_not_be_looked_at_says_why() {
    let refused = |probe: Probe| probe.check().unwrap_err().to_string();
    assert!(refused(http("example.org")).contains("such as https://example.org/health"));
    assert!(refused(http("https://me:secret@example.org/")).contains("no password"));
    assert!(refused(http("https:///path")).contains("no address"));
    let argv = vec![String::new()];
    assert!(refused(Probe::Command { argv, secrets: BTreeMap::new() }).contains("needs a program"));
    assert!(refused(Probe::Tcp { host: "nas".to_owned(), port: 0 }).contains("1 to 65535"));
    let path = "backup".to_owned();
    assert!(refused(Probe::FileAge { path, age_max_seconds: 1 }).contains("no path from the root"));
    let path = "/srv".to_owned();
    let disk = Probe::Disk { path, free_min_percent: None, free_min_bytes: None };
    assert!(refused(disk).contains("in percent or in bytes"));
    assert_eq!(http("https://example.org/health?x=a@b").check(), Ok(()));
}
