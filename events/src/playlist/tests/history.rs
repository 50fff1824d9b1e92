use mediary_schema::{
    SecretId, Ticket,
    cookies::SiteCookies,
    layout::{Layout, LayoutName, SidecarKind},
    playlist::{
        Availability, Filter, Keeping, KeptEntries, LiveStatus, PlaylistKind, RefreshCounts, RefreshMode,
        UnreadableRow,
    },
};

use super::super::{Event, Playlist};
use crate::testing::{history, samples};

fn samples() -> Vec<Event> {
    [of_the_list(), of_entries()].concat()
}

fn filter() -> Filter {
    let rules =
        ["title!=trailer", "title~^Big .*Bunny", "duration>=90s", "published>=2008-01-01", "kind=video"];
    Filter::new(&rules).unwrap()
}

fn of_the_list() -> Vec<Event> {
    let counts = RefreshCounts {
        added: 12,
        not_seen: 3,
        removed: 1,
        moved: 2,
        renamed: 4,
        described: 5,
        unavailable: 6,
        available: 7,
        returned: 8,
    };
    vec![
        Event::FollowRequested { url: samples::LIST_URL.to_owned() },
        Event::Unfollowed {},
        Event::DownloadsWithdrawn {},
        Event::KeepingChanged {
            keeping: Some(Keeping {
                entries: KeptEntries::New,
                quality: samples::quality(),
                filter: filter(),
                ticket: Ticket { batch: Some("night run".parse().unwrap()), ..Ticket::default() },
            }),
        },
        Event::CookiesChanged {
            cookies: Some(SiteCookies { secret_id: SecretId::from_uuid(samples::uuid(12)), always: true }),
        },
        Event::CookiesChanged { cookies: None },
        Event::LayoutChanged {
            layout: Some(Layout {
                name: LayoutName::Plex,
                template: Some("{list}/{title}".parse().unwrap()),
                sidecars: Some(SidecarKind::ALL.into()),
            }),
        },
        Event::LayoutChanged { layout: Some(Layout::default()) },
        Event::LayoutChanged { layout: None },
        Event::TranscodingChanged { profile: Some("web".parse().unwrap()) },
        Event::TranscodingChanged { profile: None },
        Event::EntriesSkipped {
            rule: "kind!=short".parse().unwrap(),
            entries: vec![samples::entry_id(1), samples::entry_id(2)],
        },
        Event::KeepingChanged { keeping: None },
        Event::Resolved { kind: PlaylistKind::List, observed: samples::observed_playlist() },
        Event::RefreshCompleted {
            job_id: samples::JOB,
            mode: RefreshMode::Full,
            observed: 214,
            unreadable: 2,
            unreadable_rows: vec![
                UnreadableRow::new(Some(3), "entry 3 has no address of its own"),
                UnreadableRow::new(Some(9), "a printed row can't be read"),
            ],
            counts,
            newest_first: Some(true),
        },
        Event::RefreshFailed { job_id: samples::JOB, failure: samples::failure() },
        Event::DownloadsRequested {
            quality: samples::quality(),
            entries: Some(vec![samples::entry_id(1), samples::entry_id(2)]),
            again: true,
            filter: filter(),
            ticket: Ticket { batch: Some("night run".parse().unwrap()), bulk: true, ..Ticket::default() },
        },
    ]
}

fn of_entries() -> Vec<Event> {
    let (entry_id, after) = (samples::entry_id(2), Some(samples::entry_id(1)));
    vec![
        Event::EntryAdded {
            item_id: samples::item_id(),
            entry_id,
            source: samples::source(),
            title: samples::item().title,
            duration_ms: Some(634_560),
            availability: Availability::MembersOnly,
            live_status: LiveStatus::WasLive,
            published_at: "2008-05-30T12:00:00Z".parse().ok(),
            after,
        },
        Event::EntryNotSeen { entry_id },
        Event::EntryRemoved { entry_id },
        Event::EntryMoved { entry_id, after },
        Event::EntryRenamed { entry_id, title: "Big Buck Bunny, the open movie".to_owned() },
        Event::EntryDescribed {
            entry_id,
            duration_ms: Some(634_561),
            live_status: LiveStatus::WasLive,
            url: "https://youtu.be/aqz-KE-bpKQ".to_owned(),
        },
        Event::EntryLiveStatusChanged {
            entry_id,
            duration_ms: Some(634_561),
            live_status: LiveStatus::PostLive,
            url: "https://youtu.be/aqz-KE-bpKQ".to_owned(),
        },
        Event::EntryAvailabilityChanged { entry_id, availability: Availability::NeedsLogin },
        Event::EntryReturned { entry_id, after },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Playlist>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/playlist/history"), &samples());
}
