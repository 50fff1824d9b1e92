//! Values of the kernel part `plan`: what would become of files, exactly, before it does (PL-13), and how it is taken
//! back (PL-14).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    FileId, JobId, PlaylistId, RootId, Timestamp,
    account::{Permission, Role},
    cookies::UseCookies,
    file::{FileState, Stamp},
    id::ids,
    layout::{Layout, Sidecar},
    playlist::Keeping,
    profile::ProfileName,
    schedule::Rhythm,
};

ids! {
    /// What would be done, exactly: derived from the command that made it.
    PlanId = "plan";
    /// How what was done is taken back: the same UUID as that of the plan that was carried out.
    UndoId = "undo";
}

impl Permission {
    /// Put files into the trash, and take them back out of it.
    pub const DELETE: Self = Self::within_project("delete", Role::Editor, "to delete files");
}

impl PlanId {
    /// How it is taken back, once it was carried out.
    pub const fn undo(self) -> UndoId {
        UndoId::from_uuid(self.uuid())
    }
}

impl UndoId {
    /// The plan that is taken back.
    pub const fn plan(self) -> PlanId {
        PlanId::from_uuid(self.uuid())
    }
}

/// What a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Files go into the trash.
    DeleteFiles {},
    /// A list is followed no longer, and the files that are kept for it alone go into the trash.
    Unfollow {
        /// The list.
        playlist_id: PlaylistId,
        /// The version of its stream that this was planned for.
        version: u64,
        /// How it was followed, and is again once this is taken back.
        followed: Box<Followed>,
        /// Jobs of its downloads that had not ended, and end with it; taking it back begins none of them anew.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ended_jobs: Vec<JobId>,
    },
    /// Files come back out of the trash.
    RestoreFiles {},
    /// Files get the names that their layout has for them.
    RenameFiles {
        /// The list whose files they are, if that was said and not which files.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        playlist_id: Option<PlaylistId>,
    },
    /// Files give their places to what was made of them, and go into the trash.
    ReplaceFiles {},
}

/// How a list is followed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Followed {
    /// What of it is kept without being asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeping: Option<Keeping>,
    /// With which cookies it is asked for, if that was said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookies: Option<UseCookies>,
    /// How its files are named, if that was said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// By which profile a file is made of each that is kept, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcoding: Option<ProfileName>,
    /// How it is refreshed again and again, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshes: Option<Refreshes>,
}

/// How a list is refreshed again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refreshes {
    /// The version of the schedule's stream that was read.
    pub version: u64,
    /// At which moments.
    pub rhythm: Rhythm,
    /// Whether it waits to be resumed.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub is_paused: bool,
    /// When the turn of these refreshes comes, as their command says it; none if it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Value>,
}

impl Followed {
    /// The same without anybody's words; without them nobody knows what a filter skips.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let mut followed = self.clone();
        followed.keeping = followed.keeping.take().and_then(Keeping::redacted);
        followed.layout = followed.layout.as_ref().map(Layout::redacted);
        if let Some(refreshes) = &mut followed.refreshes {
            refreshes.ticket = None;
        }
        followed
    }
}

impl Goal {
    /// Where the files of such a plan go.
    pub const fn way(&self) -> Way {
        match self {
            Self::DeleteFiles {} | Self::Unfollow { .. } => Way::IntoTrash,
            Self::RestoreFiles {} => Way::OutOfTrash,
            Self::RenameFiles { .. } => Way::ToNewNames,
            Self::ReplaceFiles {} => Way::ToReplacements,
        }
    }

    /// The name in views, in the API and on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DeleteFiles {} => "delete_files",
            Self::Unfollow { .. } => "unfollow",
            Self::RestoreFiles {} => "restore_files",
            Self::RenameFiles { .. } => "rename_files",
            Self::ReplaceFiles {} => "replace_files",
        }
    }

    /// Whether what was done for it can be taken back.
    pub const fn can_be_undone(&self) -> bool {
        !matches!(self, Self::RestoreFiles {})
    }
}

/// Where files go: by one rename on their own file system, either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// From their places into the trash of their root.
    IntoTrash,
    /// From there back to their places.
    OutOfTrash,
    /// From their places to those that a layout has for them.
    ToNewNames,
    /// From there back to where they were.
    ToOldNames,
    /// From their places into the trash, and what was made of them into their places.
    ToReplacements,
    /// From the trash back into their places, and what was made of them into the trash.
    ToOriginals,
}

