//! `mediary layout`: how kept files are named, and what lies beside them.

use clap::{Args, Subcommand, ValueEnum, builder::RangedU64ValueParser};
use serde_json::{Value, json};

use crate::{
    answers::setting::{Layout, LayoutPreview, layout as shown, preview_layout, set_layout},
    client::{Client, Document},
    commands::{failure::Failure, intent::Intent, named, noun::Verbs, playlist},
    output::{Output, Table, clean, fields, optional, word},
};

/// What can be done with the layout of the library; `playlist follow --layout` says another for a list.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show how files are named that are kept from now on, where their list doesn't say otherwise.
    Show,
    /// Change how files are named that are kept from now on; those that are there stay until `file rename` moves them.
    #[command(after_help = SET_HELP)]
    Set {
        /// The shape.
        #[arg(value_enum, value_name = "LAYOUT")]
        name: Shape,
        #[command(flatten)]
        own: Own,
        #[command(flatten)]
        intent: Intent,
    },
    /// Show where files would lie by a layout, before it is set: of a list, or what was seen last.
    Preview(Preview),
}

const SET_HELP: &str = "\
A template has folders with `/` between them, and no ending. In it stand {list}, {title}, {id}, {site}, {uploader}, {date}, {year},
{month}, {day} and {season}; what stands in <…> is left out if something in it is not known.

Examples:
  mediary layout set plex
  mediary layout set plain --path-template '{uploader}/<{date} - >{title} [{id}]' --sidecar thumbnail";

/// A shape of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shape {
    /// A folder for each list, and in it the media files alone.
    Plain,
    /// A show for each list and a season for each year, as Plex, Jellyfin and Kodi read it.
    Plex,
}

/// What lies beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sidecar {
    /// What is known of it, as Kodi, Jellyfin and Plex read it.
    Nfo,
    /// Its picture.
    Thumbnail,
    /// What is said in it.
    Subtitles,
}

/// What is otherwise than a shape has it.
#[derive(Debug, Default, Args)]
pub(crate) struct Own {
    /// Where a file lies below the library, without its ending, such as `{list}/<{date} - >{title} [{id}]`.
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) path_template: Option<String>,
    /// What lies beside each file; may be said several times.
    #[arg(long = "sidecar", value_enum, value_name = "KIND")]
    pub(crate) sidecars: Vec<Sidecar>,
    /// Nothing lies beside files.
    #[arg(long, conflicts_with = "sidecars")]
    pub(crate) no_sidecars: bool,
}

/// What to show.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// The list: its id or the first digits of it, its title, its address, or `@last`.
    #[arg(long, value_name = "PLAYLIST")]
    playlist: Option<String>,
    /// By this shape; as it is now if not said.
    #[arg(long, value_enum, value_name = "LAYOUT")]
    layout: Option<Shape>,
    #[command(flatten)]
    own: Own,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = RangedU64ValueParser::<u32>::new().range(1..=100))]
    limit: u32,
}

pub(crate) const SHOW: Document<shown::Answer> = Document::repeatable(include_str!("layout.graphql"));

pub(crate) const SET: Document<set_layout::Answer> = Document::repeatable(include_str!("set_layout.graphql"));

pub(crate) const PREVIEW: Document<preview_layout::Answer> =
    Document::repeatable(include_str!("preview_layout.graphql"));

impl Shape {
    /// The name in GraphQL.
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Plex => "PLEX",
        }
    }
}

impl Sidecar {
    /// The name in GraphQL.
    const fn name(self) -> &'static str {
        match self {
            Self::Nfo => "NFO",
            Self::Thumbnail => "THUMBNAIL",
            Self::Subtitles => "SUBTITLES",
        }
    }
}

impl Own {
    /// A layout as the API takes it.
    pub(crate) fn input(&self, shape: Option<Shape>) -> Value {
        let Self { path_template, sidecars, no_sidecars } = self;
        let kinds: Vec<&str> = sidecars.iter().map(|kind| kind.name()).collect();
        let sidecars = (*no_sidecars || !kinds.is_empty()).then_some(kinds);
        json!({ "name": shape.map(Shape::name), "template": path_template, "sidecars": sidecars })
    }
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let layout: Option<Layout> = match self {
            Self::Show => Some(client.ask(&SHOW, json!({})).await?),
            Self::Set { name, own, intent } => {
                let wanted = playlist::input(json!({ "layout": own.input(Some(name)) }));
                let outcome = client.meant(intent).act(&SET, wanted).await?;
                Failure::refused(outcome.user_errors)?;
                outcome.payload.layout
            }
            Self::Preview(wanted) => return preview(wanted, client, output).await,
        };
        Ok(output.show(&layout, |layout| layout.as_ref().map(text).unwrap_or_default())?)
    }
}

async fn preview(wanted: Preview, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Preview { playlist, layout, own, limit } = wanted;
    let playlist_id = match &playlist {
        Some(named) => Some(named::id(client, playlist::KIND, named).await?),
        None => None,
    };
    let asked = json!({ "playlistId": playlist_id, "layout": own.input(layout), "first": limit });
    let previews: Vec<LayoutPreview> = client.ask(&PREVIEW, asked).await?;
    Ok(output.show(&previews, |previews| table(previews))?)
}

fn table(previews: &[LayoutPreview]) -> String {
    let mut table = Table::new(&["now", "would be"]);
    for preview in previews {
        let path = preview.path.as_deref().map(clean);
        table.row([optional(path.as_deref()), clean(&preview.new_path)]);
    }
    table.text("no list has an entry; `mediary playlist follow URL` begins")
}

fn text(layout: &Layout) -> String {
    fields(&[
        ("layout", Some(word(&layout.name))),
        ("template", Some(clean(&layout.template))),
        ("beside", beside(layout)),
    ])
}

/// What lies beside each file, in words.
fn beside(layout: &Layout) -> Option<String> {
    let kinds: Vec<String> = layout.sidecars.iter().map(|kind| word(kind)).collect();
    (!kinds.is_empty()).then(|| kinds.join(", "))
}

/// A layout in a line.
pub(crate) fn line(layout: &Layout) -> String {
    let own = layout.template_is_own.then(|| clean(&layout.template));
    [word(&layout.name)].into_iter().chain(own).chain(beside(layout)).collect::<Vec<_>>().join(", ")
}
