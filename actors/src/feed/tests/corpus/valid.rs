//! Feeds as the standards have them.

use super::{Case, atom, one, rss};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::of(
            "rss 2.0 podcast",
            rss("<link>http://a.example/</link><image><title>Cover</title><url>http://a.example/c.png</url></image>
                <item><title>One</title><guid isPermaLink='false'>g-1</guid>
                <enclosure url='http://m.example/1.mp3' length='5' type='audio/mpeg'/><itunes:duration>1:02:03</itunes:duration></item>
                <item><title>Two</title><guid isPermaLink='false'>g-2</guid>
                <enclosure url='http://m.example/2.m4a' length='5' type='audio/x-m4a'/><itunes:duration>90</itunes:duration></item>"),
            "# Show
             1 One | http://m.example/1.mp3 | id g-1 | 3723000 ms
             2 Two | http://m.example/2.m4a | id g-2 | 90000 ms",
        )
        .sent_as("application/rss+xml; charset=utf-8"),
        Case::of(
            "rss 0.91 with a document type",
            "<?xml version=\"1.0\"?>\n<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\"
             \"http://my.netscape.com/publish/formats/rss-0.91.dtd\">
             <rss version=\"0.91\"><channel><title>Old</title><link>http://a.example/</link>
             <item><title>One</title><link>http://a.example/1</link></item></channel></rss>",
            "# Old
             1 One | http://a.example/1",
        ),
        Case::of(
            "rss 1.0: items beside the channel",
            "<?xml version=\"1.0\"?><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\"
               xmlns:dc=\"http://purl.org/dc/elements/1.1/\">
             <channel rdf:about=\"http://a.example/\"><title>Graph</title><link>http://a.example/</link>
               <items><rdf:Seq><rdf:li resource=\"http://a.example/1\"/></rdf:Seq></items></channel>
             <image rdf:about=\"http://a.example/i\"><title>No title of a list</title><link>http://a.example/</link></image>
             <item rdf:about=\"http://a.example/1\"><title>One</title><link>http://a.example/1</link></item>
             <item rdf:about=\"http://a.example/2\"><dc:title>Two</dc:title><link>http://a.example/2</link></item></rdf:RDF>",
            "# Graph
             1 One | http://a.example/1 | id http://a.example/1
             2 Two | http://a.example/2 | id http://a.example/2",
        )
        .sent_as("application/rdf+xml"),
        Case::of(
            "rss 0.90",
            "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://my.netscape.com/rdf/simple/0.9/\">
             <channel><title>Oldest</title><link>http://a.example/</link></channel>
             <item><title>One</title><link>http://a.example/1</link></item></rdf:RDF>",
            "# Oldest
             1 One | http://a.example/1",
        ),
        Case::of(
            "atom 1.0",
            atom("<link rel='self' href='http://a.example/atom'/><author><name>N</name></author>
                <entry><title>One</title><id>urn:1</id><link href='http://a.example/1'/><updated>2026-01-01T00:00:00Z</updated>
                <link rel='enclosure' type='audio/ogg' href='http://m.example/1.ogg' length='3'/></entry>
                <entry><title type='html'>&lt;b&gt;Two&lt;/b&gt; &amp;amp; more</title><id>urn:2</id>
                <link rel='alternate' type='text/html' href='http://a.example/2'/></entry>
                <entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>Th<em>ree</em></div></title><id>urn:3</id>
                <link rel='edit' href='http://a.example/edit/3'/><link rel='alternate' href='http://a.example/3'/></entry>"),
            "# Show
             1 One | http://m.example/1.ogg | id urn:1
             2 Two & more | http://a.example/2 | id urn:2
             3 Three | http://a.example/3 | id urn:3",
        )
        .sent_as("application/atom+xml"),
        Case::of(
            "atom 0.3",
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>Old</title>
             <entry><title>One</title><id>tag:1</id><link rel='alternate' type='text/html' href='http://a.example/1'/></entry></feed>",
            "# Old
             1 One | http://a.example/1 | id tag:1",
        ),
        Case::of(
            "atom with a prefix, and an entry taken from elsewhere",
            "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>Show</a:title><a:entry><a:source><a:id>urn:other</a:id>
             <a:title>Other</a:title><a:link href='http://b.example/'/></a:source><a:id>urn:1</a:id><a:title>One</a:title>
             <a:link href='http://a.example/1'/></a:entry></a:feed>",
            "# Show
             1 One | http://a.example/1 | id urn:1",
        ),
        Case::of(
            "youtube",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\"
               xmlns:media=\"http://search.yahoo.com/mrss/\" xmlns=\"http://www.w3.org/2005/Atom\">
             <link rel=\"self\" href=\"http://www.youtube.com/feeds/videos.xml?channel_id=UC1\"/><id>yt:channel:1</id>
             <yt:channelId>1</yt:channelId><title>Channel</title>
             <entry><id>yt:video:dQw4w9WgXcQ</id><yt:videoId>dQw4w9WgXcQ</yt:videoId><yt:channelId>UC1</yt:channelId><title>One</title>
             <link rel=\"alternate\" href=\"https://www.youtube.com/shorts/dQw4w9WgXcQ\"/>
             <media:group><media:title>One, longer</media:title>
             <media:content url=\"https://www.youtube.com/v/dQw4w9WgXcQ?version=3\" type=\"application/x-shockwave-flash\" width=\"640\"/>
             <media:thumbnail url=\"https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg\"/></media:group></entry></feed>",
            "# Channel
             1 One | https://www.youtube.com/watch?v=dQw4w9WgXcQ | youtube dQw4w9WgXcQ",
        )
        .alone("the address is made of the id"),
        Case::of(
            "paged: the next page goes before the archive",
            atom("<link rel='prev-archive' href='/archive/1'/><link rel='next' href='?page=2'/><link rel='prev-archive' href='/archive/2'/>
                <entry><title>One</title><link href='http://a.example/1'/></entry>"),
            "# Show
             1 One | http://a.example/1
             next https://a.example/shows/feed.xml?page=2",
        ),
        Case::of(
            "archived rss",
            rss(&format!("<atom:link rel='prev-archive' href='http://a.example/archive/7'/>{}", one(""))),
            "# Show
             1 One | http://m.example/1.mp3
             next http://a.example/archive/7",
        ),
        Case::of("empty channel", rss(""), "# Show"),
        Case::of("empty atom", atom(""), "# Show"),
        Case::of("feed without a title", "<rss><channel><item><link>http://a.example/1</link></item></channel></rss>",
            "# -
             1 - | http://a.example/1"),
        Case::of(
            "the same item twice is two rows",
            rss(&format!("{0}{0}", one("<guid>1</guid>"))),
            "# Show
             1 One | http://m.example/1.mp3 | id 1
             2 One | http://m.example/1.mp3 | id 1",
        ),
        Case::of(
            "live items",
            rss(&format!(
                "<podcast:liveItem status='pending' start='2026-12-01T00:00:00Z'><title>Soon</title><guid>s</guid>
                 <enclosure url='http://m.example/live' type='audio/mpeg'/></podcast:liveItem>
                 <podcast:liveItem status='live'><title>Now</title><enclosure url='http://m.example/live2' type='audio/mpeg'/></podcast:liveItem>
                 <podcast:liveItem status='ended'><title>Gone</title><link>http://a.example/gone</link></podcast:liveItem>
                 <podcast:liveItem status='ended'><title>Over</title><enclosure url='http://m.example/over.mp3'/></podcast:liveItem>
                 <podcast:liveItem status='live'><title>Page</title><podcast:contentLink href='http://a.example/watch'/></podcast:liveItem>{}",
                one("")
            )),
            "# Show
             1 Soon | http://m.example/live | id s | Upcoming
             2 Now | http://m.example/live2 | Live
             3 Over | http://m.example/over.mp3 | WasLive
             4 Page | http://a.example/watch | Live
             5 One | http://m.example/1.mp3",
        ),
    ]
}
