use mediary_schema::{FileId, Subject};
use uuid::Uuid;

use super::{
    Format,
    matching::paths,
    tracks::{Track, escaped, unescaped},
};

fn file(number: u128) -> Subject {
    FileId::from_uuid(Uuid::from_u128(number)).into()
}

fn track(number: u128, title: &str, location: &str) -> Track {
    Track {
        thing: Some(file(number)),
        title: title.to_owned(),
        location: location.to_owned(),
        duration_ms: Some(61_000),
    }
}

// invariant: C-4
#[test]
fn what_is_written_is_read_as_what_it_was() {
    let tracks = [
        track(1, "Café <del> Mar & \"more\"", "/srv/library/Café del Mar/Ibiza & co <1>.mp3"),
        track(2, "100 % of it, #1", "100%25 of it/#1.mp3"),
        track(3, "千と千尋", "#a remark/千と千尋.mkv"),
        Track { thing: None, duration_ms: None, ..track(4, "", "./b c.ogg") },
    ];
    for format in [Format::M3u8, Format::Xspf] {
        let text = format.write("Road & rails", &tracks);
        assert_eq!(Format::of(&text), format);
        let mut found = format.read(&text).unwrap();
        for track in &mut found {
            // A path that would be a remark has a step in front.
            track.location = track.location.replace("./#", "#");
        }
        assert_eq!(found, tracks, "{text}");
    }
}

#[test]
fn files_of_other_programs_are_read() {
    let text = "\u{feff}#EXTM3U\r\n#EXTINF:123 tvg-id=\"x\", Björk - Jóga\r\nMusic\\Björk\\Jóga.flac\r\n\r\n#EXTVLCOPT:x\r\n\
                file:///media/a%20b.mp3\r\nhttp://radio.example/live\r\n";
    let found = Format::M3u8.read(text).unwrap();
    let told: Vec<_> = found.iter().map(|track| (track.title.as_str(), track.location.as_str())).collect();
    assert_eq!(
        told,
        [
            ("Björk - Jóga", "Music\\Björk\\Jóga.flac"),
            ("", "/media/a b.mp3"),
            ("", "http://radio.example/live"),
        ]
    );
    assert_eq!(found[0].duration_ms, Some(123_000));
    let text = "<?xml version='1.0'?><!DOCTYPE playlist [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>
        <playlist version='1' xmlns='http://xspf.org/ns/0/' xmlns:vlc='http://videolan.org/'><title>T</title>
        <trackList><track><location>file:///a/b.mp3</location><location>file:///a/c.mp3</location>
        <title>R&#246;ck &amp; &x;</title><vlc:title>not this</vlc:title><extension><track><location>no</location></track>
        </extension></track><track/></trackList></playlist>";
    let found = Format::Xspf.read(text).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].location.as_str(), found[0].title.as_str()), ("/a/b.mp3", "Röck &"));
    assert_eq!(found[1], Track::default());
}

#[test]
fn what_is_no_such_file_says_why() {
    for text in [
        "<html></html>",
        "<playlist><trackList>",
        "<playlist></tracklist>",
        "<",
        "",
        &format!("<playlist>{}", "<x>".repeat(40)),
    ] {
        assert!(!Format::Xspf.read(text).unwrap_err().0.is_empty(), "{text}");
    }
}

#[test]
fn a_path_is_looked_for_by_its_end_but_not_by_a_name_alone() {
    for (location, expected) in [
        ("/srv/library/a/b.mp3", vec!["srv/library/a/b.mp3", "library/a/b.mp3", "a/b.mp3"]),
        ("a/b.mp3", vec!["a/b.mp3"]),
        ("b.mp3", vec!["b.mp3"]),
        ("C:\\Music\\b.mp3", vec!["C:/Music/b.mp3", "Music/b.mp3"]),
        ("../x/../a/./b.mp3", vec!["a/b.mp3"]),
        ("/", vec![]),
        ("..", vec![]),
    ] {
        assert_eq!(paths(location), expected, "{location}");
    }
}

#[test]
fn an_address_of_a_path_is_that_path() {
    for path in ["/a b/ü%.mp3", "a#b?.mp3", "/", "%zz%4"] {
        assert_eq!(unescaped(&escaped(path)), path);
    }
    assert_eq!(unescaped("file://localhost/a"), "/a");
    assert_eq!(unescaped("%4"), "%4");
    assert_eq!(unescaped("http://a.example/%20"), "http://a.example/%20");
}

#[test]
fn what_has_a_line_break_in_it_is_no_line() {
    assert!(!Format::M3u8.can_write("a\nb.mp3"));
    assert!(!Format::M3u8.can_write(" b.mp3"));
    assert!(Format::Xspf.can_write("a\nb.mp3"));
    let text = Format::M3u8.write("a\nb", &[track(1, "c\r\nd", "e.mp3")]);
    assert_eq!(Format::M3u8.read(&text).unwrap(), [track(1, "c  d", "e.mp3")]);
}
