//! Things by what people call them, for the page and the command line alike.
//!
//! To add a kind: a variant of [`ThingKind`] with its shelf.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use mediary_events::{account::Account, project::Project as Projects};
use mediary_projections::{
    ViewHandle, Views,
    named::{self, Called, Named as Row},
};
use mediary_schema::{
    DownloadId, EntryId, FileId, JobId, PlaylistId, PrincipalId, ProjectId, TokenId, account::Permission,
    project::HOME,
};
use uuid::Uuid;

use crate::{
    error::{fault, read_fault},
    schema::{platform, read},
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct ResolveQuery;

/// A thing with what people call it.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub(crate) struct Named {
    /// `<kind>-<uuid>`.
    id: ID,
    /// What it is.
    kind: ThingKind,
    /// Its title, name or path, if it has one.
    name: Option<String>,
    /// Its address, if it has one.
    address: Option<String>,
}

/// What can be called by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ThingKind {
    /// A list that is or was followed: by title or address.
    Playlist,
    /// A row of a list: by title or address.
    Entry,
    /// The keeping of an item: by title or address.
    Download,
    /// A file: by path.
    File,
    /// Long work: by its id alone.
    Job,
    /// A credential: by name.
    Token,
    /// A project: by name.
    Project,
}

/// A view, and the columns by which its rows are called.
type Shelf = (fn(&Views) -> &ViewHandle, Called);

impl ThingKind {
    const ALL: [Self; 7] =
        [Self::Playlist, Self::Entry, Self::Download, Self::File, Self::Job, Self::Token, Self::Project];

    /// What ids of it begin with.
    const fn word(self) -> &'static str {
        match self {
            Self::Playlist => PlaylistId::KIND,
            Self::Entry => EntryId::KIND,
            Self::Download => DownloadId::KIND,
            Self::File => FileId::KIND,
            Self::Job => JobId::KIND,
            Self::Token => TokenId::KIND,
            Self::Project => ProjectId::KIND,
        }
    }

    /// Where its things are found that a view shows.
    fn shelf(self) -> Option<Shelf> {
        Some(match self {
            Self::Playlist => (|views| &views.playlist, named::PLAYLIST),
            Self::Entry => (|views| &views.playlist, named::ENTRY),
            Self::Download => (|views| &views.download, named::DOWNLOAD),
            Self::File => (|views| &views.file, named::FILE),
            Self::Job => (|views| &views.job, named::JOB),
            Self::Token | Self::Project => return None,
        })
    }
}

/// What a search costs, in fields: a name may be looked for in every row.
const COST: usize = 200;
/// Candidates that are answered for each kind: more than these nobody reads.
const CANDIDATES_MAX: u32 = 20;
/// Fewer digits of an id are a slip of the finger, not a choice.
const DIGITS_MIN: usize = 4;
/// The longest text that is looked for: an address.
const TEXT_MAX: usize = 8_192;
/// What stands for the newest thing of a kind.
const LAST: &str = "@last";

/// How closely a thing is called, the closest first; what a closer one finds, a looser one is not asked for.
#[derive(Debug, Clone)]
enum Way {
    /// The newest.
    Last,
    /// By its whole name or address.
    Exactly(String),
    /// By the beginning of its id.
    Prefix(String),
    /// By a part of its name.
    Containing(String),
}

/// The ways in which a text may call something.
fn ways(text: &str) -> Vec<Way> {
    if text == LAST {
        return vec![Way::Last];
    }
    let mut ways = vec![Way::Exactly(text.to_owned())];
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    if digits.len() >= DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        ways.push(Way::Prefix(digits));
    }
    ways.push(Way::Containing(text.to_owned()));
    ways
}

impl Way {
    /// Whether something with this id and name is called so.
    fn fits(&self, uuid: Uuid, name: &str) -> bool {
        match self {
            // Nobody wants to revoke what happens to be the newest.
            Self::Last => false,
            Self::Exactly(text) => name.eq_ignore_ascii_case(text),
            Self::Prefix(digits) => uuid.simple().to_string().starts_with(&digits.to_ascii_lowercase()),
            Self::Containing(text) => name.to_lowercase().contains(&text.to_lowercase()),
        }
    }
}

