//! Where a file lies, as a text with places for what is known of it: the same where it is typed, stored and shown.

use std::{fmt, str::FromStr};

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::name::{COMPONENT_BYTES_MAX, component, ending, first};
use crate::{Timestamp, item::ItemSource};

/// The most bytes of a title, of a list's or of a name.
const TEXT_BYTES_MAX: usize = 170;
/// The longest id in bytes.
const ID_BYTES_MAX: usize = 48;
/// What stands between the places, in a name: as much again is left for what is known.
const LITERAL_BYTES_MAX: usize = 100;
/// What a name keeps of a text of which there is too much.
const KEPT_BYTES_MIN: usize = 16;

/// Where a file lies below the library, without its ending: `{list}/<{date} - >{title} [{id}]`. What stands in `<…>` is left out if
/// something in it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathTemplate {
    text: String,
    names: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place(Variable),
    Section(Vec<Self>),
}

/// What can stand in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// The title of the list; `Unlisted` of single items.
    List,
    /// The title; the id if there is none.
    Title,
    /// The id at its source.
    Id,
    /// The name of its site.
    Site,
    /// Who published it.
    Uploader,
    /// The day it was published, in UTC: `2025-11-28`.
    Date,
    /// The year of it.
    Year,
    /// The month of it, in two digits.
    Month,
    /// The day of the month, in two digits.
    Day,
    /// The year of it; `00` if that is not known, where players look for specials.
    Season,
}

/// What is known of an item when its file is named.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// The title of its list, if it is of one.
    pub list: Option<&'a str>,
    /// The title.
    pub title: Option<&'a str>,
    /// Where it is to be had.
    pub source: &'a ItemSource,
    /// Who published it.
    pub uploader: Option<&'a str>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateRefused {
    /// Longer than anybody reads, or deeper than anybody goes.
    #[error(
        "a template has at most {} bytes and {} folders",
        PathTemplate::BYTES_MAX,
        PathTemplate::DEPTH_MAX
    )]
    TooLong,
    /// What stands between the places leaves no room for what is known.
    #[error(
        "{name:?} is too long: a name of a template has at most {LITERAL_BYTES_MAX} bytes beside its variables"
    )]
    NameTooLong {
        /// The name.
        name: String,
    },
    /// Nothing is known under that name.
    #[error("there is no {{{name}}}; there are {}", Variable::known())]
    Unknown {
        /// What stands in the braces.
        name: String,
    },
    /// A brace or an angle has no counterpart, or stands in one of its kind.
    #[error("a {letter:?} has no counterpart")]
    Unclosed {
        /// Which.
        letter: char,
    },
    /// A name that would be none, would be hidden or would lead elsewhere.
    #[error("{name:?} can't be a name in a path below the library")]
    NoName {
        /// The name.
        name: String,
    },
    /// A letter that some file system doesn't take.
    #[error("{letter:?} can't stand in a name on every file system")]
    Letter {
        /// Which.
        letter: char,
    },
    /// All files would have one name.
    #[error("the name of a file needs {{title}} or {{id}}")]
    Same,
}

impl TemplateRefused {
    /// What can be done about it.
    pub const ADVICE: &'static str = "such as `{list}/Season {season}/<{date} - >{title} [{id}]`: folders with `/` between them, without the \
        ending; what stands in `<…>` is left out if something in it isn't known";
}

impl Variable {
    /// Each of them.
    pub const ALL: [Self; 10] = [
        Self::List,
        Self::Title,
        Self::Id,
        Self::Site,
        Self::Uploader,
        Self::Date,
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Season,
    ];

