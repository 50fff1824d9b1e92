//! What targets begin with: as it is recorded, or nearly.

use mediary_log::fuzzing::{frames_of, payload_of};

const BUNDLE: &[u8] = include_bytes!("../../golden/format-2/bundle.ndjson");

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub(crate) fn frames() -> Vec<Vec<u8>> {
    frames_of(BUNDLE)
}

pub(crate) fn payloads() -> Vec<Vec<u8>> {
    frames().iter().filter_map(|frame| payload_of(frame)).collect()
}

/// The whole one, and one that breaks off behind its second event.
pub(crate) fn bundles() -> Vec<Vec<u8>> {
    let beginning: Vec<u8> =
        BUNDLE.split_inclusive(|byte| *byte == b'\n').take(3).flatten().copied().collect();
    vec![beginning, BUNDLE.to_vec()]
}

pub(crate) fn feeds() -> Vec<Vec<u8>> {
    const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>News &amp; more</title><link>https://media.example/</link>
<item><title><![CDATA[One <b>bold</b>]]></title><guid isPermaLink="false">1</guid><pubDate>Sat, 07 Sep 2024 10:00:00 GMT</pubDate>
<enclosure url="/1.mp3" length="100" type="audio/mpeg"/><itunes:duration>01:02:03</itunes:duration></item>
<item><title>Two &nbsp;&#233;</title><media:group><media:content url="https://media.example/2.mp4" duration="20"/></media:group></item>
</channel></rss>"#;
    const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://media.example/"><title type="html">A &lt;i&gt;b&lt;/i&gt;</title>
<link rel="next" href="?page=2"/><entry><id>tag:media.example,2024:1</id><title>Eins</title><updated>2024-09-07T10:00:00Z</updated>
<link rel="enclosure" href="1.ogg" type="audio/ogg"/></entry><entry><id>2</id></entry></feed>"#;
    const RDF: &str = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>Old</title></channel>
<item rdf:about="https://media.example/1"><title>1</title><link>https://media.example/1</link></item></rdf:RDF>"#;
    const JSON: &str = r#"{"version":"https://jsonfeed.org/version/1.1","title":"J","next_url":"https://media.example/2.json","items":[
{"id":"1","title":"One","url":"https://media.example/1","date_published":"2024-09-07T10:00:00Z","attachments":[{"url":"https://media.example/1.mp3","mime_type":"audio/mpeg","duration_in_seconds":3}]},
{"id":2,"content_html":"<p>Two</p>"},null]}"#;
    const BROKEN: &str = "<rss><channel><item><title>Ben & Jerry <br></title><enclosure url='a.mp3'></item>";
    [(1, RSS), (0, ATOM), (1, RDF), (2, JSON), (3, BROKEN)]
        .map(|(kind, text)| [&[kind], text.as_bytes()].concat())
        .to_vec()
}

pub(crate) fn searches() -> Vec<Vec<u8>> {
    bytes(&[
        "Björk/Jóga (live)",
        "ac-dc",
        "千と千尋 神隠し",
        "สวัสดีชาวโลก",
        "\"NEAR\" OR a*",
        "x - y",
        "a\0b",
        "ⅷ ½ ²",
    ])
}

pub(crate) fn addresses() -> Vec<Vec<u8>> {
    bytes(&[
        "https://www.youtube.com/watch?v=abc&list=PL1&si=x",
        "https://youtu.be/abc?t=1",
        "HTTP://Example.COM:80/%66oo/?a=b+c#!/route",
        "https://[::1]:8484/ä?q=%2F#frag",
        "--exec=x",
    ])
}

/// The first byte says which kind it is: mp3, ogg, wav, mp4. Whole ones `ops/fuzz` has ffmpeg make.
pub(crate) fn containers() -> Vec<Vec<u8>> {
    let mp3 =
        [&b"\0ID3\x04\0\0\0\0\0\x0a0123456789"[..], &[0xFF, 0xFB, 0x90, 0x64], &[0; 413], b"TAG"].concat();
    let ogg = [&b"\x01OggS\0\x02"[..], &[0; 20], b"\x01\x04OpusOggS\0\x04", &[1; 20], b"\0"].concat();
    let wav = [&b"\x02RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\x08\0\0\0"[..], &[0; 8]].concat();
    let mp4 = [
        &b"\x03\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x74moov\0\0\0\x6cmvhd"[..],
        &[0; 12],
        b"\0\0\x03\xe8\0\0\x10\0",
        &[0; 80],
        b"\0\0\0\x08mdat",
    ]
    .concat();
    vec![mp3, ogg, wav, mp4]
}

pub(crate) fn talks() -> Vec<Vec<u8>> {
    bytes(&[
        "[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'a.mp4':\n[info]   Duration: 00:01:29.70, start: 1.400000, bitrate: 4 kb/s\n\
         [info]   Stream #0:0: Video: h264\n[info] Stream mapping:\n[aac @ 0x55] [error] channel element 1.0 is not allocated\n\
         #tb 0: 1/90000\n#media_type 0: audio\n#codec_id 0: aac\n#dimensions 0: 16x9\n0, 0, 0, 1024, 258, 0x2c5b786a, F=0x0\n0, 900000, 900000, 1024, 258, 0x2c5b786a\n",
        "mediary-entry {\"id\": \"1\", \"title\": \"One\", \"url\": \"https://media.example/1\", \"ie_key\": \"Generic\", \"playlist_index\": 1, \"playlist_count\": 3, \"playlist_id\": \"l\", \"duration\": NaN}\n\
         !ERROR: [generic] 2: no video\n\
         mediary-entry {\"id\": \"3\", \"title\": \"\\ud83d\", \"url\": \"https://media.example/3\", \"playlist_index\": 3, \"live_status\": \"is_live\"}\n\
         mediary-list {\"id\": \"l\", \"title\": \"L\", \"playlist_count\": \"3\", \"extractor_key\": \"Generic\", \"original_url\": \"https://media.example/\"}\n",
    ])
}

/// Files of playlists.
pub(crate) fn lists() -> Vec<Vec<u8>> {
    const XSPF: &str = "<?xml version=\"1.0\"?><playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\"><title>Road</title>\
        <trackList><track><location>file:///a/b%20c.mp3</location><title>B &amp; C</title><duration>61000</duration>\
        <identifier>urn:mediary:file-00000000-0000-0000-0000-000000000001</identifier></track></trackList></playlist>";
    const M3U8: &str = "#EXTM3U\n#PLAYLIST:Road\n#EXTINF:61,B & C\n\
        #MEDIARY-ID:file-00000000-0000-0000-0000-000000000001\n/a/b c.mp3\n./#d.mp3\n";
    [XSPF, M3U8].map(|text| text.as_bytes().to_vec()).into()
}

pub(crate) fn kept() -> Vec<Vec<u8>> {
    let long = [b"x".repeat((256 << 10) - 10), b"\n[... 12 bytes left out ...]\nthe end\n".to_vec()].concat();
    vec![b"$ yt-dlp --version\n2026.10.26\n".to_vec(), long]
}
