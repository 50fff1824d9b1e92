use mediary_schema::{
    EntryId,
    account::Permission,
    playlist::{Filter, UnreadableRow},
};

use super::{Command, Event, Resolved, State, state::Wish};
use crate::{Concern, EventKind, Subjects};

/// The concern `playlist`.
#[derive(Debug)]
pub struct Playlist;

/// Why a command on a playlist is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It was never followed, or is no longer.
    #[error("the playlist is not followed")]
    NotFollowed,
    /// No refresh of it ever came to its end, and none is under way.
    #[error("the list was never read to its end: nobody knows what is in it")]
    NeverListed,
    /// It has no such row.
    #[error("the playlist has no {entry_id}")]
    NoSuchEntry {
        /// The row.
        entry_id: EntryId,
    },
    /// A quality was said of what is kept, and that nothing is kept, or not what.
    #[error("a quality is said of what is kept, and nothing is said to be kept")]
    QualityOfNothing,
    /// A filter was said of what is kept, and that nothing is kept, or not what.
    #[error("a filter is said of what is kept, and nothing is said to be kept")]
    FilterOfNothing,
    /// Cookies were to be used, and nobody said which.
    #[error("cookies are to be sent along, and nobody said which")]
    NoCookies,
    /// A change was to be recorded that is none of a row.
    #[error("a page of changes holds something else")]
    NotAChange,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFollowed => "PLAYLIST_NOT_FOLLOWED",
            Self::NeverListed => "PLAYLIST_NEVER_LISTED",
            Self::NoSuchEntry { .. } => "PLAYLIST_NO_SUCH_ENTRY",
            Self::QualityOfNothing => "PLAYLIST_QUALITY_OF_NOTHING",
            Self::FilterOfNothing => "PLAYLIST_FILTER_OF_NOTHING",
            Self::NoCookies => "PLAYLIST_NO_COOKIES",
            Self::NotAChange => "PLAYLIST_NOT_A_CHANGE",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::NotFollowed => Some("follow it with `mediary playlist follow URL`".to_owned()),
            Self::NeverListed => Some(
                "read it with `mediary playlist refresh ID --wait`, which says what is in the way".to_owned(),
            ),
            Self::NoSuchEntry { .. } => Some("list its entries with `mediary playlist show ID`".to_owned()),
            Self::QualityOfNothing | Self::FilterOfNothing => {
                Some("say which entries are kept, too: `--keep new` or `--keep all`".to_owned())
            }
            Self::NoCookies => {
                Some("name the secret that has them; `mediary secret set NAME --stdin` keeps one".to_owned())
            }
            Self::NotAChange => None,
        }
    }
}

/// A change of a row is about the row and its item.
const ROW: &[&str] = &["entry", "item"];

