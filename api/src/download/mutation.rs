use std::collections::BTreeMap;

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use mediary_events::{
    download::{Command, Download},
    playlist::{self, Playlist, canonical_url},
};
use mediary_log::{
    gate::{Refusal, Transaction},
    work,
};
use mediary_projections::playlist::entries_by_id;
use mediary_schema::{
    CommandId, DownloadId, EntryId, JobId, PlaylistId, account::Permission, download::Quality,
    item::ItemSource,
};

use crate::{
    error::{UserError, parse_id, user_error},
    playlist::command_id,
    scalar::{Long, Position},
    schema::{Platform, platform, read},
    session::{Session, session},
};

#[derive(Debug, Default)]
pub(crate) struct DownloadMutation;

/// What is to be kept: a whole list, some of its entries, or what an address shows.
#[derive(Debug, OneofObject)]
pub(crate) enum DownloadTarget {
    /// Every entry of a playlist that is there and can be had.
    PlaylistId(ID),
    /// Entries, of one playlist or of several.
    EntryIds(Vec<ID>),
    /// What an address shows; it is followed, too.
    Url(String),
}

/// What is to be kept, and how.
#[derive(Debug, InputObject)]
pub(crate) struct DownloadStartInput {
    /// What is to be kept.
    target: DownloadTarget,
    /// The name of a quality: `best`, `1080p`, `720p` or `audio`.
    #[graphql(default_with = "String::from(\"best\")")]
    quality: String,
    /// The command as its sender names it: sent twice, it is done once.
    command_id: Option<ID>,
}

/// What came of it.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct DownloadPayload {
    /// The story of everything that follows: ask `story(id)` how far it is.
    story_id: Option<ID>,
    /// The position that shows it.
    position: Option<Position>,
    /// Why it was not done, if it was not.
    user_errors: Vec<UserError>,
}

/// What came of an import.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct ArchiveImportPayload {
    /// Items that the archive names.
    item_count: Long,
    /// Lines that are none of an archive.
    skipped_count: Long,
    /// Why it was not done, if it was not.
    user_errors: Vec<UserError>,
}

#[Object]
impl DownloadMutation {
    /// Keeps items: each becomes a job, unless it is kept already. Follow it with `story`.
    async fn download_start(
        &self,
        context: &Context<'_>,
        input: DownloadStartInput,
    ) -> Result<DownloadPayload> {
        let session = session(context, Permission::Download)?;
        let platform = platform(context);
        let quality: Quality = match input.quality.parse() {
            Ok(quality) => quality,
            Err(unknown) => {
                let unknown: mediary_schema::download::UnknownQuality = unknown;
                return Ok(refused(UserError::new("UNKNOWN_QUALITY", unknown.to_string(), None)));
            }
        };
        let command_id = command_id(platform, input.command_id)?;
        match input.target {
            DownloadTarget::PlaylistId(id) => {
                let request = BTreeMap::from([(parse_id::<PlaylistId>(&id)?, None)]);
                request_entries(platform, session, command_id, quality, request).await
            }
            DownloadTarget::EntryIds(ids) => {
                let ids = ids.iter().map(|id| parse_id(id)).collect::<Result<Vec<EntryId>>>()?;
                let request = match by_playlist(platform, ids).await? {
                    Ok(request) => request,
                    Err(error) => return Ok(refused(error)),
                };
                request_entries(platform, session, command_id, quality, request).await
            }
            DownloadTarget::Url(url) => request_url(platform, session, command_id, quality, &url).await,
        }
    }

    /// Takes over what another tool fetched, from its archive in yt-dlp's format. What it names is not
    /// fetched unless asked for again.
    async fn download_archive_import(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Lines `<extractor> <id>`.")] text: String,
    ) -> Result<ArchiveImportPayload> {
        let session = session(context, Permission::Download)?;
        let platform = platform(context);
        let mut payload = ArchiveImportPayload::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some((extractor, source_id)) = line.split_once(' ') else {
                payload.skipped_count.0 += 1;
                continue;
            };
            let source = ItemSource {
                extractor: extractor.to_owned(),
                source_id: source_id.trim().to_owned(),
                url: String::new(),
            };
            let caller =
                session.caller(CommandId::from_uuid(platform.gate.ids().next()), platform.gate.ids());
            let uuid = DownloadId::from_item(source.item_id()).uuid();
            match platform.gate.execute::<Download>(caller, uuid, Command::Archive { source }).await {
                Ok(_) => payload.item_count.0 += 1,
                Err(refusal) => {
                    payload.user_errors.push(user_error(&refusal)?);
                    break;
                }
            }
        }
        Ok(payload)
    }
}

