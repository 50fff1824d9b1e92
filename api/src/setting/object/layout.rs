use std::collections::{HashMap, HashSet};

use async_graphql::{Context, Enum, ID, InputObject, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, Views,
    download::{DownloadRow, downloads_by_item},
    file::{FileView, files_by_id},
    listing::OrderField as _,
    page::PageRequest,
    playlist::{self as view, EntryField, EntryFilter, EntryRow, PlaylistRow, PlaylistView},
};
use mediary_schema::{
    FileId, ItemId, PlaylistId,
    layout::{Layout as LayoutValue, LayoutName, SidecarKind, WantedLayout, collision_key},
    playlist::PlaylistKind,
};

use crate::{connection::Part, file::SidecarName, schema::read};

/// A shape of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "LayoutName", name = "LayoutName")]
pub(crate) enum ShapeName {
    /// A folder for each list, and in it the media files alone.
    Plain,
    /// A show for each list and a season for each year, as Plex, Jellyfin and Kodi read it, with what they show beside it.
    Plex,
}

/// How files are named that are kept from now on, and what lies beside them.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Layout {
    /// The shape.
    name: ShapeName,
    /// Where a file lies below the library, without its ending.
    template: String,
    /// Whether somebody wrote that; else it is that of the shape.
    template_is_own: bool,
    /// What lies beside each file.
    sidecars: Vec<SidecarName>,
    /// Whether somebody said that; else it is what the shape has.
    sidecars_are_own: bool,
}

impl From<&LayoutValue> for Layout {
    fn from(layout: &LayoutValue) -> Self {
        Self {
            name: layout.name.into(),
            template: layout.template_text().to_owned(),
            template_is_own: layout.template.is_some(),
            sidecars: layout.sidecars().into_iter().map(Into::into).collect(),
            sidecars_are_own: layout.sidecars.is_some(),
        }
    }
}

/// How files are to be named, and what is to lie beside them. If nothing is said, it is as for others: for a list as for the library, for
/// the library as at first.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct LayoutInput {
    /// The shape; `PLAIN` if only something else is said.
    name: Option<ShapeName>,
    /// Where a file lies below the library, without its ending: `{list}/<{date} - >{title} [{id}]`, with `{list}`, `{title}`, `{id}`,
    /// `{site}`, `{uploader}`, `{date}`, `{year}`, `{month}`, `{day}` and `{season}`. What stands in `<…>` is left out if something in it is
    /// not known. As the shape has it if left out.
    template: Option<String>,
    /// What lies beside each file; what the shape has if left out.
    sidecars: Option<Vec<SidecarName>>,
}

impl From<LayoutInput> for WantedLayout {
    fn from(LayoutInput { name, template, sidecars }: LayoutInput) -> Self {
        let sidecars = sidecars.map(|kinds| kinds.into_iter().map(SidecarKind::from).collect());
        Self { name: name.map(LayoutName::from), template, sidecars }
    }
}

/// Where the file of an item would lie by a layout.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct LayoutPreview {
    /// The item.
    item_id: ID,
    /// Its file, if it is kept.
    file_id: Option<ID>,
    /// Its title, as far as known.
    title: Option<String>,
    /// Where its file lies below the library now, if it is kept.
    path: Option<String>,
    /// Where it would lie; without an ending of what is not kept, since nobody knows which it will have.
    new_path: String,
}

/// What is read for a preview.
#[derive(Debug)]
struct Rows {
    entries: Vec<EntryRow>,
    lists: HashMap<PlaylistId, PlaylistRow>,
    downloads: HashMap<ItemId, DownloadRow>,
}

/// The longest preview.
const PREVIEW_MAX: u32 = 100;

