use mediary_schema::{
    EntryId, JobId, Ticket,
    cookies::SiteCookies,
    download::Quality,
    job::Failure,
    layout::Layout,
    playlist::{Keeping, ObservedPlaylist, PlaylistKind, RefreshMode, UnreadableRow},
    profile::ProfileName,
};

use super::Event;

/// What may be asked of a playlist.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Follow it from now on.
    Follow {
        /// Its canonical address.
        url: String,
    },
    /// Follow it no longer; nothing that was kept is touched.
    Unfollow,
    /// It turned out to be this.
    Resolve {
        /// A list or a single item.
        kind: PlaylistKind,
        /// What the refresh learnt of the list itself.
        observed: ObservedPlaylist,
    },
    /// These rows changed: one page of a [`super::Diff`].
    RecordChanges {
        /// Events of entries; those that are recorded already are left out.
        changes: Vec<Event>,
    },
    /// The refresh came to its end.
    CompleteRefresh {
        /// The job that looked.
        job_id: JobId,
        /// How far it looked.
        mode: RefreshMode,
        /// How many rows it saw.
        observed: u32,
        /// How many rows could not be read.
        unreadable: u32,
        /// The first of these.
        unreadable_rows: Vec<UnreadableRow>,
        /// Whether what was new stood in front, where that could be seen.
        newest_first: Option<bool>,
    },
    /// The refresh failed for good; it changes nothing but this record.
    FailRefresh {
        /// The job that looked.
        job_id: JobId,
        /// What went wrong.
        failure: Failure,
    },
    /// Keep so much of it from now on without being asked; none is nothing.
    Keep {
        /// What.
        keeping: Option<Keeping>,
        /// When the turn comes of what follows from it at once.
        ticket: Ticket,
    },
    /// Ask for it and its entries with these cookies from now on; none is without.
    UseCookies {
        /// Which.
        cookies: Option<SiteCookies>,
    },
    /// Name files of its entries so that are kept from now on; none is as for the library.
    Layout {
        /// How.
        layout: Option<Layout>,
    },
    /// Make a file of each of its files that is kept from now on; none makes nothing.
    Transcode {
        /// By which profile.
        profile: Option<ProfileName>,
    },
    /// Want nothing any more of what was wanted so far.
    WithdrawDownloads,
    /// Keep its entries.
    RequestDownloads {
        /// What is to be kept.
        quality: Quality,
        /// Which entries; none stands for all that are there.
        entries: Option<Vec<EntryId>>,
        /// Whether also what is kept already, or was once.
        again: bool,
        /// When the turn of these downloads comes.
        ticket: Ticket,
    },
}