fn refused(error: UserError) -> DownloadPayload {
    DownloadPayload { user_errors: vec![error], ..DownloadPayload::default() }
}

/// Entries by the playlist that they are of.
async fn by_playlist(
    platform: &Platform,
    ids: Vec<EntryId>,
) -> Result<Result<BTreeMap<PlaylistId, Option<Vec<EntryId>>>, UserError>> {
    let wanted = ids.clone();
    let rows = read(&platform.views.playlist, None, move |rows| entries_by_id(rows, &wanted)).await?;
    if let Some(missing) = ids.iter().find(|id| !rows.iter().any(|row| row.id == **id)) {
        let advice = "list the entries with `mediary playlist show ID`";
        return Ok(Err(UserError::new("ENTRY_NOT_FOUND", format!("there is no {missing}"), Some(advice))));
    }
    let mut request: BTreeMap<PlaylistId, Option<Vec<EntryId>>> = BTreeMap::new();
    for row in rows {
        request.entry(row.playlist_id).or_default().get_or_insert_default().push(row.id);
    }
    Ok(Ok(request))
}

/// One command on each list; its reaction issues a command for each entry.
async fn request_entries(
    platform: &Platform,
    session: &Session,
    command_id: CommandId,
    quality: Quality,
    request: BTreeMap<PlaylistId, Option<Vec<EntryId>>>,
) -> Result<DownloadPayload> {
    let caller = session.caller(command_id, platform.gate.ids());
    let outcome = platform
        .gate
        .transact(caller, move |story: &mut Transaction<'_>| {
            for (id, entries) in &request {
                let (quality, entries) = (quality.clone(), entries.clone());
                let command = playlist::Command::RequestDownloads { quality, entries };
                story.execute::<Playlist>(id.uuid(), command)?;
            }
            Ok(())
        })
        .await;
    payload(caller.correlation_id, outcome.map(|receipt| receipt.position))
}

/// Follows the address, looks at it, and keeps what the refresh finds: as one command.
async fn request_url(
    platform: &Platform,
    session: &Session,
    command_id: CommandId,
    quality: Quality,
    url: &str,
) -> Result<DownloadPayload> {
    let url = match canonical_url(url) {
        Ok(url) => url,
        Err(error) => {
            return Ok(refused(UserError::new("URL_REFUSED", error.to_string(), Some(error.advice()))));
        }
    };
    let id = PlaylistId::from_url(&url);
    let job_id = JobId::from_command(command_id, "refresh");
    let retry = platform.retry;
    let caller = session.caller(command_id, platform.gate.ids());
    let outcome = platform
        .gate
        .transact(caller, move |story: &mut Transaction<'_>| {
            story.execute::<Playlist>(id.uuid(), playlist::Command::Follow { url: url.to_string() })?;
            let listed = story.state::<Playlist>(id.uuid())?.listed;
            let request = playlist::Command::RequestDownloads { quality: quality.clone(), entries: None };
            story.execute::<Playlist>(id.uuid(), request)?;
            if !listed {
                work::playlist::request(story, id, job_id, None, retry)?;
            }
            Ok(())
        })
        .await;
    payload(caller.correlation_id, outcome.map(|receipt| receipt.position))
}

fn payload(story: mediary_schema::CorrelationId, outcome: Result<u64, Refusal>) -> Result<DownloadPayload> {
    Ok(match outcome {
        Ok(position) => DownloadPayload {
            story_id: Some(ID(story.to_string())),
            position: Some(Position(position)),
            user_errors: Vec::new(),
        },
        Err(refusal) => refused(user_error(&refusal)?),
    })
}
