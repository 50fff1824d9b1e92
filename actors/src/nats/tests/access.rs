//! The passwords of the child server, and what it is told; none is started.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::PermissionsExt as _,
};

use super::super::{Access, config};

#[test]
fn access_is_made_once_and_kept_from_others() {
    let data = tempfile::tempdir().unwrap();
    assert!(Access::read(data.path()).unwrap().is_none());
    let made = Access::open(data.path()).unwrap();
    let again = Access::open(data.path()).unwrap();
    assert_eq!((again.port, again.automation_line()), (made.port, made.automation_line()));
    assert_ne!(made.platform, made.automation);
    let bits = |path: &str| data.path().join(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((bits("nats"), bits("nats/access.json")), (0o700, 0o600));
}

#[test]
fn a_taken_port_is_given_up_and_the_passwords_stay() {
    let data = tempfile::tempdir().unwrap();
    let made = Access::open(data.path()).unwrap();
    let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, made.port)).unwrap();
    let moved = Access::open(data.path()).unwrap();
    assert_ne!(moved.port, made.port);
    assert_eq!((&moved.platform, &moved.automation), (&made.platform, &made.automation));
    assert_eq!(Access::read(data.path()).unwrap().unwrap().port, moved.port);
}

#[test]
fn a_password_is_shown_only_on_request() {
    let data = tempfile::tempdir().unwrap();
    let access = Access::open(data.path()).unwrap();
    let shown = format!("{access} {access:?} {:?} {:?}", access.relay_options(), access.automation_line());
    for secret in [&access.platform, &access.automation] {
        assert!(!shown.contains(secret.reveal()), "{shown}");
    }
    assert_eq!(access.to_string(), format!("nats://automation:***@127.0.0.1:{}", access.port));
    let line = access.automation_line();
    assert_eq!(line.reveal(), access.to_string().replace("***", access.automation.reveal()));
}

#[test]
fn a_broken_file_of_passwords_is_told_with_the_next_step() {
    let data = tempfile::tempdir().unwrap();
    Access::open(data.path()).unwrap();
    fs::write(data.path().join("nats/access.json"), "{").unwrap();
    let error = Access::open(data.path()).unwrap_err();
    assert!(error.to_string().contains("access.json"), "{error}");
    assert!(error.advice().contains("delete the file"));
}

#[test]
fn an_old_server_is_not_told_what_it_does_not_know() {
    let data = tempfile::tempdir().unwrap();
    let access = Access::open(data.path()).unwrap();
    let told = |version: &str| config::text(&access, 1, version, &[]).contains("sync_interval");
    assert_eq!(["2.9.10", "2.10.0", "2.15.1", "3.0.0", "?"].map(told), [false, true, true, true, false]);
}
