//! Feeds, page after page.

use std::{
    collections::HashSet,
    io::{self, BufReader},
    ops::ControlFlow,
};

use mediary_schema::{
    FailureClass,
    job::Failure,
    playlist::{ObservedPlaylist, PlaylistKind},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    feed::{self, End, Outcome, Reader, Row},
    net::{Cached, Net, Wanted},
    process::Assignment,
    ytdlp::{ListEnd, ListLine, ListRequest},
};

/// A feed of ten thousand episodes with their notes has some fifty megabytes.
const FEED: Wanted =
    Wanted { bytes_max: 256 << 20, fits: |content_type, head| feed::sniff(head, content_type).is_some() };

/// Pages of one feed that are read; an archive has one for each month or so.
const PAGES_MAX: usize = 1_000;

/// Lists a feed; none if the address shows none, or if somebody else may get a better answer.
pub(super) async fn list(
    net: &Net,
    request: &ListRequest,
    assignment: &Assignment,
    lines: &mpsc::Sender<ListLine>,
) -> Option<ListEnd> {
    let walk = Walk { net, start_index: request.start_index, lines, stop: assignment.stop() };
    tokio::select! {
        biased;
        () = assignment.stop().cancelled() => Some(ListEnd::Stopped),
        end = walk.run(&request.url) => end,
    }
}

struct Walk<'a> {
    net: &'a Net,
    start_index: u32,
    lines: &'a mpsc::Sender<ListLine>,
    stop: &'a CancellationToken,
}

impl Walk<'_> {
    async fn run(&self, url: &str) -> Option<ListEnd> {
        let first = match self.net.cached(url, FEED).await {
            Ok(kept) => kept?,
            Err(failure) if is_for_all(failure.class) => return Some(ListEnd::Failed(failure)),
            // A site that refuses us may answer what looks like a browser, or know the address in another way.
            Err(_) => return None,
        };
        let mut page = first;
        let mut seen = HashSet::from([url.to_owned()]);
        let mut index = 1;
        let mut whole = None;
        loop {
            seen.insert(page.url.clone());
            let outcome = match self.read(page, index).await {
                Ok(outcome) => outcome,
                Err(failure) => return Some(ended(index, failure)),
            };
            let Outcome { end, list, next, entries, skipped } = outcome;
            index += entries + skipped;
            // What the first page says of the list is what it says of itself.
            let list = whole.get_or_insert(list);
            match end {
                End::Stopped => return Some(ListEnd::Stopped),
                End::Broken(broken) => return Some(ended(index, broken.failure())),
                End::Complete => {}
            }
            let Some(next) = next.filter(|next| !seen.contains(next)) else {
                return Some(self.finish(list.clone()).await);
            };
            if seen.len() > PAGES_MAX {
                let message = format!("the feed has more than {PAGES_MAX} pages");
                return Some(ended(index, Failure::new(FailureClass::Unsupported, message)));
            }
            page = match self.net.cached(&next, FEED).await {
                Ok(Some(page)) => page,
                Ok(None) => {
                    let message = "a further page of the feed is none";
                    return Some(ended(index, Failure::new(FailureClass::Damaged, message)));
                }
                Err(failure) => return Some(ended(index, failure)),
            };
            seen.insert(next);
        }
    }

    /// Reads a page, whose first item is the `index`th of the list.
    async fn read(&self, page: Cached, index: u32) -> Result<Outcome, Failure> {
        let (lines, start_index, stop) = (self.lines.clone(), self.start_index, self.stop.clone());
        let read = tokio::task::spawn_blocking(move || {
            let address = Url::parse(&page.url).map_err(|_| unusable("the feed has no usable address"))?;
            let answer = feed::Answer { content_type: page.content_type.as_deref(), address: &address };
            let reader = Reader::open(BufReader::with_capacity(64 << 10, page.file), &answer)?;
            let outcome = reader.counting_from(index).read(|row| {
                // Whoever waits for its end has let go of it, and the thread goes on by itself.
                if stop.is_cancelled() {
                    return ControlFlow::Break(());
                }
                let line = match row {
                    // Said once, in front of the first row of all.
                    Row::List(_) if index > 1 => return ControlFlow::Continue(()),
                    Row::List(playlist) => of_list(playlist),
                    Row::Entry(entry) if entry.index < start_index => return ControlFlow::Continue(()),
                    Row::Entry(entry) => ListLine::Entry(entry),
                    Row::Skipped { index, .. } if index < start_index => return ControlFlow::Continue(()),
                    Row::Skipped { index, failure } => ListLine::SkippedItem { index: Some(index), failure },
                };
                match lines.blocking_send(line) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            });
            Ok(outcome)
        });
        read.await.map_err(|error| unusable(&io::Error::other(error).to_string()))?
    }

    async fn finish(&self, list: ObservedPlaylist) -> ListEnd {
        match self.lines.send(of_list(list)).await {
            Ok(()) => ListEnd::Complete,
            Err(_) => ListEnd::Stopped,
        }
    }
}

fn of_list(playlist: ObservedPlaylist) -> ListLine {
    ListLine::Playlist { kind: PlaylistKind::List, playlist, count: None }
}

/// Whether whoever asks would be answered the same, or is not to ask at all.
fn is_for_all(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::RateLimit
            | FailureClass::PrivateNetwork
            | FailureClass::Network
            | FailureClass::Proxy
            | FailureClass::DiskFull
            | FailureClass::Storage
    )
}

fn ended(index: u32, failure: Failure) -> ListEnd {
    if index > 1 { ListEnd::Partial(failure) } else { ListEnd::Failed(failure) }
}

fn unusable(message: &str) -> Failure {
    Failure::new(FailureClass::Unknown, message)
}