#[Object]
impl ResolveQuery {
    /// What may be meant by a text: an id or its first digits, a name, title, path or address, or `@last` for the newest that a view shows.
    /// One answer is the thing, several are the candidates; the closest way in which the text fits anything decides.
    #[graphql(complexity = "COST + child_complexity")]
    async fn resolve(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it is called.")] text: String,
        #[graphql(desc = "What it may be; anything if left out.")] kinds: Option<Vec<ThingKind>>,
    ) -> Result<Vec<Named>> {
        session(context, Permission::READ)?;
        let text = text.trim();
        if text.is_empty() || text.len() > TEXT_MAX {
            return Err(fault("there is no text to look for, or too much of it", "BAD_TEXT", false));
        }
        // The word before the dash of an id says what it is.
        let said = text.split_once('-').and_then(|(word, rest)| {
            let kind = ThingKind::ALL.into_iter().find(|kind| kind.word() == word)?;
            Some((kind, rest))
        });
        let asked = kinds.unwrap_or_else(|| ThingKind::ALL.to_vec());
        let by_name = find(context, &asked, text).await?;
        match said.filter(|(kind, _)| by_name.is_empty() && asked.contains(kind)) {
            Some((kind, rest)) => find(context, &[kind], rest).await,
            None => Ok(by_name),
        }
    }
}

/// Things of these kinds that are called so, in the closest way in which any is.
async fn find(context: &Context<'_>, kinds: &[ThingKind], text: &str) -> Result<Vec<Named>> {
    for way in ways(text) {
        let mut found = Vec::new();
        for kind in kinds.iter().copied() {
            found.extend(called(context, kind, &way).await?);
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Things of a kind that are called in a way.
async fn called(context: &Context<'_>, kind: ThingKind, way: &Way) -> Result<Vec<Named>> {
    let Some((view, called)) = kind.shelf() else { return administered(context, kind, way).await };
    let way = way.clone();
    let rows = read(context, view, None, move |rows| match &way {
        Way::Last => called.last(rows),
        Way::Exactly(text) => called.exactly(rows, text, CANDIDATES_MAX),
        Way::Prefix(digits) => called.by_prefix(rows, digits, CANDIDATES_MAX),
        Way::Containing(text) => called.containing(rows, text, CANDIDATES_MAX),
    });
    let named = |Row { uuid, name, address }| Named {
        id: ID(format!("{}-{uuid}", kind.word())),
        kind,
        name,
        address,
    };
    Ok(rows.await?.into_iter().map(named).collect())
}

/// Tokens and projects that are called in a way, for whoever may see them.
async fn administered(context: &Context<'_>, kind: ThingKind, way: &Way) -> Result<Vec<Named>> {
    if session(context, Permission::ADMINISTER).is_err() {
        return Ok(Vec::new());
    }
    let gate = &platform(context).gate;
    let all: Vec<(Uuid, String)> = if kind == ThingKind::Token {
        let state = gate.state::<Account>(PrincipalId::OWNER.uuid()).await;
        let (state, now) = (state.map_err(|refusal| read_fault(&refusal))?, gate.clock().now());
        let living = state.tokens.into_iter().filter(|(_, token)| token.is_living(now));
        living.map(|(id, token)| (id.uuid(), token.name)).collect()
    } else {
        let state = gate.state::<Projects>(ProjectId::HOME.uuid()).await;
        let made = state.map_err(|refusal| read_fault(&refusal))?.projects;
        let made = made.into_iter().map(|(id, made)| (id.uuid(), made.name));
        std::iter::once((ProjectId::HOME.uuid(), HOME.to_owned())).chain(made).collect()
    };
    let found = all.into_iter().filter(|(uuid, name)| way.fits(*uuid, name));
    let named = |(uuid, name): (Uuid, String)| Named {
        id: ID(format!("{}-{uuid}", kind.word())),
        kind,
        name: Some(name),
        address: None,
    };
    Ok(found.take(CANDIDATES_MAX as usize).map(named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_tried_from_the_closest_way_to_the_loosest() {
        let names = |text| {
            let ways = ways(text).into_iter().map(|way| match way {
                Way::Last => "last",
                Way::Exactly(_) => "exactly",
                Way::Prefix(_) => "prefix",
                Way::Containing(_) => "containing",
            });
            ways.collect::<Vec<_>>()
        };
        assert_eq!(names("@last"), ["last"]);
        assert_eq!(names("0189-0a5d"), ["exactly", "prefix", "containing"]);
        assert_eq!(names("018"), ["exactly", "containing"], "three digits choose nothing");
        assert_eq!(names("Sample videos"), ["exactly", "containing"]);
    }
}
