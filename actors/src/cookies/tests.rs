use std::os::unix::fs::PermissionsExt as _;

use mediary_schema::FailureClass;

use super::*;
use crate::access::Granted;

const EXPORTED: &str = "# Netscape HTTP Cookie File\r\n\r\n.example.org\tTRUE\t/\tTRUE\t1900000000\tsession\tneedle\r\n\
    #HttpOnly_www.example.org\tTRUE\t/\tfalse\t\tid\tx=y\n# a word of somebody\n";

#[test]
fn cookies_are_read_as_browsers_export_them_and_nothing_else_is_written() {
    let cookies = Cookies::read(EXPORTED.as_bytes(), false).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = cookies.write(folder.path()).unwrap();
    let text = fs::read_to_string(file.path()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            HEAD,
            "",
            ".example.org\tTRUE\t/\tTRUE\t1900000000\tsession\tneedle",
            // A domain without a dot is one host's, whatever is said of it.
            "#HttpOnly_www.example.org\tFALSE\t/\tFALSE\t0\tid\tx=y",
        ]
    );
    assert!(!format!("{cookies:?}").contains("needle"));
}

#[test]
fn what_is_no_file_of_cookies_is_refused_without_a_word_of_it() {
    for text in [
        "session=needle",
        "[{\"name\": \"needle\"}]",
        "# Netscape HTTP Cookie File\n",
        ".example.org\tTRUE\t/\tTRUE\tsoon\tsession\tneedle",
        ".example.org\tTRUE\t/\tTRUE\t0\t\tneedle",
        "\tTRUE\t/\tTRUE\t0\tsession\tneedle",
    ] {
        let refused = Cookies::read(text.as_bytes(), true).unwrap_err();
        assert!(refused.for_good && !refused.message.contains("needle"), "{refused:?}");
    }
    assert!(Cookies::read(b"\xff", true).is_err());
}

// invariant: S-10
#[test]
fn the_file_is_its_owners_alone_and_gone_with_the_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let cookies = Cookies::read(EXPORTED.as_bytes(), true).unwrap();
    let file = cookies.write(folder.path()).unwrap();
    let path = file.path().to_owned();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let other = file.clone();
    drop(file);
    assert!(path.exists(), "another one has it");
    drop(other);
    assert!(!path.exists());
    // What a kill leaves, and what yt-dlp describes, which names cookies, too.
    std::mem::forget(cookies.write(folder.path()).unwrap());
    fs::write(folder.path().join(DESCRIBED), "x").unwrap();
    fs::write(folder.path().join("media.mp4.part"), "x").unwrap();
    sweep(folder.path()).unwrap();
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["media.mp4.part"]);
    sweep(&folder.path().join("nowhere")).unwrap();
}

#[test]
fn cookies_are_sent_when_they_are_needed_or_always() {
    let folder = tempfile::tempdir().unwrap();
    let [needed, always] = [false, true].map(|always| {
        let cookies = Cookies::read(EXPORTED.as_bytes(), always).unwrap();
        Granted::with_cookies(cookies.write(&folder.path().join(always.to_string())).unwrap())
    });
    let none = Granted::default();
    let of = |class| Failure::new(class, "x");
    assert!(needed.at_first().cookies.is_none() && always.at_first().cookies.is_some());
    for class in
        [FailureClass::Private, FailureClass::MembersOnly, FailureClass::Forbidden, FailureClass::BotCheck]
    {
        assert!(needed.after(&of(class)).is_some(), "{class:?}");
        assert!(always.after(&of(class)).is_none(), "{class:?}: it would be the same again");
        assert!(none.after(&of(class)).is_none());
    }
    assert!(needed.after(&of(FailureClass::NotFound)).is_none());
}
