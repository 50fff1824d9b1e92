use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    file::{self as view, FileRow, FileView},
};
use mediary_schema::{
    FileId, ItemId, PlanId, RootId,
    capability::Capability,
    file::{Check, FileState, Oddity},
    layout::{MissingSidecar as MissingValue, Sidecar as SidecarValue, SidecarKind, stem},
};

use crate::{
    as_of::{Ending, moment},
    download::DownloadOfItem,
    loader::{LookUp, look_up},
    plan::{Plan, PlanById},
    root::Root,
    scalar::{DateTime, Long, Position},
    schema::platform,
    server::files,
};

/// How bytes were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Check", name = "FileCheck")]
pub(crate) enum CheckName {
    /// Every packet of the container was read, but something here has no decoder for them.
    Demuxed,
    /// Every packet was read, and every frame of picture and sound decoded.
    Decoded,
}

/// What is unusual about whole media, which plays to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Oddity", name = "Oddity")]
pub(crate) enum OddityName {
    /// The container says no length, and what it makes readers guess is wrong or right by chance.
    EstimatedLength,
    /// There is more in it than the container says.
    LongerThanSaid,
    /// There is more of it than the source said.
    LongerThanPromised,
    /// The picture is lower than that of the format that the source offered.
    BelowPromisedHeight,
    /// It is several recordings one behind the other.
    Glued,
    /// Before or behind what is played are bytes that are neither media nor a tag.
    ForeignBytes,
    /// It begins between two whole pictures: the first ones can't be shown.
    StartsAmid,
    /// Its last frame or packet is cut.
    TornEnd,
    /// It stops without the mark that its container has for the end, as a recorded broadcast does.
    OpenEnd,
    /// Picture and sound end apart.
    StreamsEndApart,
    /// The sound pauses while the picture goes on.
    PauseInSound,
    /// For a while there is neither picture nor sound.
    Gap,
    /// Its clock steps back or jumps.
    ClockRestart,
    /// Its packets are numbered, and the numbers don't follow each other, although every frame decodes.
    LostPackets,
    /// A part of it can't be decoded here, since there is no decoder for it.
    NotDecoded,
    /// Its container or its codec breaks a rule, and nothing is lost by it.
    AgainstRules,
}

/// How it stands with the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "FileState", name = "FileState")]
pub(crate) enum State {
    /// They are in their place, as they were recorded.
    Present,
    /// The file in their place was written: it has other bytes.
    Changed,
    /// Nothing is in their place, and nobody here took them away.
    Lost,
    /// They were put into the trash.
    Trashed,
    /// Another file is in their place: one that is kept, or one that somebody put there.
    Replaced,
    /// They were destroyed, once their time in the trash was over.
    Purged,
}

/// What may lie beside a file, made from its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "SidecarKind", name = "SidecarKind")]
pub(crate) enum SidecarName {
    /// What is known of it, as Kodi, Jellyfin and Plex read it.
    Nfo,
    /// Its picture.
    Thumbnail,
    /// What is said in it, in each language in which its source has that.
    Subtitles,
}

/// A file beside a kept one.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Sidecar {
    /// What it is.
    kind: SidecarName,
    /// The language, of subtitles.
    language: Option<String>,
    /// The path below the root, with `/` between folders.
    path: String,
    /// The size in bytes.
    size_bytes: Long,
    /// BLAKE3 of the bytes in 64 hex digits.
    blake3: String,
}

impl Sidecar {
    fn of(sidecar: SidecarValue, file: &str) -> Self {
        let path = sidecar.path(file);
        let SidecarValue { kind, language, size_bytes, blake3, .. } = sidecar;
        Self { kind: kind.into(), language, path, size_bytes: Long(size_bytes), blake3 }
    }
}

/// What is said in a file, in one language, as browsers read it.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Subtitles {
    /// The language, such as `en` or `pt-BR`.
    language: String,
    /// Where it is fetched from as WebVTT, below the address of the server.
    url: String,
}

/// What was to lie beside a file, and is not there.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct MissingSidecar {
    /// What it is.
    kind: SidecarName,
    /// The language, of subtitles.
    language: Option<String>,
    /// Why it is not there, in one sentence.
    reason: String,
}

