use std::{fs, os::unix::fs::PermissionsExt as _};

use super::*;

fn login(text: &str, site: &str) -> Login {
    Login::read(text.as_bytes(), site, false).unwrap()
}

fn netrc(login: Login) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::read_to_string(login.write(folder.path()).unwrap().path()).unwrap()
}

// DL-08: an extractor of another site that is led to finds no login of this one.
#[test]
fn a_login_is_named_as_extractors_of_its_site_look_for_it_and_for_nobody_else() {
    let text = netrc(login("anna\nsecret", "www.my-site.example.tv"));
    let names: Vec<&str> = text.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    let expected =
        ["example", "example.tv", "my-site", "my-site.example.tv", "mysite", "www.my-site.example.tv"];
    assert_eq!(names, expected);
    assert!(!text.contains("default"));
    assert_eq!(netrc(login("anna\nsecret", "127.0.0.1")).lines().count(), 1);
    assert!(netrc(login("anna\nsecret\nother_name", "127.0.0.1")).contains("machine other_name login"));
}

#[test]
fn every_password_is_one_word_of_the_file() {
    let text = netrc(login("anna@example.org\n p:a#s\"s\\w\u{f6}rd ", "127.0.0.1"));
    let expected = "machine 127.0.0.1 login \"anna@example.org\" password \" p:a#s\\\"s\\\\w\u{f6}rd \"\n";
    assert_eq!(text, expected);
}

// invariant: S-12
#[test]
fn what_is_no_login_or_proxy_is_refused_without_a_word_of_it() {
    for text in ["needle", "needle\n", "\nneedle", "a\nneedle\n-x", "a\nneedle\nb\nc", "a\tb\nneedle"] {
        let refused = Login::read(text.as_bytes(), "example.org", true).unwrap_err();
        assert!(refused.for_good && !refused.message.contains("needle"), "{refused:?}");
    }
    for text in ["needle", "socks5://needle:1", "https://needle", ""] {
        let refused = Proxy::read(text.as_bytes()).unwrap_err();
        assert!(refused.for_good && refused.class == FailureClass::Proxy, "{refused:?}");
        assert!(!refused.message.contains("needle"), "{refused:?}");
    }
    let known = (login("needle\nneedle", "example.org"), Proxy::read(b"http://u:needle@h:1\n").unwrap());
    assert!(!format!("{known:?}").contains("needle"), "{known:?}");
}

// invariant: S-12
#[test]
fn the_file_of_a_login_is_its_owners_alone_and_gone_with_the_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access { login: Some(login("anna\nsecret", "example.org")), ..Access::default() };
    let granted = access.clone().write(folder.path()).unwrap();
    let path = granted.login.as_ref().unwrap().path().to_owned();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    drop(granted);
    assert!(!path.exists());
    // What a kill leaves.
    std::mem::forget(access.write(folder.path()).unwrap());
    crate::cookies::sweep(folder.path()).unwrap();
    assert!(!path.exists());
}

#[test]
fn a_second_run_is_given_what_the_first_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let needed = login("anna\nsecret", "example.org");
    let granted = Access { login: Some(needed), ..Access::default() }.write(folder.path()).unwrap();
    assert_eq!(granted.at_first(), Credentials::default());
    let private = Failure::new(FailureClass::Private, "x");
    assert!(granted.after(&private).unwrap().login.is_some());
    assert_eq!(granted.after(&Failure::new(FailureClass::NotFound, "x")), None);
    let always = Login::read(b"anna\nsecret", "example.org", true).unwrap();
    let granted = Access { login: Some(always), ..Access::default() }.write(folder.path()).unwrap();
    assert!(granted.at_first().login.is_some() && granted.after(&private).is_none());
    assert!(!granted.is_by_usual_way() && Granted::default().is_by_usual_way());
}
