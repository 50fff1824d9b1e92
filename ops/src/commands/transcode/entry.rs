use mediary_actors::transcode::{TranscodeClerk, Transcoder};

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("transcode", "Make files of files, and see what a library is made of")],
    fragments: &[include_str!("transcode.fragment.graphql"), include_str!("profile.fragment.graphql")],
    #[cfg(test)]
    documents: &[
        &super::START,
        &super::REPLACE,
        &super::LIST,
        &super::SHOW,
        &super::profile::LIST,
        &super::profile::SAVE,
        &super::profile::REMOVE,
    ],
    parts: |ground| {
        let transcoder = Transcoder::new(ground.ffmpeg(), ground.room.clone());
        let clerk = TranscodeClerk::new(ground.library.clone());
        vec![ground.performer("transcode", ground.beside_library(), transcoder, clerk)]
    },
    ..Concern::NOTHING
};