impl From<MissingValue> for MissingSidecar {
    fn from(MissingValue { kind, language, reason }: MissingValue) -> Self {
        Self { kind: kind.into(), language, reason }
    }
}

/// A file: complete, checked and hashed when it was recorded. It outlives its bytes.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct File {
    /// `file-<uuid>`.
    id: ID,
    /// How it stands with its bytes, as far as anybody looked.
    state: State,
    /// The kept file that has its place for good, if one has.
    replaced_by_id: Option<ID>,
    /// The plan that put it into the trash, if it is there.
    plan_id: Option<ID>,
    /// Until when it stays in the trash at least, if it is there.
    kept_until: Option<DateTime>,
    /// The root below which it lies.
    root_id: ID,
    /// The path below its root, with `/` between folders.
    path: String,
    /// The size in bytes.
    size_bytes: Long,
    /// BLAKE3 of the bytes in 64 hex digits.
    blake3: String,
    /// The duration in milliseconds.
    duration_ms: Long,
    /// The width in pixels, if it has a picture.
    width: Option<u32>,
    /// The height in pixels, if it has a picture.
    height: Option<u32>,
    /// The codec of the picture.
    video_codec: Option<String>,
    /// The codec of the sound.
    audio_codec: Option<String>,
    /// The names of the container.
    container: String,
    /// How it was checked.
    check: CheckName,
    /// What is unusual about it and no damage.
    oddities: Vec<OddityName>,
    /// What lies beside it, made from its source, and goes wherever it goes.
    sidecars: Vec<Sidecar>,
    /// What was to lie beside it, too, was offered by its source, and is not there.
    missing_sidecars: Vec<MissingSidecar>,
    /// The item that it keeps, if it came from a source.
    item_id: Option<ID>,
    /// When it was recorded.
    recorded_at: DateTime,
    /// The position of the last event that touched it.
    changed_at: Position,
    #[graphql(skip)]
    own_key: FileId,
    #[graphql(skip)]
    item_key: Option<ItemId>,
    #[graphql(skip)]
    root_key: RootId,
    #[graphql(skip)]
    replaced_by_key: Option<FileId>,
    #[graphql(skip)]
    plan_key: Option<PlanId>,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        let media = row.verified.media;
        let check: Check = row.verified.check;
        Self {
            id: ID(row.id.to_string()),
            own_key: row.id,
            item_key: row.item_id,
            state: row.state.into(),
            replaced_by_id: row.replaced_by.map(|id| ID(id.to_string())),
            plan_id: row.lease.map(|lease| ID(lease.plan_id.to_string())),
            kept_until: row.lease.map(|lease| DateTime(lease.kept_until)),
            root_id: ID(row.root.to_string()),
            root_key: row.root,
            replaced_by_key: row.replaced_by,
            plan_key: row.lease.map(|lease| lease.plan_id),
            size_bytes: Long(row.verified.size_bytes),
            blake3: row.verified.blake3,
            duration_ms: Long(media.duration_ms),
            width: media.width,
            height: media.height,
            video_codec: media.video_codec,
            audio_codec: media.audio_codec,
            container: media.container,
            check: check.into(),
            oddities: row.verified.oddities.into_iter().map(Into::into).collect(),
            sidecars: row.sidecars.into_iter().map(|sidecar| Sidecar::of(sidecar, &row.path)).collect(),
            missing_sidecars: row.missing.into_iter().map(MissingSidecar::from).collect(),
            path: row.path,
            item_id: row.item_id.map(|id| ID(id.to_string())),
            recorded_at: DateTime(row.recorded_at),
            changed_at: Position(row.changed_at),
        }
    }
}

impl File {
    /// Whether its bytes are handed out: they are there, on a server that does that at all.
    fn is_handed_out(&self, context: &Context<'_>) -> bool {
        if let (Some(moment), Some(_)) = (moment(context), context.data_opt::<Ending>()) {
            moment.lacks("File.url", "a replay hands out no files");
            return false;
        }
        self.state == State::Present && platform(context).gate.offers(Capability::LocalFiles).is_ok()
    }

