//! Encodings, and texts that are escaped too often.

use super::{Case, rss};

/// A feed with a title in `bytes`, declared to be in `encoding`.
fn declared(encoding: &str, title: &[u8]) -> Vec<u8> {
    let feed = rss("<item><title>@</title><link>http://a.example/1</link></item>").replace("UTF-8", encoding);
    let (before, after) = feed.split_once('@').unwrap();
    [before.as_bytes(), title, after.as_bytes()].concat()
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

pub(super) fn cases() -> Vec<Case> {
    let cafe = "# Show
        1 Café | http://a.example/1";
    let russian = "# Show
        1 Привет | http://a.example/1";
    let utf_16_feed = rss("<item><title>Café</title><link>http://a.example/1</link></item>");
    vec![
        Case::of("ISO-8859-1", declared("ISO-8859-1", b"Caf\xE9"), cafe).sent_as("text/xml"),
        Case::of("ISO-8859-15", declared("ISO-8859-15", b"\xA4 \xBD"), "# Show
            1 € œ | http://a.example/1"),
        Case::of("windows-1251", declared("windows-1251", b"\xCF\xF0\xE8\xE2\xE5\xF2"), russian),
        Case::of("KOI8-R in the header only", declared("", b"\xF0\xD2\xC9\xD7\xC5\xD4"), russian)
            .sent_as("application/xml; charset=koi8-r"),
        Case::of("Shift_JIS", declared("Shift_JIS", b"\x93\xFA\x96{\x8C\xEA"), "# Show
            1 日本語 | http://a.example/1"),
        Case::of("UTF-8 that is windows-1252", declared("UTF-8", b"Caf\xE9"), cafe),
        Case::of("UTF-8 that is both", declared("UTF-8", b"\x93Caf\xE9\x94 \xC3\xA9\x85"), "# Show
            1 “Café” é… | http://a.example/1")
            .alone("it decides for one of them"),
        Case::of("header says less than the declaration", declared("UTF-8", "Café".as_bytes()), cafe)
            .sent_as("text/xml; charset=ISO-8859-1")
            .alone("it believes the header"),
        Case::of("UTF-16 with a mark", utf_16(&format!("\u{feff}{utf_16_feed}"), u16::to_le_bytes), cafe),
        Case::of("UTF-16 without a mark", utf_16(&utf_16_feed.replace("UTF-8", "UTF-16"), u16::to_be_bytes), cafe),
        Case::of("UTF-16 that is not", declared("UTF-16", "Café".as_bytes()), cafe),
        Case::of(
            "escaped twice in a section",
            rss("<item><title><![CDATA[Tom &amp;amp; Jerry&amp;#8217;s]]></title><link>http://a.example/1</link></item>
                <item><title><![CDATA[Tom & Jerry]]></title><link>http://a.example/2</link></item>
                <item><title>Tom &amp;amp; Jerry&#146;s</title><link>http://a.example/3</link></item>"),
            "# Show
             1 Tom & Jerry’s | http://a.example/1
             2 Tom & Jerry | http://a.example/2
             3 Tom & Jerry’s | http://a.example/3",
        ),
        Case::of(
            "markup in titles",
            rss("<item><title>&lt;b&gt;Bold&lt;/b&gt; &lt;T&gt;</title><link>http://a.example/1</link></item>
                <item><title><![CDATA[a<br/>b]]></title><link>http://a.example/2</link></item>
                <item><title>in <i>side</i></title><link>http://a.example/3</link></item>"),
            "# Show
             1 Bold <T> | http://a.example/1
             2 a b | http://a.example/2
             3 in side | http://a.example/3",
        )
        .alone("it takes <T> for a tag"),
    ]
}
