use std::fs;

use super::{ConfigurationError, NatsMode, Overrides, load};

fn load_text(text: &str) -> Result<super::Configuration, Box<ConfigurationError>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mediary.toml");
    fs::write(&path, text).unwrap();
    load(&Overrides { config: Some(path), ..Overrides::default() })
}

#[test]
fn the_file_says_what_it_says_and_defaults_the_rest() {
    let configuration = load_text("listen = \"127.0.0.1:1\"\n[jobs]\ntries_max = 7\n").unwrap();
    assert_eq!(configuration.listen.port(), 1);
    assert_eq!((configuration.jobs.tries_max, configuration.jobs.retry_wait_ms), (7, 5_000));
    assert_eq!(configuration.nats, NatsMode::Auto);
}

// PL-90: the line and the nearest right name.
#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest_name() {
    let error = load_text("nats = \"off\"\n\n[jobs]\ntries_mx = 7\n").unwrap_err();
    let ConfigurationError::File { line, help, .. } = &*error else { panic!("{error:?}") };
    assert_eq!((*line, help.as_str()), (4, "did you mean `tries_max`?"));
    assert!(error.to_string().contains("unknown field `tries_mx`"), "{error}");
}

#[test]
fn a_bad_value_is_told_with_its_line() {
    let error = load_text("\nlisten = \"nowhere\"\n").unwrap_err();
    assert!(matches!(&*error, ConfigurationError::File { line: 2, .. }), "{error:?}");
}

#[test]
fn everything_that_makes_no_sense_is_told_at_once() {
    let error = load_text("[jobs]\ntries_max = 0\nretry_wait_max_ms = 1\n").unwrap_err().to_string();
    assert!(error.contains("jobs.tries_max") && error.contains("jobs.retry_wait_max_ms"), "{error}");
}

#[test]
fn links_lead_to_an_address_and_to_nothing_else() {
    let load = |url: &str| load_text(&format!("public_url = \"{url}\"\n"));
    for url in ["https://media.example", "http://192.168.1.5:8484/base/"] {
        assert_eq!(load(url).unwrap().public_url.as_deref(), Some(url));
    }
    for url in [
        "media.example",
        "ftp://a.example",
        "https://a:b@c.example",
        "https://a.example/?x=1",
        "https://a.example/#x",
    ] {
        let error = load(url).unwrap_err().to_string();
        assert!(error.contains("public_url") && error.contains("https://media.example"), "{error}");
    }
}

#[test]
fn a_missing_file_that_was_named_is_an_error() {
    let error = load(&Overrides { config: Some("/nowhere/mediary.toml".into()), ..Overrides::default() });
    assert!(matches!(*error.unwrap_err(), ConfigurationError::Unreadable { .. }));
}

#[test]
fn flags_win_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mediary.toml");
    fs::write(&path, "data = \"one\"\nnats = \"off\"\n").unwrap();
    let overrides = Overrides { config: Some(path), data: Some("two".into()), ..Overrides::default() };
    let configuration = load(&overrides).unwrap();
    assert_eq!((configuration.data.to_str(), configuration.nats), (Some("two"), NatsMode::Off));
}

// invariant: S-1
#[test]
fn a_password_in_an_address_is_not_shown() {
    let mode: NatsMode = "nats://me:secret@example.org:4222".parse().unwrap();
    assert_eq!(format!("{mode} {mode:?}"), "nats://example.org:4222 nats://example.org:4222");
    assert!("ftp://x".parse::<NatsMode>().is_err());
}