impl Way {
    /// The other way.
    #[must_use]
    pub const fn back(self) -> Self {
        match self {
            Self::IntoTrash => Self::OutOfTrash,
            Self::OutOfTrash => Self::IntoTrash,
            Self::ToNewNames => Self::ToOldNames,
            Self::ToOldNames => Self::ToNewNames,
            Self::ToReplacements => Self::ToOriginals,
            Self::ToOriginals => Self::ToReplacements,
        }
    }
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The file.
    pub file_id: FileId,
    /// The version of its stream that this was planned for.
    pub version: u64,
    /// How it stood with its bytes: present or changed.
    pub state: FileState,
    /// The root below which it lies.
    pub root_id: RootId,
    /// The path below that, with `/` between folders.
    pub path: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes, as it was recorded.
    pub blake3: String,
    /// What the file system said of it; none if it was recorded before that was asked.
    pub stamp: Option<Stamp>,
    /// The path below the root that it gets, if it is renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What lies beside it and goes with it, if it is there as it was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sidecars: Vec<Sidecar>,
    /// What gets its place, if something does: under the name in `to`. What lies beside it stays there then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Box<Replacement>>,
}

/// What gets the place of another file that it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The file.
    pub file_id: FileId,
    /// The path below the same root that it has until then.
    pub path: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes, as it was recorded.
    pub blake3: String,
    /// What the file system said of it.
    pub stamp: Option<Stamp>,
    /// What lies beside it and goes with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sidecars: Vec<Sidecar>,
    /// Whether it gets the place also of a file that has other names, too: those keep the file that it was.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub may_be_linked: bool,
}

impl Step {
    /// How many files one plan touches at most: one append says that it is carried out.
    pub const MAX: usize = 5_000;

    /// How many bytes are moved by it: those of the file, and of what lies beside it.
    pub fn moved_bytes(&self) -> u64 {
        if self.by.is_some() {
            return self.size_bytes;
        }
        let beside: u64 = self.sidecars.iter().map(|sidecar| sidecar.size_bytes).sum();
        self.size_bytes + beside
    }
}

/// A file that stays where it is, although it was named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spared {
    /// The file.
    pub file_id: FileId,
    /// Why.
    pub reason: SparedFor,
}

/// Why a file stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SparedFor {
    /// Its bytes are not in their place, in this state.
    State(FileState),
    /// Another list that is followed has its item.
    Playlist(PlaylistId),
    /// It has the name already that its layout has for it.
    InPlace {},
    /// It came from no source, or lies in no library: no layout has a name for it.
    NoLayout {},
}

/// A file that a plan did not touch when it was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The file.
    pub file_id: FileId,
    /// Why.
    pub reason: LeftFor,
}

/// Why a file was not touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftFor {
    /// What was in its place was not what was planned for.
    Otherwise,
    /// Something else is where it was to go.
    Occupied,
    /// Nothing was there.
    Gone,
    /// It has other names, too, and nobody said that it may.
    Linked,
}

impl LeftFor {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Otherwise, Self::Occupied, Self::Gone, Self::Linked];

    /// The name in views, in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Otherwise => "otherwise",
            Self::Occupied => "occupied",
            Self::Gone => "gone",
            Self::Linked => "linked",
        }
    }
}

/// How far a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// It was made, and nothing was done.
    Ready,
    /// It is being carried out.
    Applying,
    /// It was carried out.
    Applied,
    /// It was ended in the middle: what was done of it can be taken back, or the rest of it be done.
    Stopped,
    /// It is being taken back.
    Undoing,
    /// It was taken back.
    Undone,
}

impl PlanState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Ready, Self::Applying, Self::Applied, Self::Stopped, Self::Undoing, Self::Undone];

    /// The name in views, in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Stopped => "stopped",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }
}

/// The work of carrying a plan out, or of taking it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveFiles {
    /// Which.
    pub plan_id: PlanId,
    /// Where its files go.
    pub way: Way,
    /// How many files it has.
    pub file_count: u32,
    /// Whether some of them lie in the library, whose disk it needs then.
    pub needs_library: bool,
}

/// A file in the trash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The plan that it was put there by.
    pub plan_id: PlanId,
    /// Until when it stays there at least.
    pub kept_until: Timestamp,
}
