use std::sync::Arc;

use mediary_actors::{
    reaction::DownloadCompletedToTranscode,
    transcode::{TranscodeClerk, Transcoder},
    watch::{AdoptClerk, Adopter},
};

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("transcode", "Make files of files, and see what a library is made of")],
    fragments: &[
        include_str!("transcode.fragment.graphql"),
        include_str!("profile.fragment.graphql"),
        include_str!("watch.fragment.graphql"),
    ],
    #[cfg(test)]
    documents: &[
        &super::START,
        &super::REPLACE,
        &super::LIST,
        &super::SHOW,
        &super::profile::LIST,
        &super::profile::SAVE,
        &super::profile::REMOVE,
        &super::watch::LIST,
        &super::watch::ADD,
        &super::watch::REMOVE,
    ],
    parts: |ground| {
        let transcoder = Transcoder::new(ground.ffmpeg(), ground.room.clone());
        let clerk = TranscodeClerk::new(ground.library.clone());
        let ours = ground.ours();
        let (adopter, adopts) = (Adopter::new(ground.ffmpeg()), AdoptClerk::new(ours.clone()));
        vec![
            ground.performer("transcode", ground.beside_library(), transcoder, clerk),
            ground.performer("adopt", ground.in_data(), adopter, adopts),
            ground.watcher("watch", ours),
        ]
    },
    reactions: |_| vec![Arc::new(DownloadCompletedToTranscode)],
};
