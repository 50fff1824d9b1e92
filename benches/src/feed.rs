//! Work for feeds: looks at unchanged ones, and the reading of long ones, without a program besides.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use futures::future::join_all;
use mediary_actors::{
    net::{Gateway, Guard, Net, Options},
    process::{Assignment, Environment, Runner, Tools},
    sources::Sources,
    ytdlp::{self, Engine as _, ListEnd, ListLine, ListRequest, YtDlp},
};
use mediary_schema::IdSource;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::Instant,
};

use crate::figure::Figure;

/// A publisher on loopback: `/<entries>/<name>` is a feed with so many entries, which never changes, and
/// `/media/<number>.mp3` is what they have to offer, if anything. `/pages/<entries>` is a feed that names pages instead, each
/// of which plays one of them.
#[derive(Debug)]
pub struct Publisher {
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Publisher {
    /// Begins to publish.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start() -> Self {
        Self::with_sound(Vec::new()).await
    }

    /// Begins to publish episodes that sound like this, each with a title of its own.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn with_sound(sound: Vec<u8>) -> Self {
        let sound = Arc::new(sound);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answer(stream, address, Arc::clone(&sound)));
            }
        });
        Self { address, _serving: serving }
    }

    /// The address of a feed with so many entries.
    pub fn url(&self, entries: u32, name: u32) -> String {
        format!("http://{}/{entries}/{name}", self.address)
    }

    /// The address of a feed with so many entries, whose media stand on pages of their own.
    pub fn pages_url(&self, entries: u32) -> String {
        format!("http://{}/pages/{entries}", self.address)
    }
}

async fn answer(mut stream: TcpStream, address: SocketAddr, sound: Arc<Vec<u8>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut parts = head.split([' ', '/', '.']).skip(2);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    let answer = if head.contains("if-none-match") {
        b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec()
    } else if first == "media" {
        answered("audio/mpeg", &episode(&sound, number(second)))
    } else if first == "page" {
        let number = number(second);
        let page = format!("<title>Episode {number}</title><audio src=\"/media/{number}.mp3\"></audio>");
        answered("text/html", page.as_bytes())
    } else if first == "pages" {
        let link = |number| format!("<link>http://{address}/page/{number}</link>");
        answered("application/rss+xml", feed(number(second), link).as_bytes())
    } else {
        let enclosure = |number| {
            format!(
                "<enclosure url=\"http://{address}/media/{number}.mp3\" type=\"audio/mpeg\" length=\"1000\"/>"
            )
        };
        answered("application/rss+xml", feed(number(first), enclosure).as_bytes())
    };
    if stream.write_all(&answer).await.is_ok() {
        drop(stream.shutdown().await);
    }
}

fn answered(content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// The sound under a title of its own, so that no two episodes are the same: whole media, as a podcast has them. What was put
/// together of pieces is doubtful, and costs a look of its own.
///
/// The title is a frame `TIT2` of an ID3v2.4 tag, in place of the tag that was there (id3.org, ID3v2.4.0 structure, 3 and 4).
fn episode(sound: &[u8], number: u32) -> Vec<u8> {
    const TAG_HEADER_BYTES: usize = 10;
    let before = match sound {
        [b'I', b'D', b'3', _, _, _, size @ ..] if size.len() >= 4 => {
            let size = size[..4].iter().fold(0, |size, byte| size << 7 | usize::from(*byte));
            (TAG_HEADER_BYTES + size).min(sound.len())
        }
        _ => 0,
    };
    // In UTF-8, which 3 stands for. Sizes have seven bits in each byte; a title of a few digits fits into one.
    let text = [&[3], format!("Episode {number}").as_bytes()].concat();
    let frame = [b"TIT2\0\0\0".as_slice(), &[text.len() as u8], b"\0\0", &text].concat();
    [b"ID3\x04\0\0\0\0\0".as_slice(), &[frame.len() as u8], &frame, &sound[before..]].concat()
}

/// A feed with so many entries, each with notes as podcasts have them, and with what says where its media are.
fn feed(entries: u32, place: impl Fn(u32) -> String) -> String {
    let notes = "What was said, and by whom. ".repeat(40);
    let item = |number: u32| {
        let place = place(number);
        format!(
            "<item><title>Episode {number}</title><guid isPermaLink=\"false\">{number}</guid>\
             <description>{notes}</description>{place}</item>\n"
        )
    };
    let items: String = (0..entries).map(item).collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Show</title>{items}</channel></rss>")
}

/// What looks at feeds; there is no program that it could start.
///
/// # Panics
/// If the folder can't be used.
pub async fn sources(folder: &Path) -> Sources {
    let guard = Guard::new(["127.0.0.0/8".parse().expect("a network")]);
    let net =
        Net::try_new(Options { guard, ..Options::in_folder(folder.to_owned()) }).expect("there is a client");
    let gateway = Gateway::open(net.clone()).await.expect("there is a free port");
    let runner = Runner::new(IdSource::system().next(), Environment::default());
    Sources::new(net, YtDlp::new(runner, Tools::default(), ytdlp::Options::default(), gateway))
}

/// Looks at each address once, so many at a time; answers how long each look took and how many rows it saw.
///
/// # Panics
/// If a look does not come to its end.
pub async fn look_at_all(sources: &Sources, urls: &[String], at_once: usize) -> (Figure, u64) {
    let began = Instant::now();
    let (mut latencies, mut rows) = (Vec::new(), 0);
    for some in urls.chunks(at_once.max(1)) {
        for (took, seen) in join_all(some.iter().map(|url| look_at(sources, url))).await {
            latencies.push(took);
            rows += seen;
        }
    }
    (Figure::new(urls.len() as u64, began.elapsed(), latencies), rows)
}

async fn look_at(sources: &Sources, url: &str) -> (Duration, u64) {
    let began = Instant::now();
    let (sender, mut lines) = mpsc::channel(64);
    let request = ListRequest {
        url: url.to_owned(),
        start_index: 1,
        rows_max: None,
        access: mediary_actors::access::Granted::default(),
    };
    let assignment = Assignment::default();
    let mut rows = 0;
    let see = async {
        while let Some(line) = lines.recv().await {
            rows += u64::from(matches!(line, ListLine::Entry(_)));
        }
    };
    let (end, ()) = tokio::join!(sources.list(&request, &assignment, sender), see);
    assert_eq!(end, ListEnd::Complete, "{url}");
    (began.elapsed(), rows)
}

/// The most memory that this process had so far, in bytes (`VmHWM` of proc(5)).
///
/// # Panics
/// Where there is no `/proc`.
pub fn memory_peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it is told");
    peak.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_are_looked_at_and_cost_nothing_the_second_time() {
        let folder = tempfile::tempdir().unwrap();
        crate::runtime().block_on(async {
            let publisher = Publisher::start().await;
            let sources = sources(folder.path()).await;
            let urls: Vec<_> = (0..3).map(|name| publisher.url(5, name)).collect();
            for _ in 0..2 {
                let (figure, rows) = look_at_all(&sources, &urls, 2).await;
                assert_eq!((figure.count, rows), (3, 15));
            }
        });
        assert!(memory_peak_bytes() > 1 << 20);
    }
}