impl Concern for Playlist {
    const NAME: &'static str = "playlist";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("follow_requested", 1, 0).says("Somebody wants it followed."),
        EventKind::new("unfollowed", 1, 0).says("It is followed no longer."),
        EventKind::new("resolved", 1, 0).says("A refresh showed what it is."),
        EventKind::new("entry_added", 1, 1).says("It has a new row.").about(ROW),
        EventKind::new("entry_not_seen", 1, 0)
            .says("A full refresh lacks the row, for the first time.")
            .about(ROW),
        EventKind::new("entry_removed", 1, 0)
            .says("A second full refresh in a row lacks it, too.")
            .about(ROW),
        EventKind::new("entry_moved", 1, 0).says("The row stands elsewhere.").about(ROW),
        EventKind::new("entry_renamed", 1, 0).says("The row has another title.").about(ROW),
        EventKind::new("entry_described", 1, 0)
            .says("The row's item has another length or address: a feed moved.")
            .about(ROW),
        EventKind::new("entry_live_status_changed", 1, 0)
            .says(
                "The row's broadcast went over into another state: it began, it ended, its recording \
                 is there.",
            )
            .about(ROW),
        EventKind::new("entry_availability_changed", 1, 0)
            .says(
                "The row's item became private, deleted or otherwise unavailable, or can be had \
                 again; its title is kept.",
            )
            .about(ROW),
        EventKind::new("entry_returned", 1, 0).says("The row is in the list again.").about(ROW),
        EventKind::new("refresh_completed", 1, 0).says("A refresh came to its end.").about(&["job"]),
        EventKind::new("refresh_failed", 1, 0)
            .says("A refresh failed for good, or was cancelled; nothing else came of it.")
            .about(&["job"]),
        EventKind::new("downloads_requested", 1, 2).says("Somebody wants entries kept.").about(&["entry"]),
        EventKind::new("downloads_withdrawn", 1, 0).says(
            "What was wanted so far is wanted no longer: what of it is not yet a job becomes \
                 none.",
        ),
        EventKind::new("keeping_changed", 1, 2)
            .says("From now on so much of it is kept without being asked for."),
        EventKind::new("cookies_changed", 1, 0)
            .says("From now on it and its entries are asked for with these cookies.")
            .about(&["secret"]),
        EventKind::new("layout_changed", 1, 0).says(
            "From now on files of its entries are named so, and as for the library if it doesn't \
                 say how.",
        ),
        EventKind::new("transcoding_changed", 1, 0)
            .says("From now on a file is made of each of its files that is kept, beside it."),
        EventKind::new("entries_skipped", 1, 0)
            .says("Entries are not kept without being asked for, as a rule of the filter says.")
            .about(&["entry"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Follow { .. }
            | Command::Unfollow
            | Command::UseCookies { .. }
            | Command::Layout { .. } => Permission::FOLLOW,
            Command::RequestDownloads { .. } | Command::WithdrawDownloads | Command::Keep { .. } => {
                Permission::DOWNLOAD
            }
            Command::Transcode { .. } => Permission::TRANSCODE,
            Command::Resolve { .. }
            | Command::RecordChanges { .. }
            | Command::CompleteRefresh { .. }
            | Command::FailRefresh { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        if !state.followed {
            return match command {
                Command::Follow { url } => Ok(vec![Event::FollowRequested { url }]),
                // Unfollowing twice is unfollowing once.
                Command::Unfollow if state.url.is_some() => Ok(vec![]),
                Command::WithdrawDownloads if state.url.is_some() => Ok(withdraw(state)),
                Command::Unfollow
                | Command::WithdrawDownloads
                | Command::Resolve { .. }
                | Command::RecordChanges { .. }
                | Command::CompleteRefresh { .. }
                | Command::FailRefresh { .. }
                | Command::Keep { .. }
                | Command::UseCookies { .. }
                | Command::Layout { .. }
                | Command::Transcode { .. }
                | Command::RequestDownloads { .. } => Err(Rejection::NotFollowed),
            };
        }
        match command {
            // Following twice is following once.
            Command::Follow { .. } => Ok(vec![]),
            Command::Unfollow => Ok(vec![Event::Unfollowed {}]),
            Command::WithdrawDownloads => Ok(withdraw(state)),
            Command::Resolve { kind, observed } => {
                let resolved = Resolved { kind, observed };
                Ok(if state.resolved.as_ref() == Some(&resolved) {
                    vec![]
                } else {
                    vec![Event::Resolved { kind, observed: resolved.observed }]
                })
            }
            Command::RecordChanges { changes } => record(state, changes),
            Command::CompleteRefresh {
                job_id,
                mode,
                observed,
                unreadable,
                mut unreadable_rows,
                newest_first,
            } => {
                unreadable_rows.truncate(UnreadableRow::TOLD_MAX);
                // Counted from the facts, so that a refresh that was killed while it was recorded is counted whole.
                let counts = state.unsettled;
                let completed = Event::RefreshCompleted {
                    job_id,
                    mode,
                    observed,
                    unreadable,
                    unreadable_rows,
                    counts,
                    newest_first,
                };
                let awaited = state.awaiting_refresh.clone();
                let request = |Wish { quality, again, ticket }| Event::DownloadsRequested {
                    quality,
                    entries: None,
                    again,
                    filter: Filter::default(),
                    ticket,
                };
                let wished = awaited.into_iter().map(request).chain(state.keep_unasked());
                Ok([completed].into_iter().chain(wished).collect())
            }
            Command::FailRefresh { job_id, failure } => Ok(vec![Event::RefreshFailed { job_id, failure }]),
            Command::UseCookies { cookies } if state.says_cookies && state.cookies == cookies => Ok(vec![]),
            Command::UseCookies { cookies } => Ok(vec![Event::CookiesChanged { cookies }]),
            Command::Layout { layout } if state.layout == layout => Ok(vec![]),
            Command::Layout { layout } => Ok(vec![Event::LayoutChanged { layout }]),
            Command::Transcode { profile } if state.transcoding == profile => Ok(vec![]),
            Command::Transcode { profile } => Ok(vec![Event::TranscodingChanged { profile }]),
            Command::Keep { keeping, .. } if state.keeping == keeping => Ok(vec![]),
            Command::Keep { keeping, ticket } => {
                let follows = keeping.as_ref().map(|keeping| state.keep_from_now_on(keeping, &ticket));
                let changed = Event::KeepingChanged { keeping };
                Ok([changed].into_iter().chain(follows.unwrap_or_default()).collect())
            }
            Command::RequestDownloads { quality, entries, again, ticket } => {
                if let Some(missing) = missing_entry(state, entries.as_deref()) {
                    return Err(Rejection::NoSuchEntry { entry_id: missing });
                }
                let Some(entries) = entries else {
                    let filter = Filter::default();
                    return Ok(vec![Event::DownloadsRequested {
                        quality,
                        entries: None,
                        again,
                        filter,
                        ticket,
                    }]);
                };
                let some = |entries: &[EntryId]| Event::DownloadsRequested {
                    quality: quality.clone(),
                    entries: Some(entries.to_vec()),
                    again,
                    filter: Filter::default(),
                    ticket: ticket.clone(),
                };
                Ok(entries.chunks(Event::ENTRIES_MAX).map(some).collect())
            }
        }
    }

    fn subjects(before: &State, event: &Event) -> Subjects {
        event.subjects(before)
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    fn state_bytes(state: &State) -> usize {
        state.bytes()
    }
}

/// Wishes are taken back once.
fn withdraw(state: &State) -> Vec<Event> {
    if state.withdrawn < state.wishes { vec![Event::DownloadsWithdrawn {}] } else { vec![] }
}

/// Leaves out additions that are recorded already, so that a page repeated after a crash adds nothing twice.
fn record(state: &State, changes: Vec<Event>) -> Result<Vec<Event>, Rejection> {
    let mut new = Vec::with_capacity(changes.len());
    for change in changes {
        let is_new = match &change {
            Event::EntryAdded { entry_id, .. } => !state.knows(*entry_id),
            Event::EntryNotSeen { .. }
            | Event::EntryRemoved { .. }
            | Event::EntryMoved { .. }
            | Event::EntryRenamed { .. }
            | Event::EntryDescribed { .. }
            | Event::EntryLiveStatusChanged { .. }
            | Event::EntryAvailabilityChanged { .. }
            | Event::EntryReturned { .. } => true,
            Event::FollowRequested { .. }
            | Event::Unfollowed {}
            | Event::Resolved { .. }
            | Event::RefreshCompleted { .. }
            | Event::RefreshFailed { .. }
            | Event::DownloadsRequested { .. }
            | Event::KeepingChanged { .. }
            | Event::EntriesSkipped { .. }
            | Event::CookiesChanged { .. }
            | Event::LayoutChanged { .. }
            | Event::TranscodingChanged { .. }
            | Event::DownloadsWithdrawn {} => return Err(Rejection::NotAChange),
        };
        if is_new {
            new.push(change);
        }
    }
    Ok(new)
}

fn missing_entry(state: &State, entries: Option<&[EntryId]>) -> Option<EntryId> {
    entries?.iter().find(|entry_id| !state.rows.contains(**entry_id)).copied()
}