    /// What lies beside it of a kind.
    fn beside(&self, kind: SidecarKind) -> impl Iterator<Item = &Sidecar> {
        self.sidecars.iter().filter(move |sidecar| sidecar.kind == kind.into())
    }
}

#[ComplexObject]
impl File {
    /// What people call it: the title that its source gives it, else its name without folders and ending.
    async fn title(&self, context: &Context<'_>) -> Result<String> {
        let found = match self.item_key {
            Some(item_id) => look_up::<DownloadOfItem>(context, item_id).await?,
            None => None,
        };
        Ok(found.and_then(|download| download.title).unwrap_or_else(|| bare_name(&self.path).to_owned()))
    }

    /// Where its bytes are fetched from, below the address of the server, with `Range`: as they are now, whatever moment is asked for.
    /// None if they were not there, and where the server hands out no files. With `?download` behind it, it is saved and not shown.
    async fn url(&self, context: &Context<'_>) -> Option<String> {
        self.is_handed_out(context).then(|| files::media(self.own_key))
    }

    /// What is said in it, by language; none where its bytes are not handed out.
    async fn subtitles(&self, context: &Context<'_>) -> Vec<Subtitles> {
        if !self.is_handed_out(context) {
            return Vec::new();
        }
        let usable =
            self.beside(SidecarKind::Subtitles).filter(|sidecar| files::is_text_track(&sidecar.path));
        let told = usable.filter_map(|sidecar| {
            let language = sidecar.language.clone()?;
            Some(Subtitles { url: files::subtitles(self.own_key, &language), language })
        });
        told.collect()
    }

    /// Where its chapters are fetched from as WebVTT, below the address of the server: they are read from the file itself by whoever
    /// fetches them, and of one that has none there are none in the answer. None where its bytes are not handed out.
    async fn chapters_url(&self, context: &Context<'_>) -> Option<String> {
        self.is_handed_out(context).then(|| files::chapters(self.own_key))
    }

    /// Where its picture is fetched from, below the address of the server, if one lies beside it.
    async fn thumbnail_url(&self, context: &Context<'_>) -> Option<String> {
        let mut pictures =
            self.beside(SidecarKind::Thumbnail).filter(|sidecar| files::is_picture(&sidecar.path));
        pictures.next().filter(|_| self.is_handed_out(context)).map(|_| files::thumbnail(self.own_key))
    }

    /// The root below which it lies.
    async fn root(&self, context: &Context<'_>) -> Result<Option<Root>> {
        Root::find(context, self.root_key).await
    }

    /// The kept file that has its place for good, if one has.
    async fn replaced_by(&self, context: &Context<'_>) -> Result<Option<File>> {
        let Some(id) = self.replaced_by_key else { return Ok(None) };
        Ok(look_up::<FileById>(context, id).await?.map(File::from))
    }

    /// The plan that put it into the trash, if it is there.
    async fn plan(&self, context: &Context<'_>) -> Result<Option<Plan>> {
        let Some(id) = self.plan_key else { return Ok(None) };
        Ok(look_up::<PlanById>(context, id).await?.map(Plan::from))
    }
}

/// The name of a file without its folders, its ending, and the id that templates put behind the title.
fn bare_name(path: &str) -> &str {
    let path = stem(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let bare = name.strip_suffix(']').and_then(|name| name.rsplit_once(" [")).map(|(bare, _)| bare);
    bare.filter(|bare| !bare.is_empty()).unwrap_or(name)
}

/// A file by its id.
pub(crate) struct FileById;

impl LookUp for FileById {
    type Key = FileId;
    type Row = FileRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<FileView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[FileId]) -> SqlResult<HashMap<FileId, FileRow>> {
        Ok(view::files_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_title_is_called_by_its_name() {
        for (path, name) in [
            ("Talks/A talk [talks-1].mp4", "A talk"),
            ("A talk.mp4", "A talk"),
            ("Talks/[talks-1].mp4", "[talks-1]"),
            ("Talks/.hidden", ".hidden"),
        ] {
            assert_eq!(bare_name(path), name, "{path}");
        }
    }
}
