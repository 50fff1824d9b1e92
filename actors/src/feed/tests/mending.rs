//! XML that is none, mended.

use std::io::{BufReader, Read as _};

use proptest::prelude::*;

use crate::feed::{
    encoding::{self, Decoded},
    mend::{Mended, TAG_BYTES_MAX},
};

fn mended(xml: &str, capacity: usize) -> (String, bool, u64) {
    let source = BufReader::with_capacity(capacity, xml.as_bytes());
    let mut mended = Mended::new(Decoded::new(source, encoding::choose(&[], None)));
    let mut text = String::new();
    mended.read_to_string(&mut text).unwrap();
    (text, mended.is_cut(), mended.line())
}

#[test]
fn what_a_parser_would_stumble_over_is_mended() {
    for (xml, expected) in [
        ("<a>x &amp; y</a>", "<a>x &amp; y</a>"),
        ("<a b='>' c=\">\"/>", "<a b='>' c=\">\"/>"),
        ("<?xml version='1.0'?><?php echo '<a>' ?><!-- <b> - --><a/>", "<a/>"),
        ("<?xml version='1.0'><a/>", "<a/>"),
        ("<!DOCTYPE a [<!ENTITY b '<c>'> <!ENTITY d \"&b;\">] ><a>&d;</a>", "<a>&d;</a>"),
        ("<!DOCTYPE a PUBLIC '-//x' 'y'\n<a/>", "<a/>"),
        ("<![if IE]><a/>", "<a/>"),
        ("<![cdata[<x> ]] ]>]]><a/>", "<![CDATA[<x> ]] ]>]]><a/>"),
        ("1 < 2 <3 <a/>", "1 &lt; 2 &lt;3 <a/>"),
        ("<a b='1'\n<c>", "<a b='1'\n><c>"),
        ("<a b=\"1>x</a><c d=\"2\"/>", "<a b=\"1\">x</a><c d=\"2\"/>"),
        ("<a b=\"1 c=\"2\" d='3'/><e/>", "<a b=\"1 c=\"2  d='3'/><e/>"),
        ("<a b=it's/><c d='e'/>", "<a b=it s/><c d='e'/>"),
    ] {
        for capacity in [1, 7, 100] {
            let (text, is_cut, _) = mended(xml, capacity);
            assert_eq!((text.as_str(), is_cut), (expected, false), "{xml}");
        }
    }
}

#[test]
fn what_breaks_off_is_left_out_and_told_with_its_line() {
    for xml in ["<a>\n<b c='", "<a>\n<!-- <b>", "<a>\n<![CDATA[x]]", "<a>\n<", "<a>\n</b", "<a>\n<?x"] {
        assert_eq!(mended(xml, 3), ("<a>\n".to_owned(), true, 2), "{xml}");
    }
}

#[test]
fn what_is_too_long_is_cut_and_still_whole() {
    let long = "ü".repeat(TAG_BYTES_MAX);
    for (xml, end) in [
        (format!("<a>{long}</a>"), "ü</a>"),
        (format!("<a><![CDATA[{long}]]></a>"), "ü]]></a>"),
        (format!("<a b='{long}' c='x'/>"), "ü'/>"),
        (format!("<a b='{long}'>"), "ü'>"),
        (format!("<a{long}>"), "ü>"),
    ] {
        let (text, is_cut, _) = mended(&xml, 1_000);
        assert!(text.ends_with(end) && !is_cut && text.len() < TAG_BYTES_MAX + 30, "{end} {}", text.len());
    }
    assert_eq!(mended(&format!("<!-- {long} --><a/>"), 1_000).0, "<a/>");
}

proptest! {
    #[test]
    fn nothing_makes_it_stumble(xml in "[<>/!?\\[\\]\"'=&;a-cé\n -]{0,80}", capacity in 1..20_usize) {
        let (text, _, _) = mended(&xml, capacity);
        prop_assert_eq!(&text, &mended(&xml, 1_000).0);
        let mut reader = quick_xml::Reader::from_reader(text.as_bytes());
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mut buffer = Vec::new();
        loop {
            match reader.read_event_into(&mut buffer) {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => prop_assert!(false, "{error} in {text:?}"),
            }
        }
    }
}
