use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::file::{Ask, ask};

use crate::{
    asking::{self, Done, Terms, several, shown},
    error::parse_id,
    job::{Job, TicketInput},
};

#[derive(Debug, Default)]
pub(crate) struct FileMutation;

/// What to read.
#[derive(Debug, InputObject)]
pub(crate) struct FileVerifyInput {
    /// The files, each once; at most 500. All of them if left out.
    ids: Option<Vec<ID>>,
    /// Only files below this root, if no files are named.
    root_id: Option<ID>,
    /// Takes the folder of the root, the library if none is named, as it is, though nothing that was kept is in it: what
    /// is not there is lost then.
    accept_folder: Option<bool>,
    /// When its turn comes.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct FilePayload {
    /// The job that reads them, or the one under way that was joined; none if it can't be shown yet.
    job: Option<Job>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl FileMutation {
    /// Reads files and compares their bytes with what was recorded, as a job. What it found is said by each file's `state`.
    async fn file_verify(&self, context: &Context<'_>, input: FileVerifyInput) -> Result<FilePayload> {
        let file_ids = input.ids.map(|ids| several(&ids)).transpose()?;
        let root_id = input.root_id.map(|id| parse_id(&id)).transpose()?;
        let ticket = TicketInput::parse(input.ticket)?;
        let accept_folder = input.accept_folder.unwrap_or(false);
        let asked = Ask::Verify(ask::Verify { file_ids, root_id, accept_folder, ticket });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        let job = match told {
            Some(told) => shown(Job::find(context, told.job_id, done.position).await),
            None => None,
        };
        Ok(FilePayload { job, done })
    }
}
