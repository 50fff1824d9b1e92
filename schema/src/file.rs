//! Values of the kernel part `file`.

mod chapter;
mod opening;

use serde::{Deserialize, Serialize};

pub use self::{
    chapter::Chapter,
    opening::{FilePart, OpenedFile, Unopened},
};
use crate::{DownloadId, ItemId, JobId, RootId, id::ids};

ids! {
    /// A file in the library, which outlives its bytes: derived from the job that made it.
    FileId = "file";
}

/// What a probe found in a media file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MediaFacts {
    /// Names of the container, as ffprobe lists them (`mov,mp4,m4a,3gp,3g2,mj2`).
    pub container: String,
    /// The duration in milliseconds.
    pub duration_ms: u64,
    /// The width in pixels, if it has a picture.
    pub width: Option<u32>,
    /// The height in pixels, if it has a picture.
    pub height: Option<u32>,
    /// The codec of the picture.
    pub video_codec: Option<String>,
    /// The codec of the sound.
    pub audio_codec: Option<String>,
}

impl MediaFacts {
    /// The lines of the picture, if it has one.
    pub fn lines(&self) -> Option<u32> {
        lines(self.width, self.height)
    }
}

/// The lines of a picture as qualities count them, its shorter side: a 1080p film that stands upright has 1080 × 1920
/// (yt-dlp's `res`). The height alone where the width is unknown.
pub fn lines(width: Option<u32>, height: Option<u32>) -> Option<u32> {
    Some(height?.min(width.unwrap_or(u32::MAX)))
}

/// Bytes that were found whole: what a file is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// The size in bytes.
    pub size_bytes: u64,
    /// BLAKE3 of the bytes, 64 hex digits.
    pub blake3: String,
    /// What a probe found.
    pub media: MediaFacts,
    /// How the bytes were checked.
    pub check: Check,
    /// What is unusual about them and no damage, each once, in the order of [`Oddity::ALL`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oddities: Vec<Oddity>,
}

/// What a file system says of a file without reading it: by this a look that costs next to nothing knows what
/// may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The size in bytes.
    pub size_bytes: u64,
    /// When it was changed last, in milliseconds since 1970.
    pub modified_ms: i64,
    /// Which file it is, whatever its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inode: Option<Inode>,
}

/// Which file of a file system one is, whatever its names: by this one is found again that was renamed.
///
/// It never makes a file another one: many file systems of network disks and pools number their files anew at each
/// mount, and then a whole library would have to be read because somebody restarted a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Inode {
    /// The number of the file system, which may be another one after each start of the machine.
    pub device: u64,
    /// The number of the file in it.
    pub number: u64,
}

impl Stamp {
    /// Whether a file with this stamp has the other one now, as far as its file system can tell: after a mount some
    /// know no more of a moment than the second, or two of them.
    pub const fn is_still(self, now: Self) -> bool {
        let (before, now_ms) = (self.modified_ms, now.modified_ms);
        let is_same_moment = before == now_ms
            || (now_ms % 1_000 == 0 && before.div_euclid(1_000) == now_ms.div_euclid(1_000))
            || (now_ms % 2_000 == 0 && before.div_euclid(2_000) == now_ms.div_euclid(2_000));
        self.size_bytes == now.size_bytes && is_same_moment
    }

    /// Whether the file with the other stamp is the one with this, under whatever name, unless the file system
    /// is another one: only if both inodes are equal is it sure that none was read in between.
    pub fn is_likely(self, now: Self) -> bool {
        let number = |stamp: Self| stamp.inode.map(|inode| inode.number);
        self.inode.is_some() && number(self) == number(now) && self.is_still(now)
    }

    /// Whether the file with the other stamp is surely the one with this, under whatever name, and has its bytes: device,
    /// inode, size and moment are the same.
    pub fn is_same(self, now: Self) -> bool {
        self.inode == now.inode && self.is_likely(now)
    }
}

/// The work of reading files and comparing their bytes with what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyFiles {
    /// Which; none stands for all of the project.
    pub file_ids: Vec<FileId>,
    /// Only those below this root, if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_id: Option<RootId>,
    /// Whether the folder is that root as it is, though nothing that was kept is in it.
    #[serde(default)]
    pub accept_folder: bool,
}

impl VerifyFiles {
    /// The root of which the folder is accepted as it is.
    pub fn accepted(&self) -> Option<RootId> {
        self.root_id.filter(|_| self.accept_folder)
    }

    /// The key by which the same work asked for twice is one job.
    pub fn key(&self) -> String {
        if self.file_ids.is_empty() {
            let which = self.root_id.map_or_else(|| "all".to_owned(), |root| root.to_string());
            return format!("verify/{which}{}", if self.accept_folder { "/accept" } else { "" });
        }
        let mut hasher = blake3::Hasher::new();
        for id in &self.file_ids {
            hasher.update(id.uuid().as_bytes());
        }
        format!("verify/{}", hasher.finalize().to_hex())
    }
}

/// How bytes were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Every packet of the container was read, but something here has no decoder for them.
    Demuxed,
    /// Every packet was read, and every frame of picture and sound decoded.
    Decoded,
}

