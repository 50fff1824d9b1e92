//! Things by what people call them, for the page and the command line alike.
//!
//! To add a kind: a [`Thing`](crate::entry::Thing) in the entry of its concern.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use mediary_projections::named::Named as Row;
use mediary_schema::account::Permission;
use uuid::Uuid;

pub(crate) use self::ResolveQuery as Query;
pub(crate) use crate::nothing::{Mutation, Subscription};
use crate::{
    choice::Choice,
    connection::TEXT_MAX,
    entry::{self, Entry, Shelf, Thing, ThingKind, ThingOf},
    error::{fault, read_fault},
    schema::read,
    session::session,
};

/// What is called by names, its concerns say.
pub(crate) const ENTRY: Entry = Entry::NOTHING;

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

/// What a search costs, in fields: a name may be looked for in every row.
const COST: usize = 200;
/// Candidates that are answered for each kind: more than these nobody reads.
const CANDIDATES_MAX: u32 = 20;
/// Fewer digits of an id are a slip of the finger, not a choice.
const DIGITS_MIN: usize = 4;
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
            let thing = entry::things().find(|thing| thing.kind == word)?;
            Some((thing, rest))
        });
        let asked: Vec<&Thing> = match kinds {
            Some(kinds) => kinds.into_iter().map(|kind| kind.0.0).collect(),
            None => entry::things().collect(),
        };
        let by_name = find(context, &asked, text).await?;
        let is_asked = |thing: &Thing| asked.iter().any(|asked| asked.kind == thing.kind);
        match said.filter(|(thing, _)| by_name.is_empty() && is_asked(thing)) {
            Some((thing, rest)) => find(context, &[thing], rest).await,
            None => Ok(by_name),
        }
    }
}

/// Things of these kinds that are called so, in the closest way in which any is.
async fn find(context: &Context<'_>, things: &[&'static Thing], text: &str) -> Result<Vec<Named>> {
    for way in ways(text) {
        let mut found = Vec::new();
        for thing in things {
            found.extend(called(context, thing, &way).await?);
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Things of a kind that are called in a way.
async fn called(context: &Context<'_>, thing: &'static Thing, way: &Way) -> Result<Vec<Named>> {
    let rows = match &thing.shelf {
        Shelf::Guarded(permission, ..) if session(context, *permission).is_err() => Vec::new(),
        Shelf::View(view, called) | Shelf::Guarded(_, view, called) => {
            let (way, called) = (way.clone(), *called);
            let rows = read(context, *view, None, move |rows| match &way {
                Way::Last => called.last(rows),
                Way::Exactly(text) => called.exactly(rows, text, CANDIDATES_MAX),
                Way::Prefix(digits) => called.by_prefix(rows, digits, CANDIDATES_MAX),
                Way::Containing(text) => called.containing(rows, text, CANDIDATES_MAX),
            });
            rows.await?
        }
        Shelf::Administered(_) if session(context, Permission::ADMINISTER).is_err() => Vec::new(),
        Shelf::Administered(all) => {
            let all = all(context).await.map_err(|refusal| read_fault(&refusal))?;
            let found = all.into_iter().filter(|(uuid, name)| way.fits(*uuid, name));
            let row = |(uuid, name)| Row { uuid, name: Some(name), address: None };
            found.take(CANDIDATES_MAX as usize).map(row).collect()
        }
    };
    let named = |Row { uuid, name, address }| Named {
        id: ID(format!("{}-{uuid}", thing.kind)),
        kind: Choice(ThingOf(thing)),
        name,
        address,
    };
    Ok(rows.into_iter().map(named).collect())
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