impl LayoutPreview {
    /// The first entries of a list, or those of all lists that were seen last, by a layout, else by their own or the library's.
    pub(in crate::setting) async fn of(
        context: &Context<'_>,
        playlist_id: Option<PlaylistId>,
        first: u32,
        wanted: Option<LayoutValue>,
        library: &LayoutValue,
    ) -> Result<Vec<Self>> {
        let first = first.min(PREVIEW_MAX);
        let part = Part { first: Some(first), last: None, after: None, before: None };
        let request = part.request(context, EntryField::Place.by())?;
        let rows = read(context, Views::of::<PlaylistView>, None, move |rows| {
            gather(rows, playlist_id, first, &request)
        });
        let rows = rows.await?;
        let kept: Vec<FileId> = rows.downloads.values().filter_map(|download| download.file_id).collect();
        let files = read(context, Views::of::<FileView>, None, move |rows| files_by_id(rows, &kept)).await?;
        let places: HashMap<FileId, String> = files.into_iter().map(|file| (file.id, file.path)).collect();
        Ok(rows.named(&places, wanted.as_ref(), library))
    }
}

fn gather(
    rows: &Snapshot<'_>,
    playlist_id: Option<PlaylistId>,
    first: u32,
    request: &PageRequest,
) -> SqlResult<Rows> {
    let entries = match playlist_id {
        Some(id) => view::entries(rows, id, &EntryFilter::default(), request)?
            .rows
            .into_iter()
            .map(|(_, row)| row)
            .collect(),
        None => view::newest_entries(rows, first)?,
    };
    let ids: HashSet<PlaylistId> = entries.iter().map(|entry| entry.playlist_id).collect();
    let lists = view::playlists_by_id(rows, &ids.into_iter().collect::<Vec<_>>())?;
    let items: Vec<ItemId> = entries.iter().map(|entry| entry.item_id).collect();
    let downloads = downloads_by_item(rows, &items)?;
    Ok(Rows {
        entries,
        lists: lists.into_iter().map(|list| (list.id, list)).collect(),
        // Of several wishes for an item the one that has a file.
        downloads: downloads
            .into_iter()
            .filter(|download| download.file_id.is_some())
            .map(|download| (download.item_id, download))
            .collect(),
    })
}

impl Rows {
    fn named(
        &self,
        places: &HashMap<FileId, String>,
        wanted: Option<&LayoutValue>,
        library: &LayoutValue,
    ) -> Vec<LayoutPreview> {
        let mut taken: HashMap<String, FileId> =
            places.iter().map(|(id, path)| (collision_key(path), *id)).collect();
        let mut named = HashSet::new();
        let mut previews = Vec::new();
        for entry in &self.entries {
            let list = self.lists.get(&entry.playlist_id);
            let layout = wanted.or_else(|| list.and_then(|list| list.layout.as_ref())).unwrap_or(library);
            let is_list = list.is_some_and(|list| list.kind == Some(PlaylistKind::List));
            let list = list.and_then(|list| list.title.as_deref()).filter(|_| is_list);
            let download = self.downloads.get(&entry.item_id);
            let described = download.map(|download| download.described.clone()).unwrap_or_default();
            let title = download.and_then(|download| download.title.as_deref()).or(entry.title.as_deref());
            let naming = described.naming(&entry.source, list, title, entry.published_at);
            let file_id = download.and_then(|download| download.file_id);
            let place = file_id.and_then(|id| places.get(&id));
            let ending = place.and_then(|path| path.rsplit_once('.')).map(|(_, ending)| ending);
            let is_free = |path: &String| {
                let key = collision_key(path);
                !named.contains(&key) && taken.get(&key).is_none_or(|owner| Some(*owner) == file_id)
            };
            let paths = (1..).map(|number| {
                let path = layout.path(&naming, ending.unwrap_or(UNKNOWN), number);
                if ending.is_some() { path } else { mediary_schema::layout::stem(&path).to_owned() }
            });
            let Some(new_path) = paths.take(previews.len() + places.len() + 2).find(is_free) else {
                continue;
            };
            named.insert(collision_key(&new_path));
            if let Some(id) = file_id {
                taken.insert(collision_key(&new_path), id);
            }
            previews.push(LayoutPreview {
                item_id: ID(entry.item_id.to_string()),
                file_id: file_id.filter(|_| place.is_some()).map(|id| ID(id.to_string())),
                title: title.map(str::to_owned),
                path: place.cloned(),
                new_path,
            });
        }
        previews
    }
}

/// An ending that is taken off again.
const UNKNOWN: &str = "bin";