/// What is unusual about whole media: it plays to its end, so it is kept, and whoever wonders later finds why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// The container says no length, and what it makes readers guess is wrong or right by chance.
    EstimatedLength,
    /// There is more in it than the container says.
    LongerThanSaid,
    /// There is more of it than the source said.
    LongerThanPromised,
    /// The picture is lower than that of the format that the source offered.
    BelowPromisedHeight,
    /// It is several recordings one behind the other.
    Glued,
    /// Before or behind what is played are bytes that are neither media nor a tag.
    ForeignBytes,
    /// It begins between two whole pictures: the first ones can't be shown.
    StartsAmid,
    /// Its last frame or packet is cut.
    TornEnd,
    /// It stops without the mark that its container has for the end, as a recorded broadcast does.
    OpenEnd,
    /// Picture and sound end apart.
    StreamsEndApart,
    /// The sound pauses while the picture goes on.
    PauseInSound,
    /// For a while there is neither picture nor sound.
    Gap,
    /// Its clock steps back or jumps.
    ClockRestart,
    /// Its packets are numbered, and the numbers don't follow each other, although every frame decodes.
    LostPackets,
    /// A part of it can't be decoded here, since there is no decoder for it.
    NotDecoded,
    /// Its container or its codec breaks a rule, and nothing is lost by it.
    AgainstRules,
}

impl Oddity {
    /// Every oddity.
    pub const ALL: [Self; 16] = [
        Self::EstimatedLength,
        Self::LongerThanSaid,
        Self::LongerThanPromised,
        Self::BelowPromisedHeight,
        Self::Glued,
        Self::ForeignBytes,
        Self::StartsAmid,
        Self::TornEnd,
        Self::OpenEnd,
        Self::StreamsEndApart,
        Self::PauseInSound,
        Self::Gap,
        Self::ClockRestart,
        Self::LostPackets,
        Self::NotDecoded,
        Self::AgainstRules,
    ];

    /// The name in events, in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EstimatedLength => "estimated_length",
            Self::LongerThanSaid => "longer_than_said",
            Self::LongerThanPromised => "longer_than_promised",
            Self::BelowPromisedHeight => "below_promised_height",
            Self::Glued => "glued",
            Self::ForeignBytes => "foreign_bytes",
            Self::StartsAmid => "starts_amid",
            Self::TornEnd => "torn_end",
            Self::OpenEnd => "open_end",
            Self::StreamsEndApart => "streams_end_apart",
            Self::PauseInSound => "pause_in_sound",
            Self::Gap => "gap",
            Self::ClockRestart => "clock_restart",
            Self::LostPackets => "lost_packets",
            Self::NotDecoded => "not_decoded",
            Self::AgainstRules => "against_rules",
        }
    }
}

/// What a file is, if it came from a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "each is the id of another thing")]
pub struct Made {
    /// The item that it keeps.
    pub item_id: ItemId,
    /// The download that wanted it.
    pub download_id: DownloadId,
    /// The job that fetched it.
    pub job_id: JobId,
}

/// How it stands with the bytes of a file, which outlives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// They are in their place, as they were recorded.
    Present,
    /// The file in their place was written: it has other bytes.
    Changed,
    /// Nothing is in their place, and nobody here took them away.
    Lost,
    /// They were put into the trash.
    Trashed,
    /// Another file is in their place: one that is kept, or one that somebody put there.
    Replaced,
    /// They were destroyed, once their time in the trash was over.
    Purged,
}

impl FileState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Present, Self::Changed, Self::Lost, Self::Trashed, Self::Replaced, Self::Purged];

    /// The name in tables, in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Changed => "changed",
            Self::Lost => "lost",
            Self::Trashed => "trashed",
            Self::Replaced => "replaced",
            Self::Purged => "purged",
        }
    }
}

/// Whether what has this name is put away: it is hidden, or a folder in which file managers and storage boxes keep what was
/// deleted, what was there once, or what they make themselves.
pub fn is_put_away(name: &str) -> bool {
    const FOLDERS: [&str; 5] = ["#recycle", "#snapshot", "@Recycle", "@eaDir", "$RECYCLE.BIN"];
    name.starts_with('.') || FOLDERS.iter().any(|folder| name.eq_ignore_ascii_case(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oddity_is_stored_under_its_name_and_listed_in_order() {
        for oddity in Oddity::ALL {
            assert_eq!(serde_json::to_value(oddity).unwrap(), oddity.name());
        }
        assert!(Oddity::ALL.is_sorted());
    }

    #[test]
    fn a_stamp_is_as_exact_as_its_file_system() {
        let at = |modified_ms| Stamp { size_bytes: 7, modified_ms, inode: None };
        for (before, now, is_still) in [
            (1_764_000_001_234, 1_764_000_001_234, true),
            (1_764_000_001_234, 1_764_000_001_235, false),
            // The second alone is known after a mount.
            (1_764_000_001_234, 1_764_000_001_000, true),
            (1_764_000_001_234, 1_764_000_003_000, false),
            // Two seconds are one.
            (1_764_000_001_234, 1_764_000_000_000, true),
            (1_764_000_003_234, 1_764_000_000_000, false),
        ] {
            assert_eq!(at(before).is_still(at(now)), is_still, "{before} {now}");
        }
        assert!(!at(0).is_still(Stamp { size_bytes: 8, ..at(0) }));
    }

    #[test]
    fn a_file_is_the_same_under_another_name_by_device_inode_size_and_moment() {
        let known = Inode { device: 1, number: 2 };
        let of = |inode| Stamp { size_bytes: 7, modified_ms: 1_001, inode };
        let own = of(Some(known));
        for (what, now, is_likely, is_same) in [
            ("all of it is as it was", own, true, true),
            ("the file system has another number", of(Some(Inode { device: 9, ..known })), true, false),
            ("another file", of(Some(Inode { number: 9, ..known })), false, false),
            ("written since", Stamp { modified_ms: 5_001, ..own }, false, false),
            ("longer", Stamp { size_bytes: 8, ..own }, false, false),
            ("nobody knows which", of(None), false, false),
        ] {
            assert_eq!((own.is_likely(now), own.is_same(now)), (is_likely, is_same), "{what}");
        }
        assert!(!of(None).is_likely(of(None)), "what was never numbered is known by its path alone");
    }
}
