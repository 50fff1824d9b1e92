use std::sync::Arc;

use mediary_actors::{
    download::{DownloadClerk, Downloader},
    reaction::{DownloadsRequestedToRequest, EntryLiveStatusChangedToResume},
};

use crate::commands::{concerns::Concern, noun::Noun};
use crate::tree::Ground;

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("download", "Keep items: fetch, check and file them")],
    fragments: &[include_str!("download.fragment.graphql"), include_str!("file.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::LIST, &super::START, &super::STORY, &super::archive::IMPORT],
    parts: |ground| {
        let Ground { engine, library, room, .. } = ground;
        let downloader = Downloader::new(Arc::clone(engine) as _, ground.ffmpeg(), room.clone());
        let clerk = DownloadClerk::new(library.clone(), ground.vault());
        vec![ground.performer("download", ground.beside_library(), downloader, clerk)]
    },
    reactions: |retry| {
        vec![Arc::new(DownloadsRequestedToRequest { retry }), Arc::new(EntryLiveStatusChangedToResume)]
    },
};
