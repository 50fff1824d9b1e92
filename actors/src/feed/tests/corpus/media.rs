//! Which address an item has.

use super::{Case, LAST, atom, rss};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::of(
            "relative addresses",
            rss("<item><title>One</title><enclosure url='/m/1.mp3'/></item>
                <item><title>Two</title><enclosure url='//cdn.example/2.mp3'/></item>
                <item><title>Three</title><enclosure url=' 3 three.mp3 '/></item>
                <item><title>Four</title><link>../four</link></item>"),
            "# Show
             1 One | https://a.example/m/1.mp3
             2 Two | https://cdn.example/2.mp3
             3 Three | https://a.example/shows/3 three.mp3
             4 Four | https://a.example/shows/../four",
        ),
        Case::of(
            "xml:base, nested",
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://b.example/x/'><title>Show</title>
             <entry xml:base='y/'><title>One</title><link href='1'/></entry>
             <entry><title>Two</title><link xml:base='//c.example/' href='2'/></entry>
             <entry><title>Three</title><link href='/3'/></entry></feed>",
            "# Show
             1 One | http://b.example/x/y/1
             2 Two | http://c.example/2
             3 Three | http://b.example/3",
        ),
        Case::of(
            "absolute addresses letter by letter",
            rss("<item><title>One</title><enclosure url='HTTP://M.example:80/a%20b+c/é ü.mp3?sig=a%2Fb==&amp;&amp;x=(1);q=&apos;#t=3'/></item>
                <item><title>Two</title><link>\n  http://a.example/2?q=a|b&#38;c \n</link></item>"),
            "# Show
             1 One | HTTP://M.example:80/a%20b+c/é ü.mp3?sig=a%2Fb==&&x=(1);q='#t=3
             2 Two | http://a.example/2?q=a|b&c",
        ),
        Case::of(
            "a password costs its row and is not told",
            rss(&format!(
                "<item><title>One</title><enclosure url='http://user:s3cret@m.example/1.mp3'/></item>
                 <item><title>Two</title><guid>http://user:s3cret@m.example/2</guid><enclosure url='http://m.example/2.mp3'/></item>{LAST}"
            )),
            "# Show
             1 skipped: has an address that carries a user name or password
             2 Two | http://m.example/2.mp3
             3 Last | http://m.example/last.mp3",
        ),
        Case::of(
            "several enclosures",
            rss("<item><title>One</title><enclosure url='http://m.example/c.jpg' type='image/jpeg'/>
                <enclosure url='http://m.example/1' type='audio/mpeg'/><enclosure url='http://m.example/1.mp4' type='video/mp4'/></item>
                <item><title>Two</title><enclosure url='http://m.example/t.torrent' type='application/x-bittorrent'/>
                <enclosure url='http://m.example/2.mp3'/></item>
                <item><title>Three</title><enclosure url='http://m.example/get?id=3'/><enclosure url='http://m.example/get?id=4'/></item>"),
            "# Show
             1 One | http://m.example/1
             2 Two | http://m.example/2.mp3
             3 Three | http://m.example/get?id=3",
        ),
        Case::of(
            "an enclosure that is none",
            rss("<item><title>One</title><enclosure type='audio/mpeg'/><link>http://a.example/1</link></item>
                <item><title>Two</title><enclosure url='' href='http://m.example/2.mp3'/></item>
                <item><title>Three</title><enclosure url='magnet:?xt=urn:btih:1'/><link>http://a.example/3</link></item>
                <item><title>Four</title><enclosure url='http://m.example/c.png' type='image/png'/><link>http://a.example/4</link></item>"),
            "# Show
             1 One | http://a.example/1
             2 Two | http://m.example/2.mp3
             3 Three | http://a.example/3
             4 Four | http://a.example/4",
        ),
        Case::of(
            "media rss",
            rss("<item><title>One</title><link>http://a.example/1</link><media:group>
                <media:content url='http://m.example/low.mp4' type='video/mp4' height='360' bitrate='800' duration='60'/>
                <media:content url='http://m.example/high.mp4' type='video/mp4' height='1080' duration='61'><media:title>Inside</media:title></media:content>
                <media:content url='http://m.example/a.mp3' type='audio/mpeg' duration='62'/></media:group></item>
                <item><title>Two</title><media:content url='http://m.example/c.jpg' medium='image'/><media:content medium='video' url='http://m.example/v'/></item>
                <item><title>Three</title><media:content url='http://m.example/c.jpg' medium='image'/><media:player url='http://a.example/player/3'/></item>
                <item><media:content><media:title>Four</media:title><media:player url='http://a.example/player/4'/></media:content></item>"),
            "# Show
             1 One | http://m.example/high.mp4 | 61000 ms
             2 Two | http://m.example/v
             3 Three | http://a.example/player/3
             4 Four | http://a.example/player/4",
        ),
        Case::of(
            "podcast alternates",
            rss("<item><title>One</title><podcast:alternateEnclosure type='audio/opus' bitrate='32000'><podcast:source uri='ipfs://1'/>
                <podcast:source uri='http://m.example/1.opus'/></podcast:alternateEnclosure>
                <podcast:alternateEnclosure type='video/mp4' height='720'><podcast:source uri='http://m.example/1.mp4'/></podcast:alternateEnclosure></item>
                <item><title>Two</title><enclosure url='http://m.example/2.mp3'/>
                <podcast:alternateEnclosure type='video/mp4'><podcast:source uri='http://m.example/2.mp4'/></podcast:alternateEnclosure></item>
                <item><title>Three</title><podcast:alternateEnclosure type='video/mp4'><podcast:source uri='http://m.example/3.mp4'/></podcast:alternateEnclosure>
                <podcast:alternateEnclosure type='audio/mpeg' default='true'><podcast:source uri='http://m.example/3'/></podcast:alternateEnclosure></item>"),
            "# Show
             1 One | http://m.example/1.mp4
             2 Two | http://m.example/2.mp3
             3 Three | http://m.example/3",
        ),
        Case::of(
            "pages",
            rss("<item><title>One</title><guid>http://a.example/1</guid></item>
                <item><title>Two</title><guid isPermaLink='false'>http://a.example/no</guid></item>
                <item><title>Three</title><guid>3</guid></item>
                <item/>
                <item><title>Five</title><guid isPermaLink='true'>http://a.example/no</guid><link>http://a.example/5</link></item>"),
            "# Show
             1 One | http://a.example/1 | id http://a.example/1
             2 skipped: \"Two\" has no address of its own
             3 skipped: \"Three\" has no address of its own
             4 skipped: \"\" has no address of its own
             5 Five | http://a.example/5 | id http://a.example/no",
        ),
        Case::of(
            "atom: content elsewhere, links of every kind",
            atom("<entry><title>One</title><content type='video/mp4' src='/1.mp4'/><link href='http://a.example/1'/></entry>
                <entry><title>Two</title><link rel='alternate' type='application/json' href='http://a.example/2.json'/>
                <link rel='alternate' type='text/html' href='http://a.example/2'/></entry>
                <entry><title>Three</title><link rel='http://www.iana.org/assignments/relation/enclosure' href='http://m.example/3.mp3'/></entry>
                <entry><title>Four</title><link rel='replies' href='http://a.example/4/comments'/><link rel='related' href='http://b.example/'/></entry>"),
            "# Show
             1 One | https://a.example/1.mp4
             2 Two | http://a.example/2
             3 Three | http://m.example/3.mp3
             4 skipped: \"Four\" has no address of its own",
        )
        .alone("it counts links to comments and takes no content from elsewhere"),
        Case::of(
            "addresses that can't be fetched",
            rss(&format!("<item><title>One</title><link>http://</link></item><item><title>Two</title>\
                <enclosure url='http://m.example/\u{7}2.mp3'/></item><item><title>Three</title>\
                <enclosure url='http://m.example/3.mp3#__youtubedl_smuggle=x'/></item>{LAST}")),
            "# Show
             1 skipped: \"One\" has no address of its own
             2 skipped: has an address that can't be used
             3 skipped: has an address that can't be used
             4 Last | http://m.example/last.mp3",
        ),
    ]
}
