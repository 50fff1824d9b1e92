//! Values of the concern `transcode`: files that are made of files, and by which rules (TR-03, TR-06).

mod carry;
mod prediction;
mod proof;
mod quality;
mod recipe;
#[cfg(test)]
mod samples;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    carry::Container,
    prediction::{Prediction, Sample, Weight, Weights, Window},
    proof::{Proof, Seen, Shortcoming},
    quality::{Measure, Quality, Score, Search, TooUnlike},
    recipe::{Fate, LeftOut, Planned, Recipe, Unfit, Verdict, VideoFilter},
};
use crate::{
    FileId, Identities, PlaylistId,
    account::{Permission, Role},
    id::ids,
    profile::Profile,
};

ids! {
    /// A file that is made of another one: derived from that and the profile, as it is defined.
    TranscodeId = "transcode";
}

impl Permission {
    /// Have files made of files.
    pub const TRANSCODE: Self = Self::within_project("transcode", Role::Editor, "to have files transcoded");
}

impl Identities {
    /// The making of a file of another one by a profile: asked for twice, it is one.
    pub fn transcode(&self, file_id: FileId, profile: &Profile) -> TranscodeId {
        let (name, version) = (profile.name.as_str().as_bytes(), profile.version.to_be_bytes());
        TranscodeId::from_uuid(
            self.derive("mediary 2 transcode", &[file_id.uuid().as_bytes(), name, &version]),
        )
    }
}

/// The work of making a file of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscodeFile {
    /// For which it is made.
    pub transcode_id: TranscodeId,
    /// Of which it is made.
    pub file_id: FileId,
    /// What that is called.
    pub title: String,
    /// By which rules, as they were when it was asked for.
    pub profile: Profile,
    /// How what is made gets the place of what it is made of, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replace>,
    /// The list that has one made of each of its files, if it is made for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playlist_id: Option<PlaylistId>,
}

/// How what was made gets the place of what it was made of: that goes into the trash, from where it can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    /// Whether also that of a file which has other names (hard links), too: those keep the file that it was.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub allow_links: bool,
}