    /// What stands in the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Title => "title",
            Self::Id => "id",
            Self::Site => "site",
            Self::Uploader => "uploader",
            Self::Date => "date",
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Season => "season",
        }
    }

    fn known() -> String {
        Self::ALL.map(|variable| format!("{{{}}}", variable.name())).join(", ")
    }

    /// Whether less of it may do where there is too much.
    const fn can_be_cut(self) -> bool {
        matches!(self, Self::List | Self::Title | Self::Uploader)
    }

    fn is_known(self, naming: &Naming<'_>) -> bool {
        match self {
            Self::List => naming.list.is_some(),
            Self::Title => naming.title.is_some(),
            Self::Id | Self::Site => true,
            Self::Uploader => naming.uploader.is_some(),
            Self::Date | Self::Year | Self::Month | Self::Day | Self::Season => naming.published_at.is_some(),
        }
    }

    /// What is known, as it can stand in a name.
    fn value(self, naming: &Naming<'_>) -> String {
        let day = naming.published_at.map(date);
        let digits = |number: Option<i8>| format!("{:02}", number.unwrap_or_default());
        let text =
            |text: Option<&str>, otherwise: &str| first(component(text.unwrap_or(otherwise), TEXT_BYTES_MAX));
        match self {
            Self::List => text(naming.list, "Unlisted"),
            Self::Title => text(naming.title, &naming.source.source_id),
            Self::Id => component(&naming.source.source_id, ID_BYTES_MAX),
            Self::Site => component(&naming.source.extractor, ID_BYTES_MAX),
            Self::Uploader => text(naming.uploader, "Unknown"),
            Self::Date => day.map_or_else(|| "0000-00-00".to_owned(), |day| day.to_string()),
            Self::Year => format!("{:04}", day.map_or(0, Date::year)),
            Self::Month => digits(day.map(Date::month)),
            Self::Day => digits(day.map(Date::day)),
            Self::Season => day.map_or_else(|| "00".to_owned(), |day| day.year().to_string()),
        }
    }
}

/// The day of a moment, in UTC.
pub(super) fn date(moment: Timestamp) -> Date {
    let moment =
        jiff::Timestamp::from_microsecond(moment.as_micros()).expect("a moment is within the calendar");
    moment.to_zoned(TimeZone::UTC).date()
}

impl PathTemplate {
    /// The longest one in bytes.
    pub const BYTES_MAX: usize = 500;
    /// How many folders it goes down at most.
    pub const DEPTH_MAX: usize = 8;

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where a file goes, below the library. Safe on every common file system, whatever is known of it: composed Unicode, no
    /// separators or reserved letters and names, bounded length, and never outside.
    pub(super) fn path(&self, naming: &Naming<'_>, ending_text: &str, number: u32) -> String {
        let names: Vec<String> = self.names.iter().map(|pieces| name(pieces, naming)).collect();
        let (path, ending) = (names.join("/"), ending(ending_text));
        if number < 2 { format!("{path}.{ending}") } else { format!("{path} ({number}).{ending}") }
    }
}

/// One name of a path. Of a text of which there is too much, the longest is cut first.
fn name(pieces: &[Piece], naming: &Naming<'_>) -> String {
    let mut parts = Vec::new();
    gather(pieces, naming, &mut parts);
    loop {
        let excess =
            parts.iter().map(|(text, _)| text.len()).sum::<usize>().saturating_sub(COMPONENT_BYTES_MAX);
        let longest =
            parts.iter_mut().filter(|(text, can_be_cut)| *can_be_cut && text.len() > KEPT_BYTES_MIN);
        let Some((text, _)) = longest.max_by_key(|(text, _)| text.len()).filter(|_| excess > 0) else {
            break;
        };
        let kept = text.floor_char_boundary(text.len().saturating_sub(excess).max(KEPT_BYTES_MIN));
        text.truncate(kept);
    }
    let joined: String = parts.into_iter().map(|(text, _)| text).collect();
    first(component(&joined, COMPONENT_BYTES_MAX))
}

