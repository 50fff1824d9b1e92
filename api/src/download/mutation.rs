use std::collections::{BTreeMap, HashMap};

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use mediary_events::download::{
    Ask,
    ask::{EntriesOf, ImportArchive, Start, Target},
};
use mediary_projections::{
    Snapshot, Views,
    playlist::{PlaylistView, entries_by_id},
};
use mediary_schema::{EntryId, PlaylistId, Several};

use crate::{
    asking::{self, Done, Terms, several},
    error::{UserError, fault, parse_id},
    job::TicketInput,
    scalar::Long,
    schema::read,
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct DownloadMutation;

/// What is to be kept: a whole list, some of its entries, or what an address shows.
#[derive(Debug, OneofObject)]
pub(crate) enum DownloadTarget {
    /// Every entry of a playlist that is there and can be had.
    PlaylistId(ID),
    /// Entries, of one playlist or of several, each once; at most 500.
    EntryIds(Vec<ID>),
    /// What an address shows; it is followed, too.
    Url(String),
}

/// What is to be kept, and how.
#[derive(Debug, InputObject)]
pub(crate) struct DownloadStartInput {
    /// What is to be kept.
    target: DownloadTarget,
    /// The name of a quality: `best`, `1080p`, `720p` or `audio`; `best` if left out.
    quality: Option<String>,
    /// Whether also what is kept already, or was once, is fetched.
    #[graphql(default)]
    again: bool,
    /// When the turn of these jobs comes.
    ticket: Option<TicketInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What another tool fetched.
#[derive(Debug, InputObject)]
pub(crate) struct DownloadArchiveImportInput {
    /// Lines `<extractor> <id>`, at most 500.
    text: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct DownloadPayload {
    /// The playlist at the address, if one was given.
    playlist_id: Option<ID>,
    #[graphql(flatten)]
    done: Done,
}

/// What came of an import.
#[derive(Debug, SimpleObject)]
pub(crate) struct ArchiveImportPayload {
    /// Items that the archive names.
    item_count: Long,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl DownloadMutation {
    /// Keeps items: each becomes a job, unless it is kept already. Follow it with `story`.
    async fn download_start(
        &self,
        context: &Context<'_>,
        input: DownloadStartInput,
    ) -> Result<DownloadPayload> {
        let ticket = TicketInput::parse(input.ticket)?;
        let target = match input.target {
            DownloadTarget::PlaylistId(id) => Target::PlaylistId(parse_id(&id)?),
            DownloadTarget::EntryIds(ids) => match by_playlist(context, several(&ids)?).await? {
                Ok(entries) => Target::Entries(entries),
                Err(error) => return Ok(DownloadPayload { playlist_id: None, done: Done::refused(error) }),
            },
            DownloadTarget::Url(url) => Target::Url(url),
        };
        let quality = input.quality.unwrap_or_else(|| "best".to_owned());
        let asked = Ask::Start(Start { target, quality, again: input.again, ticket });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        let playlist_id = told.and_then(|told| told.playlist_id).map(|id| ID(id.to_string()));
        Ok(DownloadPayload { playlist_id, done })
    }

    /// Takes over what another tool fetched, from its archive in yt-dlp's format. What it names is not
    /// fetched unless asked for again. A text that is no archive is refused as a whole.
    async fn download_archive_import(
        &self,
        context: &Context<'_>,
        input: DownloadArchiveImportInput,
    ) -> Result<ArchiveImportPayload> {
        let asked = Ask::ImportArchive(ImportArchive { text: input.text });
        let (told, done) = asking::ask(context, input.terms, asked).await?;
        let told = told.unwrap_or_default();
        Ok(ArchiveImportPayload { item_count: Long(told.item_count.unwrap_or_default()), done })
    }
}

/// Entries by the playlist that they are of: the command names both.
async fn by_playlist(
    context: &Context<'_>,
    ids: Several<EntryId>,
) -> Result<Result<Several<EntriesOf>, UserError>> {
    session(context, mediary_schema::account::Permission::DOWNLOAD)?;
    let wanted = ids.as_slice().to_vec();
    let query = move |rows: &Snapshot<'_>| entries_by_id(rows, &wanted);
    let rows = read(context, Views::of::<PlaylistView>, None, query).await?;
    let list_of: HashMap<EntryId, PlaylistId> = rows.iter().map(|row| (row.id, row.playlist_id)).collect();
    // In the order asked, so that the same command has the same form whatever the view answers first.
    let mut lists: BTreeMap<PlaylistId, Vec<EntryId>> = BTreeMap::new();
    for id in &ids {
        let Some(list) = list_of.get(id) else {
            let advice = "list the entries with `mediary playlist show ID`";
            return Ok(Err(UserError::new("ENTRY_NOT_FOUND", format!("there is no {id}"), Some(advice))));
        };
        lists.entry(*list).or_default().push(*id);
    }
    let lists = lists.into_iter().map(|(playlist_id, entry_ids)| {
        Several::try_from(entry_ids).map(|entry_ids| EntriesOf { playlist_id, entry_ids })
    });
    let lists = lists.collect::<Result<Vec<_>, _>>().and_then(Several::try_from);
    lists.map(Ok).map_err(|error| fault(&error.to_string(), "BAD_LIST", false))
}
