use mediary_schema::{file::Verified, job::Progress, watch::AdoptFile};
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
        let (progress, mut told) = watch::channel(Progress::default());
        let verify = self.ffmpeg.verify_opened(&file, workspace.assignment(), &progress);
        let tell = async {
            while told.changed().await.is_ok() {
                workspace.progress(&told.borrow_and_update().clone());
            }
        };
        let verified = tokio::select! {
            verified = verify => verified,
            () = tell => unreachable!("the sender lives as long as the file is read"),
        };
        Ok(verified.map_err(|refused| refused.failure)?)
    }
}

impl Effect for Adopter {
    type Task = AdoptFile;

    async fn perform(&self, workspace: Workspace<AdoptFile>, task: AdoptFile) -> Ending<Verified> {
        self.adopt(&workspace, &task).await.into()
    }
}
