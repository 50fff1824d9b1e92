use mediary_schema::{
    FailureClass, FileId,
    file::VerifyFiles,
    job::{Failure, Progress},
};
use serde::{Deserialize, Serialize};

use crate::{
    ffmpeg::hash,
    workspace::{Craft, Effect, Ending, Unable, Workspace},
};

impl Craft for VerifyFiles {
    type Question = Question;
    type Answer = Vec<FileId>;
    type Product = ();
}

/// What a reading of files asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// What is to be read next; with what was found in those before. Nothing is the end.
    Next {
        /// One for each.
        read: Vec<Read>,
    },
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// The file.
    pub file_id: FileId,
    /// BLAKE3 of its bytes, or why they can't be read.
    pub found: Result<String, String>,
}

/// Reads files and says what is in them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Verifier;

impl Effect for Verifier {
    type Task = VerifyFiles;

    async fn perform(&self, workspace: Workspace<VerifyFiles>, _: VerifyFiles) -> Ending<()> {
        read_all(&workspace).await.into()
    }
}

async fn read_all(workspace: &Workspace<VerifyFiles>) -> Result<(), Unable> {
    let (mut read, mut done_bytes) = (Vec::new(), 0);
    loop {
        let next = workspace.ask(Question::Next { read: std::mem::take(&mut read) }).await?;
        if next.is_empty() {
            return Ok(());
        }
        for file_id in next {
            let found = read_one(workspace, file_id, &mut done_bytes).await?;
            read.push(Read { file_id, found });
        }
    }
}

/// BLAKE3 of a file's bytes; what can't be read is neither lost nor whole.
async fn read_one(
    workspace: &Workspace<VerifyFiles>,
    file_id: FileId,
    done_bytes: &mut u64,
) -> Result<Result<String, String>, Unable> {
    let file = match workspace.input(file_id).await {
        Ok(file) => file,
        Err(Unable::Failed(failure)) => return Ok(Err(failure.message)),
        Err(Unable::Lost) => return Err(Unable::Lost),
    };
    let (space, before) = (workspace.clone(), *done_bytes);
    let hashed = tokio::task::spawn_blocking(move || {
        let mut done = before;
        let hashed = hash(file, space.assignment().stop(), |bytes| {
            done += bytes;
            let (stage, unit) = ("verifying".to_owned(), "bytes".to_owned());
            space.progress(&Progress { stage, done, unit, ..Progress::default() });
        });
        (hashed, done)
    });
    let Ok((hashed, done)) = hashed.await else {
        return Err(Failure::new(FailureClass::Unknown, "the reading was cut off").into());
    };
    *done_bytes = done;
    match hashed {
        Err(error) => Ok(Err(error.to_string())),
        Ok(None) => Err(Unable::Lost),
        Ok(Some((_, blake3))) => Ok(Ok(blake3)),
    }
}
