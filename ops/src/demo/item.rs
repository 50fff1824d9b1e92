//! The items of lists: what they are called, which files they have, who may see them.

use axum::{body::Bytes, http::StatusCode};
use mediary_schema::{
    Timestamp,
    playlist::{Availability, LiveStatus},
};

use super::recipe::{self, Clip, ClipSize};

/// 2020-01-01 00:00 UTC; items are published one an hour from here.
const FIRST_PUBLISHED: Timestamp = Timestamp::from_micros(1_577_836_800_000_000);
const HOUR_MICROS: i64 = 3_600_000_000;
/// Then the dates start again: no item comes from the future.
const HOURS: u32 = 50_000;

/// A file that every item has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendition {
    /// 320x180 with sound.
    Video180,
    /// 1280x720 with sound.
    Video720,
    /// 1280x720 without sound.
    Picture720,
    /// The sound alone, AAC.
    AudioM4a,
    /// The sound alone, MP3.
    AudioMp3,
    /// The HLS master playlist of both pictures.
    Hls,
    /// A picture.
    Thumbnail,
    /// English subtitles.
    Subtitles,
}

impl Rendition {
    /// The name below `/media/<item>/`.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Video180 => "180p.mp4",
            Self::Video720 => "720p.mp4",
            Self::Picture720 => "720p-video.mp4",
            Self::AudioM4a => "audio.m4a",
            Self::AudioMp3 => "audio.mp3",
            Self::Hls => "hls/master.m3u8",
            Self::Thumbnail => "thumb.jpg",
            Self::Subtitles => "en.vtt",
        }
    }
}

/// How an item is offered; which one follows from its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// Two files with picture and sound.
    Files,
    /// The same, and HLS as well.
    FilesAndHls,
    /// A small file, and 720p as separate tracks that have to be merged.
    Tracks,
}

/// What is wrong with a row of the API, for the plugin to make of it what sites do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// Its title is cut inside an emoji.
    HalfLetter,
    /// Its running time is no number.
    NoNumber,
    /// Its id is a number.
    NumericId,
    /// It has no address.
    NoAddress,
    /// There is nothing in its place.
    Nothing,
}

impl Oddity {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::HalfLetter, Self::NoNumber, Self::NumericId, Self::NoAddress, Self::Nothing];

    /// The name in the API and in `/control`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfLetter => "half_letter",
            Self::NoNumber => "no_number",
            Self::NumericId => "numeric_id",
            Self::NoAddress => "no_address",
            Self::Nothing => "nothing",
        }
    }
}

/// The states of a broadcast, as yt-dlp calls them.
pub(super) const BROADCASTS: [(&str, LiveStatus); 5] = [
    ("not_live", LiveStatus::NotLive),
    ("is_upcoming", LiveStatus::Upcoming),
    ("is_live", LiveStatus::Live),
    ("post_live", LiveStatus::PostLive),
    ("was_live", LiveStatus::WasLive),
];

/// One item as the site knows it.
#[derive(Debug, Clone)]
pub struct Item {
    /// `<list>-<serial>`, stable over every change of the list.
    pub id: String,
    /// Its number in the list that it was made for, from 1; never given twice.
    pub serial: u32,
    /// Its title, also while it is private or deleted.
    pub title: String,
    /// Who may see it.
    pub availability: Availability,
    /// Whether it is a broadcast.
    pub live_status: LiveStatus,
    /// What is wrong with its row.
    pub oddity: Option<Oddity>,
    /// When it was published.
    pub published: Timestamp,
    pub(super) clip: &'static Clip,
}

impl Item {
    pub(super) fn new(list: &str, serial: u32, size: ClipSize) -> Self {
        let since_first = i64::from(serial % HOURS) * HOUR_MICROS;
        let published = Timestamp::from_micros(FIRST_PUBLISHED.as_micros() + since_first);
        Self {
            id: format!("{list}-{serial}"),
            serial,
            title: default_title(serial),
            availability: Availability::Available,
            live_status: LiveStatus::NotLive,
            oddity: None,
            published,
            clip: recipe::clip(size, serial),
        }
    }

    /// The running time in seconds.
    pub const fn duration_seconds(&self) -> u32 {
        self.clip.seconds
    }

    /// The title as a list shows it: placeholders for what can't be seen, as real sites do.
    pub fn shown_title(&self) -> &str {
        match self.availability {
            Availability::Private => "[Private video]",
            Availability::Deleted => "[Deleted video]",
            Availability::Unavailable => "[Unavailable video]",
            Availability::Available | Availability::MembersOnly | Availability::NeedsLogin => &self.title,
        }
    }

    /// Whether lists still show title and running time.
    pub(super) fn is_shown(&self) -> bool {
        self.shown_title() == self.title
    }

    pub(super) const fn offer(&self) -> Offer {
        match self.serial % 4 {
            3 => Offer::FilesAndHls,
            0 => Offer::Tracks,
            _ => Offer::Files,
        }
    }

    /// The status that pages and files of the item answer with, if it can't be had.
    pub(super) const fn refusal(&self) -> Option<StatusCode> {
        match self.availability {
            Availability::Available => None,
            Availability::Private | Availability::MembersOnly => Some(StatusCode::FORBIDDEN),
            Availability::NeedsLogin => Some(StatusCode::UNAUTHORIZED),
            Availability::Deleted => Some(StatusCode::GONE),
            Availability::Unavailable => Some(StatusCode::NOT_FOUND),
        }
    }

    /// What follows a clip's bytes in this item's file: players skip it, and no two items are equal.
    pub(super) fn tail(&self, file: &str) -> Bytes {
        match file.rsplit_once('.') {
            Some((_, "mp4" | "m4a")) => free_box(&self.id),
            Some((_, "mp3")) => id3_tag(&self.id),
            _ => Bytes::new(),
        }
    }

    /// The subtitles: the title, for as long as it runs.
    pub(super) fn subtitles(&self) -> String {
        format!(
            "WEBVTT\n\n00:00.000 --> 00:{:02}.000\n{}\n",
            self.clip.seconds,
            self.title.replace("-->", "->")
        )
    }
}

/// Splits an item's id into the list's name and the serial.
pub(super) fn parse_id(id: &str) -> Option<(&str, u32)> {
    let (list, serial) = id.rsplit_once('-')?;
    Some((list, serial.parse().ok().filter(|&serial: &u32| serial > 0)?))
}

fn default_title(serial: u32) -> String {
    const FIRST: [&str; 7] = ["Amber", "Quiet", "Northern", "Paper", "Silver", "Early", "Hollow"];
    const SECOND: [&str; 11] = [
        "harbour", "orchard", "signal", "lantern", "river", "archive", "meadow", "clock", "garden", "bridge",
        "window",
    ];
    let number = serial as usize;
    format!("{} {} {serial}", FIRST[number % FIRST.len()], SECOND[number % SECOND.len()])
}

/// A box of MP4 that means nothing.
fn free_box(text: &str) -> Bytes {
    let length = u32::try_from(8 + text.len()).expect("an id is short");
    [&length.to_be_bytes(), b"free", text.as_bytes()].concat().into()
}

/// An `ID3v1` tag: 128 bytes at the end, the title first.
fn id3_tag(text: &str) -> Bytes {
    let mut tag = b"TAG".to_vec();
    tag.extend(text.bytes().take(30));
    tag.resize(128, 0);
    tag.into()
}
