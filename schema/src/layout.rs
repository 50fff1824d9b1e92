//! How kept files are named, and what lies beside them (DL-03).

mod name;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    name::{collision_key, stem},
    template::{Naming, PathTemplate, TemplateRefused, Variable},
};
use crate::{Timestamp, item::ItemSource};

/// A shape of a library.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LayoutName {
    /// A folder for each list, and in it the media files alone.
    #[default]
    Plain,
    /// A show for each list and a season for each year, as Plex, Jellyfin and Kodi read it, with what they show beside it.
    Plex,
}

impl LayoutName {
    /// Every shape.
    pub const ALL: [Self; 2] = [Self::Plain, Self::Plex];

    /// The name in events, in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Plex => "plex",
        }
    }

    /// The template that it has unless somebody gives another.
    pub const fn template(self) -> &'static str {
        match self {
            Self::Plain => "{list}/{title} [{id}]",
            Self::Plex => "{list}/Season {season}/{list} - <{date} - >{title} [{id}]",
        }
    }

    /// What lies beside each file unless somebody says otherwise.
    pub fn sidecars(self) -> BTreeSet<SidecarKind> {
        match self {
            Self::Plain => BTreeSet::new(),
            Self::Plex => SidecarKind::ALL.into(),
        }
    }
}

/// How files are named that are kept from now on, and what lies beside them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Layout {
    /// The shape.
    pub name: LayoutName,
    /// Where a file lies below the library, without its ending; none is that of the shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<PathTemplate>,
    /// What lies beside each file; none is what the shape has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecars: Option<BTreeSet<SidecarKind>>,
}

/// How files are to be named that are kept from now on, and what is to lie beside them, as somebody says it. If nothing is said,
/// it is as for others: for a list as for the library, for the library as at first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLayout {
    /// The shape; `plain` if only something else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<LayoutName>,
    /// Where a file lies below the library, without its ending, such as `{list}/<{date} - >{title} [{id}]`; as the shape has it if
    /// left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 500))]
    pub template: Option<String>,
    /// What lies beside each file; what the shape has if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sidecars: Option<BTreeSet<SidecarKind>>,
}

impl WantedLayout {
    /// What is wanted, if anything is said.
    pub fn read(&self) -> Result<Option<Layout>, TemplateRefused> {
        if *self == Self::default() {
            return Ok(None);
        }
        let template = self.template.as_deref().map(str::parse).transpose()?;
        Ok(Some(Layout { name: self.name.unwrap_or_default(), template, sidecars: self.sidecars.clone() }))
    }
}

impl Layout {
    /// Where a file goes, below the library. The `number`, from 2, tells apart what would have the same name.
    pub fn path(&self, naming: &Naming<'_>, ending: &str, number: u32) -> String {
        match &self.template {
            Some(template) => template.path(naming, ending, number),
            None => self.own().path(naming, ending, number),
        }
    }

    /// The template of the shape.
    fn own(&self) -> PathTemplate {
        self.name.template().parse().expect("a test reads the template of each shape")
    }

    /// Where a file lies below the library, as somebody wrote it or as the shape has it.
    pub fn template_text(&self) -> &str {
        self.template.as_ref().map_or_else(|| self.name.template(), PathTemplate::as_str)
    }

    /// What lies beside each file.
    pub fn sidecars(&self) -> BTreeSet<SidecarKind> {
        self.sidecars.clone().unwrap_or_else(|| self.name.sidecars())
    }

    /// The same without what somebody wrote.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { template: None, ..self.clone() }
    }
}

/// What may lie beside a file, made from its source: without it the file is whole (DL-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SidecarKind {
    /// What is known of it, as Kodi, Jellyfin and Plex read it.
    Nfo,
    /// Its picture.
    Thumbnail,
    /// What is said in it, in each language in which its source has that.
    Subtitles,
}

impl SidecarKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Nfo, Self::Thumbnail, Self::Subtitles];

    /// The name in events, in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nfo => "nfo",
            Self::Thumbnail => "thumbnail",
            Self::Subtitles => "subtitles",
        }
    }
}

/// A file beside a kept one: it has that one's name up to the ending, and goes wherever that one goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sidecar {
    /// What it is.
    pub kind: SidecarKind,
    /// The language, of subtitles: `en`, `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What stands in place of the ending of the file that it is beside: `.nfo`, `-thumb.jpg`, `.en.vtt`.
    pub ending: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes, 64 hex digits.
    pub blake3: String,
}

impl Sidecar {
    /// How many of them one file has at most: subtitles in more languages are left out.
    pub const MAX: usize = 40;

    /// Where it lies if the file that it is beside has this path.
    pub fn path(&self, of: &str) -> String {
        format!("{}{}", stem(of), self.ending)
    }
}

/// What was to lie beside a file, was offered by its source, and is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingSidecar {
    /// What it is.
    pub kind: SidecarKind,
    /// The language, of subtitles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Why it is not there, in one sentence.
    pub reason: String,
}

/// What a source says of an item when it is kept: by this its file is named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Described {
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploader: Option<String>,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
}

impl Described {
    /// Of a title or a name, in bytes: as much as a name of a file can say, many times over.
    const TEXT_BYTES_MAX: usize = 1_000;

    /// What a source says, no longer than an event may hold it.
    pub fn new(title: Option<String>, uploader: Option<String>, published_at: Option<Timestamp>) -> Self {
        let cut = |text: Option<String>| text.map(|text| crate::bounded::cut(text, Self::TEXT_BYTES_MAX));
        Self { title: cut(title), uploader: cut(uploader), published_at }
    }

    /// The same without words.
    #[must_use]
    pub const fn redacted(&self) -> Self {
        Self { title: None, uploader: None, published_at: self.published_at }
    }

    /// What its file is named by, with what its list says, which comes first.
    pub fn naming<'a>(
        &'a self,
        source: &'a ItemSource,
        list: Option<&'a str>,
        title: Option<&'a str>,
        published_at: Option<Timestamp>,
    ) -> Naming<'a> {
        Naming {
            list,
            title: title.or(self.title.as_deref()),
            source,
            uploader: self.uploader.as_deref(),
            published_at: published_at.or(self.published_at),
        }
    }
}

/// The season and the number in it that an episode of a show without numbers has: its year, and its month, its day and two
/// digits of its id, so that two of one day are two. None of what has no date.
pub fn episode(source: &ItemSource, published_at: Option<Timestamp>) -> (i16, Option<u32>) {
    let Some(date) = published_at.map(template::date) else { return (0, None) };
    let digest = blake3::hash(source.source_id.as_bytes());
    let tell_apart = u32::from(digest.as_bytes()[0]) % 100;
    let (month, day) = (u32::from(date.month().unsigned_abs()), u32::from(date.day().unsigned_abs()));
    (date.year(), Some((month * 100 + day) * 100 + tell_apart))
}
