//! Feeds that a strict parser refuses and every player of podcasts plays.

use super::{Case, LAST, atom, one, rss};

pub(super) fn cases() -> Vec<Case> {
    let plain = rss(&one(""));
    let read = "# Show
        1 One | http://m.example/1.mp3";
    let two = "# Show
        1 One | http://m.example/1.mp3
        2 Last | http://m.example/last.mp3";
    vec![
        Case::of("blank line in front", format!("\n{plain}"), read),
        Case::of("many blanks and a mark in front", format!(" \t\r\n\n \u{feff}{plain}"), read),
        Case::of("mark and blanks", format!("\u{feff}  {plain}"), read),
        Case::of("warning in plain text", format!("Warning: Undefined index: a in feed.php on line 3\n{plain}"), read),
        Case::of(
            "warning in html",
            format!("<br />\n<b>Warning</b>:  include(&quot;a&quot;): failed in <b>/srv/feed.php</b> on line <b>3</b><br />\n{plain}"),
            read,
        ),
        Case::of("comment and stylesheet in front", format!("<!-- made <by> hand --><?xml-stylesheet href='a.xsl' type='text/xsl'?>{plain}"), read),
        Case::of("script left in", format!("{plain}<?php echo '<rss>'; ?><script>track()</script>"), read),
        Case::of("sent as html", plain.clone(), read).sent_as("text/html; charset=utf-8"),
        Case::of("html entities", rss("<item><title>Jos&eacute;&nbsp;&iacute;s &hellip;&rarr;</title><link>http://a.example/1</link></item>"),
            "# Show
             1 José ís …→ | http://a.example/1"),
        Case::of("bare ampersands", rss("<item><title>Q&A & R&B; x</title><link>http://a.example/?a=1&b=2</link></item>"),
            "# Show
             1 Q&A & R&B; x | http://a.example/?a=1&b=2")
        .alone("it takes the bare & of an address for an entity"),
        Case::of("bare brackets", rss(&format!("<item><title>1 < 2 <3</title><link>http://a.example/1</link></item>{LAST}")),
            "# Show
             1 1 < 2 <3 | http://a.example/1
             2 Last | http://m.example/last.mp3"),
        Case::of("control characters", rss("<item><title>O\u{1}n\u{8}e\u{0}</title><link>http://a.example/1</link></item>"),
            "# Show
             1 One | http://a.example/1")
        .alone("it keeps control characters or ends at them"),
        Case::of("half a letter", rss("<item><title>a&#xD83D;b&#xDE00;&#xD83D;&#xDE00;</title><link>http://a.example/1</link></item>"),
            "# Show
             1 a\u{fffd}b\u{fffd}😀 | http://a.example/1")
        .alone("it has no letters of two halves"),
        Case::of("undeclared prefixes",
            "<rss><channel><title>Show</title><item><title>One</title><itunes:duration>62:03</itunes:duration>
             <media:content url='http://m.example/1.mp4' type='video/mp4'/><foo:bar>x</foo:bar></item></channel></rss>",
            "# Show
             1 One | http://m.example/1.mp4 | 3723000 ms"),
        Case::of("other prefixes", "<rss xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:m='https://search.yahoo.com/mrss'
               xmlns:media='http://other.example/'><channel><title>Show</title><item><title>One</title><i:duration>5.5</i:duration>
             <media:content url='http://m.example/no.mp4' type='video/mp4'/><m:content url='http://m.example/1.mp4' type='video/mp4'/>
             </item></channel></rss>",
            "# Show
             1 One | http://m.example/1.mp4 | 5500 ms")
        .alone("it goes by the prefix alone"),
        Case::of("default namespace that is none of RSS", plain.replace("<rss ", "<rss xmlns='http://backend.userland.com/rss2' "), read),
        Case::of("everything in capitals", "<RSS VERSION='2.0'><CHANNEL><TITLE>Show</TITLE><ITEM><TITLE>One</TITLE><GUID>1</GUID>
             <ENCLOSURE URL='http://m.example/1.mp3' TYPE='AUDIO/MPEG'/></ITEM></CHANNEL></RSS>",
            "# Show
             1 One | http://m.example/1.mp3 | id 1"),
        Case::of("missing ends", rss(&format!("<item><title>One<enclosure url='http://m.example/1.mp3'/>{LAST}")), two)
        .alone("it makes one item of both"),
        Case::of("missing end of a description with markup in it",
            rss(&format!("<item><title>One</title><description><p>text <b>bold<enclosure url='http://m.example/1.mp3'/></item>{LAST}")), two),
        Case::of("wrong ends", rss(&format!("<item><title>One</heading><enclosure url='http://m.example/1.mp3'></media></p></item x='y' >{LAST}")), two),
        Case::of("item within an item", rss(&one(LAST)), two),
        Case::of("markup in a description that nobody escaped",
            rss(&format!("<item><description><title>No</title><a href='x'>y</a><br><link>http://no.example/</link></description>
                <title>One</title><link>http://m.example/1.mp3</link></item>{LAST}")), two),
        Case::of("attributes in every way", rss("<item><title>One</title><enclosure  TYPE = audio/mpeg url=http://m.example/1.mp3 length='x' url=\"http://no.example/\"/></item>"), read)
        .alone("it takes the last of two"),
        Case::of("quote that is not closed",
            rss(&format!("<item><title>One</title><enclosure type='audio/mpeg' url=\"http://m.example/1.mp3></item>{LAST}")), two)
        .alone("it loses the rest"),
        Case::of("bracket that is missing", rss(&format!("<item><title>One</title><enclosure url='http://m.example/1.mp3'\n</item>{LAST}")), two),
        Case::of("entities of its own", format!("<!DOCTYPE rss [<!ENTITY a 'x'><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM 'file:///etc/hostname'>]>\n{}",
                rss("<item><title>&a;&b;&c;</title><link>http://a.example/1</link></item>").replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "")),
            "# Show
             1 &a;&b;&c; | http://a.example/1")
        .alone("none of them is expanded here"),
        Case::of("last tag forgotten", plain.replace("</rss>", ""), read),
        Case::of("channel without anything around it", "<channel><title>Show</title><item><title>One</title><link>http://m.example/1.mp3</link></item></channel>", read),
        Case::of("declaration without its end", plain.replacen("?>", ">", 1), read),
        Case::of("items after the channel", plain.replace("</channel>", "").replacen("<item>", "</channel><item>", 1), read),
        Case::of("conditional comment and other things in brackets", rss(&format!("<![if IE]><!ELEMENT x><!---->{}<![endif]>", one(""))), read),
        Case::of("atom without a namespace", atom("<entry><title>One</title><link href='http://m.example/1.mp3'/></entry>").replace(" xmlns=\"http://www.w3.org/2005/Atom\"", ""), read),
        Case::of("atom words in rss and the other way", rss("<entry><title>One</title><atom:link href='http://m.example/1.mp3'/></entry>"), read),
        Case::of("the title that there is",
            rss("<item><itunes:title>Short</itunes:title><title> </title><media:title>M</media:title><link>http://a.example/1</link></item>
                <item><media:title>Media</media:title><link>http://a.example/2</link></item>
                <item><itunes:title>Short</itunes:title><title>12: Long</title><link>http://a.example/3</link></item>
                <item><title>  several
                    lines </title><link>http://a.example/4</link></item>"),
            "# Show
             1 Short | http://a.example/1
             2 Media | http://a.example/2
             3 12: Long | http://a.example/3
             4 several lines | http://a.example/4")
        .alone("it takes the last of the titles, whichever that is"),
        Case::of("lengths that are none", rss(&["3600", "garbage", "0", "-1", "1:2:3:4", "", "99999999999"]
            .map(|said| one(&format!("<itunes:duration>{said}</itunes:duration>"))).concat()),
            "# Show
             1 One | http://m.example/1.mp3 | 3600000 ms
             2 One | http://m.example/1.mp3
             3 One | http://m.example/1.mp3
             4 One | http://m.example/1.mp3
             5 One | http://m.example/1.mp3
             6 One | http://m.example/1.mp3
             7 One | http://m.example/1.mp3"),
    ]
}
