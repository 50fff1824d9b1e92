use mediary_schema::{
    FailureClass,
    file::Verified,
    job::{Failure, Progress},
    transcode::{Proof, Recipe, Shortcoming, TranscodeFile},
};
use serde::{Deserialize, Serialize};

use super::making::{BESIDE, Making, not_kept};
use crate::{
    ffmpeg::Ffmpeg,
    room::Room,
    workspace::{Craft, Effect, Ending, Nothing, Unable, Workspace},
};

impl Craft for TranscodeFile {
    type Question = Nothing;
    type Answer = Nothing;
    type Product = Product;
}

/// What a transcode came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// A file was made, and is proved.
    Made(Box<Transcoded>),
    /// There was nothing to do.
    Fits {},
    /// What was made is larger than what it was made of.
    Larger {
        /// Its size.
        result_bytes: u64,
        /// The size of what it was made of.
        source_bytes: u64,
    },
}

/// A file that was made of another one, and is proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcoded {
    /// The name of the file that was handed over.
    pub name: String,
    /// The name of what is to lie beside it, if something is.
    pub beside: Option<String>,
    /// What was found in it.
    pub verified: Verified,
    /// BLAKE3 of what it was made of, and how many bytes that has.
    pub source: (String, u64),
    /// What became of each stream.
    pub recipe: Recipe,
    /// What was compared.
    pub proof: Proof,
    /// The arguments of the encoder, without paths.
    pub arguments: Vec<String>,
}

/// Makes files of files with ffmpeg, and proves what it made.
#[derive(Debug, Clone)]
pub struct Transcoder {
    ffmpeg: Ffmpeg,
    room: Room,
}

/// More room than its source a result takes at most, as a part of that: what is larger is not kept.
const GROWTH: u64 = 10;

impl Transcoder {
    /// A transcoder that works in folders on a disk with so much room.
    pub const fn new(ffmpeg: Ffmpeg, room: Room) -> Self {
        Self { ffmpeg, room }
    }
}

type Space = Workspace<TranscodeFile>;

impl Effect for Transcoder {
    type Task = TranscodeFile;

    async fn perform(&self, workspace: Space, task: TranscodeFile) -> Ending<Product> {
        self.transcode(&workspace, &task).await.into()
    }
}

impl Transcoder {
    async fn transcode(&self, workspace: &Space, task: &TranscodeFile) -> Result<Product, Unable> {
        let tell = |progress: &Progress| workspace.progress(progress);
        let (folder, assignment) = (workspace.folder(), workspace.assignment());
        let making = Making { ffmpeg: &self.ffmpeg, folder, assignment, tell: &tell };
        let file = workspace.input(task.file_id).await?;
        let Some(source) = making.source(file, &task.profile.rules).await? else {
            return Ok(Product::Fits {});
        };
        let room = source.size_bytes + source.size_bytes / GROWTH;
        let promise = workspace.reserve(&self.room, room).await?.map_err(|missing| {
            let message = format!(
                "the result may take {room} bytes: {} have to be free on its disk, and {} are",
                missing.needed_bytes, missing.free_bytes
            );
            Failure::new(FailureClass::DiskFull, message)
        })?;
        let made = making.make(&source).await?;
        drop(promise);
        let proved = match made {
            Ok(proved) => proved,
            Err(Shortcoming::Larger { result_bytes, source_bytes }) => {
                return Ok(Product::Larger { result_bytes, source_bytes });
            }
            Err(shortcoming) => return Err(not_kept(&shortcoming.to_string())),
        };
        workspace.output(&proved.name).await?;
        let beside = proved.arguments.beside.as_ref().map(|_| BESIDE.to_owned());
        if let Some(beside) = &beside {
            workspace.output(beside).await?;
        }
        Ok(Product::Made(Box::new(Transcoded {
            name: proved.name,
            beside,
            verified: proved.verified,
            source: (proved.source_blake3, source.size_bytes),
            recipe: source.recipe,
            proof: proved.proof,
            arguments: proved.arguments.told(),
        })))
    }
}
