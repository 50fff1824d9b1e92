//! Feeds that end before their end, and what is none.

use super::{Case, LAST, atom, one, rss};

pub(super) fn cases() -> Vec<Case> {
    let whole = rss(&format!("{}\n{LAST}", one("")));
    let until = |text: &str| whole[..whole.find(text).unwrap() + text.len()].to_owned();
    let none = "Unsupported: this is no feed: neither RSS, Atom nor JSON Feed begins here";
    vec![
        Case::of("breaks off within an item", until("<title>Last</title>"), "# Show
            1 One | http://m.example/1.mp3
            broken feed, line 6: it breaks off within an item"),
        Case::of("breaks off within a tag", until("last.mp"), "# Show
            1 One | http://m.example/1.mp3
            broken feed, line 6: it breaks off within a tag or a section"),
        Case::of("breaks off between items", until("</item>"), "# Show
            1 One | http://m.example/1.mp3
            broken feed, line 5: it breaks off before its end"),
        Case::of("breaks off before the first item", until("<title>Show"), "# -
            broken feed, line 4: it breaks off before its end").alone("it has no items"),
        Case::of("breaks off within a section", format!("{}<![CDATA[ </item></channel></rss>", until("<title>Last</title>")), "# Show
            1 One | http://m.example/1.mp3
            broken feed, line 6: it breaks off within a tag or a section"),
        Case::of("atom breaks off", atom("<entry><title>One</title><link href='http://m.example/1.mp3'/></entry>").replace("</feed>", ""),
            "# Show
            1 One | http://m.example/1.mp3
            broken feed, line 7: it breaks off before its end"),
        Case::of("rdf breaks off behind its channel",
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>
             <channel><title>Show</title></channel><item><title>One</title><link>http://m.example/1.mp3</link></item>",
            "# Show
             1 One | http://m.example/1.mp3
             broken feed, line 2: it breaks off before its end"),
        Case::of("next page with a password", atom("<link rel='next' href='http://u:p@a.example/2'/>
            <entry><title>One</title><link href='http://m.example/1.mp3'/></entry>"), "# Show
            1 One | http://m.example/1.mp3
            broken feed, line 7: the address of its next page can't be used"),
        Case::of("no feed: page", "<!DOCTYPE html>\n<html><head><title>x</title></head><body><pre><rss></pre></body></html>", none),
        Case::of("no feed: opml", "<?xml version=\"1.0\"?><opml version=\"2.0\"><body><outline type=\"rss\"/></body></opml>", none),
        Case::of("no feed: nothing", "", none),
    ]
}
