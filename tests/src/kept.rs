use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use mediary_events::file::{Command, File};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate},
    work::REGISTRY,
};
use mediary_schema::{
    Clock, FileId, IdSource, RootId,
    file::{Check, Inode, MediaFacts, Stamp, Verified},
};

use crate::Platform;

impl Platform {
    /// A place below the library's folder.
    pub fn library(&self, way: &str) -> PathBuf {
        self.configuration.library_folder().join(way)
    }

    /// Records a file that lies below a root, as whoever puts one there does, with these bytes.
    pub async fn record_file(&self, root: RootId, way: &str, bytes: &[u8], stamp: Option<Stamp>) -> FileId {
        let gate = Gate::new(self.server.log().clone(), Clock::system(), IdSource::system(), REGISTRY);
        let file_id = FileId::from_uuid(gate.ids().next());
        let verified = Verified {
            size_bytes: bytes.len() as u64,
            blake3: blake3::hash(bytes).to_hex().to_string(),
            media: MediaFacts::default(),
            check: Check::Demuxed,
            oddities: Vec::new(),
        };
        let (path, verified) = (way.to_owned(), Box::new(verified));
        let record = Command::Record { root, path, verified, made: None, stamp };
        let origin = Origin { kind: OriginKind::Actor, id: uuid::Uuid::nil() };
        gate.execute::<File>(Caller::platform(origin, gate.ids()), file_id.uuid(), record).await.unwrap();
        file_id
    }

    /// Puts a file into the library and records it.
    pub async fn put_file(&self, way: &str, bytes: &[u8]) -> FileId {
        let place = self.library(way);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, bytes).unwrap();
        self.record_file(RootId::LIBRARY, way, bytes, Some(stamp_of(&place))).await
    }
}

/// What the file system says of a file.
pub fn stamp_of(path: &Path) -> Stamp {
    let facts = fs::metadata(path).unwrap();
    Stamp {
        size_bytes: facts.len(),
        modified_ms: facts.mtime() * 1_000 + facts.mtime_nsec() / 1_000_000,
        inode: Some(Inode { device: facts.dev(), number: facts.ino() }),
    }
}
