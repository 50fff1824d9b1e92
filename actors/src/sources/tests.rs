//! Feeds as a look gets them, with no program that could be started.

use mediary_schema::{FailureClass, IdSource, playlist::ObservedEntry};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::Sources;
use crate::{
    access::Granted,
    net::{
        Gateway,
        tests::support::{HERE, Site, answer, net, ok},
    },
    process::{Assignment, Environment, Runner, Tools},
    ytdlp::{Engine as _, ListEnd, ListLine, ListRequest, Options, YtDlp},
};

struct Case {
    sources: Sources,
    site: Site,
    _folder: TempDir,
}

#[derive(Debug, PartialEq)]
struct Listed {
    entries: Vec<ObservedEntry>,
    title: Option<String>,
    end: ListEnd,
}

impl Listed {
    fn rows(&self) -> Vec<(u32, &str)> {
        self.entries.iter().map(|entry| (entry.index, entry.title.as_deref().unwrap())).collect()
    }

    fn class(&self) -> Option<FailureClass> {
        match &self.end {
            ListEnd::Partial(failure) | ListEnd::Failed(failure) => Some(failure.class),
            ListEnd::Complete | ListEnd::Stopped => None,
        }
    }
}

impl Case {
    async fn of(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let (net, folder) = net(&[HERE]);
        let runner = Runner::new(IdSource::system().next(), Environment::default());
        let gateway = Gateway::open(net.clone()).await.unwrap();
        let ytdlp = YtDlp::new(runner, Tools::default(), Options::default(), gateway);
        Self { sources: Sources::new(net, ytdlp), site: Site::start(answer).await, _folder: folder }
    }

    async fn list(&self, path: &str, start_index: u32) -> Listed {
        let (sender, mut lines) = mpsc::channel(2);
        let request =
            ListRequest { url: self.site.url(path), start_index, rows_max: None, access: Granted::default() };
        let assignment = Assignment::default();
        let (mut entries, mut title) = (Vec::new(), None);
        let see = async {
            while let Some(line) = lines.recv().await {
                match line {
                    ListLine::Entry(entry) => entries.push(entry),
                    ListLine::Playlist { playlist, .. } => title = playlist.title,
                    ListLine::SkippedItem { .. } | ListLine::Nested | ListLine::Within { .. } => {}
                }
            }
        };
        let (end, ()) = tokio::join!(self.sources.list(&request, &assignment, sender), see);
        Listed { entries, title, end }
    }
}

fn feed(title: &str, items: std::ops::Range<u32>, next: &str) -> String {
    let item = |number| {
        format!(
            "<item><title>Ep {number}</title><guid>{number}</guid><enclosure url='/ep{number}.mp3'/></item>"
        )
    };
    let items: String = items.map(item).collect();
    format!(
        "<rss xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>{title}</title>{next}{items}</channel></rss>"
    )
}

fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap()
}

#[tokio::test]
async fn an_unchanged_feed_costs_one_small_request_and_no_program() {
    let case = Case::of(|request| {
        if request.contains("if-none-match: \"1\"") {
            answer("304 Not Modified", "", "")
        } else {
            ok("ETag: \"1\"\r\nContent-Type: text/xml\r\n", feed("Show", 1..4, ""))
        }
    })
    .await;
    let first = case.list("/feed", 1).await;
    assert_eq!(first.end, ListEnd::Complete);
    assert_eq!(first.rows(), [(1, "Ep 1"), (2, "Ep 2"), (3, "Ep 3")]);
    assert_eq!(first.title.as_deref(), Some("Show"));
    assert_eq!(first.entries[0].source.url, case.site.url("/ep1.mp3"));
    assert_eq!(case.list("/feed", 1).await, first);
    assert_eq!(case.site.lines().len(), 2);
}

#[tokio::test]
async fn pages_of_a_feed_are_one_list_and_a_circle_of_them_ends() {
    let case = Case::of(|request| match path(request) {
        "/feed" => ok("", feed("Show", 1..3, "<atom:link rel='next' href='/feed?page=2'/>")),
        "/feed?page=2" => ok("", feed("Another title", 3..5, "<atom:link rel='next' href='/feed'/>")),
        other => panic!("{other} was asked for"),
    })
    .await;
    let listed = case.list("/feed", 1).await;
    assert_eq!(listed.end, ListEnd::Complete);
    assert_eq!(listed.rows(), [(1, "Ep 1"), (2, "Ep 2"), (3, "Ep 3"), (4, "Ep 4")]);
    assert_eq!(listed.title.as_deref(), Some("Show"));
    assert_eq!(case.list("/feed", 4).await.rows(), [(4, "Ep 4")], "a look that was killed goes on");
}

#[tokio::test]
async fn a_list_is_complete_only_if_all_of_its_pages_were_read() {
    for (page, class) in [
        (ok("", &feed("Show", 3..10, "")[..300]), FailureClass::Damaged),
        (ok("Content-Type: text/html\r\n", "<html>"), FailureClass::Damaged),
        (answer("404 Not Found", "", ""), FailureClass::NotFound),
        (answer("429 Too Many Requests", "", ""), FailureClass::RateLimit),
    ] {
        let case = Case::of(move |request| match path(request) {
            "/feed" => ok("", feed("Show", 1..3, "<atom:link rel='next' href='/feed?page=2'/>")),
            _ => page.clone(),
        })
        .await;
        let listed = case.list("/feed", 1).await;
        assert!(matches!(listed.end, ListEnd::Partial(_)), "{:?}", listed.end);
        assert_eq!(listed.class(), Some(class));
        assert_eq!(listed.rows()[..2], [(1, "Ep 1"), (2, "Ep 2")]);
    }
}

#[tokio::test]
async fn an_empty_feed_is_a_list() {
    let case = Case::of(|_| ok("", feed("New show", 1..1, ""))).await;
    let listed = case.list("/feed", 1).await;
    assert_eq!((listed.rows(), listed.title.as_deref()), (vec![], Some("New show")));
    assert_eq!(listed.end, ListEnd::Complete);
}

#[tokio::test]
async fn what_is_no_feed_is_left_to_yt_dlp_and_what_holds_for_all_is_not() {
    for page in
        [ok("Content-Type: text/html\r\n", "<html>"), answer("404 No", "", ""), answer("403 No", "", "")]
    {
        let case = Case::of(move |_| page.clone()).await;
        assert_eq!(case.list("/watch", 1).await.class(), Some(FailureClass::ToolMissing));
    }
    let case = Case::of(|_| answer("429 Too Many Requests", "Retry-After: 60\r\n", "")).await;
    assert_eq!(case.list("/feed", 1).await.class(), Some(FailureClass::RateLimit));
}
