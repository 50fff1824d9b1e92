use mediary_schema::{
    FailureClass,
    file::Verified,
    job::{Failure, Progress},
    watch::AdoptFile,
};
use tokio::sync::watch;

use crate::{
    ffmpeg::Ffmpeg,
    workspace::{Craft, Effect, Ending, Nothing, Unable, Workspace},
};

impl Craft for AdoptFile {
    type Question = Nothing;
    type Answer = Nothing;
    type Product = Verified;
}

/// Reads a file that somebody put into a folder, and proves that it is whole.
#[derive(Debug, Clone)]
pub struct Adopter {
    ffmpeg: Ffmpeg,
}

impl Adopter {
    /// One with this ffmpeg.
    pub const fn new(ffmpeg: Ffmpeg) -> Self {
        Self { ffmpeg }
    }

    async fn adopt(&self, workspace: &Workspace<AdoptFile>, task: &AdoptFile) -> Result<Verified, Unable> {
        let file = workspace.input(task.file_id).await?;
        let (progress, told) = watch::channel(Progress::default());
        let verify = self.ffmpeg.verify_opened(&file, workspace.assignment(), &progress);
        let verified = workspace.while_telling(told, verify).await;
        Ok(verified.map_err(|refused| settled(refused.failure))?)
    }
}

impl Effect for Adopter {
    type Task = AdoptFile;

    async fn perform(&self, workspace: Workspace<AdoptFile>, task: AdoptFile) -> Ending<Verified> {
        self.adopt(&workspace, &task).await.into()
    }
}

/// Nobody fetches it anew: the same bytes are as broken when they are read again.
fn settled(failure: Failure) -> Failure {
    let for_good = failure.for_good || failure.class == FailureClass::Damaged;
    Failure { for_good, ..failure }
}
