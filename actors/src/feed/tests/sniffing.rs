//! What is a feed at all.

use crate::feed::{Kind, sniff};

#[test]
fn a_feed_is_told_by_its_first_bytes() {
    for (head, content_type, expected) in [
        ("<rss version='2.0'>", None, Some(Kind::Rss)),
        ("\u{feff}\n\n<?xml version='1.0'?>\n<!-- a --><rss>", Some("text/html"), Some(Kind::Rss)),
        ("Notice: x\n<br /><b>Notice</b>: y<?xml version='1.0'?><rss>", None, Some(Kind::Rss)),
        ("<?xml-stylesheet href='x'?><feed xmlns='http://www.w3.org/2005/Atom'>", None, Some(Kind::Atom)),
        ("<a:feed xmlns:a='http://www.w3.org/2005/Atom'>", None, Some(Kind::Atom)),
        ("<feed>", None, Some(Kind::Atom)),
        ("<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", None, Some(Kind::Rdf)),
        ("<!DOCTYPE rss [<!ENTITY a '<html>'>]><rss>", None, Some(Kind::Rss)),
        ("{\"version\": \"https://jsonfeed.org/version/1.1\"", Some("application/json"), Some(Kind::Json)),
        ("{\"title\": \"x\", \"items\": [", Some("application/feed+json; charset=utf-8"), Some(Kind::Json)),
        ("<!DOCTYPE html><p><rss>", Some("application/rss+xml"), None),
        ("<!doctype HTML PUBLIC \"x\"><rss>", None, None),
        ("<html><body><rss>", None, None),
        ("<p>Read our feeds</p><ul><li><rss>", None, None),
        ("<opml version='2.0'>", None, None),
        ("<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>", None, None),
        ("<sitemapindex>", None, None),
        ("<svg xmlns='http://www.w3.org/2000/svg'>", None, None),
        ("<MPD><feed>", None, None),
        ("<feed xmlns='http://other.example/'>", None, None),
        ("<rdf:RDF xmlns:foaf='http://xmlns.com/foaf/0.1/'><foaf:Person>", None, None),
        ("#EXTM3U\n#EXTINF:1\na.ts", None, None),
        ("ID3\u{3}\u{0}\u{0}<rss>", Some("audio/mpeg"), None),
        ("\u{0}\u{0}\u{0}\u{18}ftypmp42", Some("application/rss+xml"), None),
        ("{\"items\": []}", Some("application/json"), None),
        ("[]", Some("application/feed+json"), None),
        ("just words", Some("application/rss+xml"), None),
        ("", Some("application/rss+xml"), None),
    ] {
        assert_eq!(sniff(head.as_bytes(), content_type), expected, "{head:?} {content_type:?}");
    }
}

#[test]
fn what_the_header_says_counts_where_the_beginning_says_nothing() {
    let comment = format!("<?xml version='1.0'?><!-- {}", "licence ".repeat(1_000));
    assert_eq!(sniff(comment.as_bytes(), Some("application/rss+xml; charset=utf-8")), Some(Kind::Rss));
    assert_eq!(sniff(comment.as_bytes(), Some("application/atom+xml")), Some(Kind::Atom));
    assert_eq!(sniff(comment.as_bytes(), Some("text/xml")), None);
}