/// What stands in a name, each with whether it may be cut.
fn gather(pieces: &[Piece], naming: &Naming<'_>, parts: &mut Vec<(String, bool)>) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => parts.push((text.clone(), false)),
            Piece::Place(variable) => parts.push((variable.value(naming), variable.can_be_cut())),
            Piece::Section(within) if places(within).all(|place| place.is_known(naming)) => {
                gather(within, naming, parts);
            }
            Piece::Section(_) => {}
        }
    }
}

/// What stands in braces, sections included.
fn places(pieces: &[Piece]) -> impl Iterator<Item = Variable> {
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(_) => {}
            Piece::Place(variable) => found.push(*variable),
            Piece::Section(within) => found.extend(places(within)),
        }
    }
    found.into_iter()
}

fn text_of(pieces: &[Piece]) -> String {
    let own = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Place(_) => String::new(),
        Piece::Section(within) => text_of(within),
    });
    own.collect()
}

impl FromStr for PathTemplate {
    type Err = TemplateRefused;

    fn from_str(text: &str) -> Result<Self, TemplateRefused> {
        let names: Vec<&str> = text.split('/').collect();
        if text.len() > Self::BYTES_MAX || names.len() > Self::DEPTH_MAX + 1 {
            return Err(TemplateRefused::TooLong);
        }
        let names = names.into_iter().map(read_name).collect::<Result<Vec<_>, _>>()?;
        // What stands in a section may be left out.
        let is_own = |piece: &Piece| matches!(piece, Piece::Place(Variable::Title | Variable::Id));
        if !names.last().is_some_and(|pieces| pieces.iter().any(is_own)) {
            return Err(TemplateRefused::Same);
        }
        Ok(Self { text: text.to_owned(), names })
    }
}

fn read_name(text: &str) -> Result<Vec<Piece>, TemplateRefused> {
    let pieces = read(text, false)?;
    let own = text_of(&pieces);
    if own.len() > LITERAL_BYTES_MAX {
        return Err(TemplateRefused::NameTooLong { name: text.to_owned() });
    }
    let says_nothing = !pieces.iter().any(|piece| matches!(piece, Piece::Place(_))) && own.trim().is_empty();
    if says_nothing || text.starts_with(['.', ' ']) || text.ends_with(['.', ' ']) {
        return Err(TemplateRefused::NoName { name: text.to_owned() });
    }
    Ok(pieces)
}

fn read(text: &str, within_section: bool) -> Result<Vec<Piece>, TemplateRefused> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some(letter) = rest.chars().next() {
        let unclosed = TemplateRefused::Unclosed { letter };
        match letter {
            '{' => {
                let (name, behind) = rest[1..].split_once('}').ok_or(unclosed)?;
                let known = Variable::ALL.into_iter().find(|variable| variable.name() == name);
                let unknown = || TemplateRefused::Unknown { name: name.to_owned() };
                pieces.push(Piece::Place(known.ok_or_else(unknown)?));
                rest = behind;
            }
            '<' if !within_section => {
                let (section, behind) = rest[1..].split_once('>').ok_or(unclosed)?;
                pieces.push(Piece::Section(read(section, true)?));
                rest = behind;
            }
            '}' | '<' | '>' => return Err(unclosed),
            ':' | '"' | '|' | '?' | '*' | '\\' => return Err(TemplateRefused::Letter { letter }),
            letter if letter.is_control() => return Err(TemplateRefused::Letter { letter }),
            _ => {
                let end =
                    rest.find(['{', '}', '<', '>', ':', '"', '|', '?', '*', '\\']).unwrap_or(rest.len());
                let end = rest[..end].find(char::is_control).unwrap_or(end);
                pieces.push(Piece::Text(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
    }
    Ok(pieces)
}

impl TryFrom<String> for PathTemplate {
    type Error = TemplateRefused;

    fn try_from(text: String) -> Result<Self, TemplateRefused> {
        text.parse()
    }
}

impl From<PathTemplate> for String {
    fn from(template: PathTemplate) -> Self {
        template.text
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
