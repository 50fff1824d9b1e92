use crate::fanout::{Credentials, Options, ParseServerError, Secret};

fn user(name: &str, password: &str) -> Credentials {
    Credentials::User { name: name.to_owned(), password: Secret::new(password) }
}

#[track_caller]
fn check(text: &str, servers: &str, credentials: &Credentials) {
    let options = Options::parse(text).unwrap();
    assert_eq!((options.servers_text().as_str(), &options.credentials), (servers, credentials));
}

#[test]
fn an_address_may_leave_out_what_is_usual() {
    check("nats://127.0.0.1:4223", "nats://127.0.0.1:4223", &Credentials::None);
    check("bus.example", "nats://bus.example:4222", &Credentials::None);
    check("tls://[::1]", "tls://[::1]:4222", &Credentials::None);
}

#[test]
fn credentials_are_taken_out_of_an_address() {
    check("nats://mediary:p%40ss+word@bus:1", "nats://bus:1", &user("mediary", "p@ss+word"));
    check("nats://t0ken@bus:1", "nats://bus:1", &Credentials::Token(Secret::new("t0ken")));
    check("nats://a:b@one:1, nats://two:2", "nats://one:1,nats://two:2", &user("a", "b"));
}

#[test]
fn what_is_no_address_is_refused_without_repeating_it() {
    for text in ["https://user:hunter2@bus", "nats://user:hunter2@:1", "nats://user:hunter2@bus:port", ""] {
        let error: ParseServerError = Options::parse(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

// invariant: S-1
#[test]
fn a_secret_is_not_in_the_debug_text() {
    let options = Options::parse("nats://mediary:hunter2@bus").unwrap();
    assert!(!format!("{options:?}").contains("hunter2"), "{options:?}");
}
