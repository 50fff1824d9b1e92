use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::watch::{Ask, ask};
use mediary_schema::watch::Which;

use super::{object::Watch, query::find};
use crate::{
    asking::{self, Done, Terms, shown},
    error::parse_id,
    profile::called,
    scalar::Long,
    transcode::ReplaceRules,
};

#[derive(Debug, Default)]
pub(crate) struct WatchMutation;

/// From where files are taken, which, and what becomes of them.
#[derive(Debug, InputObject)]
pub(crate) struct WatchAddInput {
    /// The folder by its whole path on the server's machine. It lies in a root into which others put files; for
    /// whoever configures the installation also in one where files are kept, or in none, and becomes one.
    folder: String,
    /// By which profile a file is made of each.
    profile: String,
    /// Patterns of names, as `*.mkv`, of which one has to fit; where there are none, media are taken by their endings.
    #[graphql(default)]
    names: Vec<String>,
    /// As many bytes at least.
    bytes_min: Option<Long>,
    /// As many bytes at most.
    bytes_max: Option<Long>,
    /// In how many folders within each other below it they may lie: 0 is the folder itself; all if this is left out.
    depth_max: Option<u32>,
    /// For how many seconds a file has to be as it is before it is taken.
    #[graphql(default_with = "Which::SETTLE_S")]
    settle_seconds: u32,
    /// Whether what is made gets the place of what it is made of, once it is proved, and how.
    replace: Option<ReplaceRules>,
    #[graphql(flatten)]
    terms: Terms,
}

/// Which watch.
#[derive(Debug, InputObject)]
pub(crate) struct WatchRemoveInput {
    /// The watch.
    id: ID,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct WatchPayload {
    /// The watch as it is now; none if it was removed, or can't be shown yet.
    watch: Option<Watch>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl WatchMutation {
    /// Takes files from a folder of the server once they have settled, and has one made of each. Adding the same again lends it
    /// the token of whoever does, and one that was stopped goes on.
    async fn watch_add(&self, context: &Context<'_>, input: WatchAddInput) -> Result<WatchPayload> {
        let WatchAddInput { folder, profile, names, bytes_min, bytes_max, depth_max, replace, terms, .. } =
            input;
        let bytes = |limit: Option<Long>| limit.map(|Long(bytes)| bytes);
        let (bytes_min, bytes_max) = (bytes(bytes_min), bytes(bytes_max));
        let which = Which { names, bytes_min, bytes_max, depth_max, settle_s: input.settle_seconds };
        let (profile, replace) = (called(&profile)?, replace.map(Into::into));
        payload(context, terms, Ask::Add(Box::new(ask::Add { folder, profile, which, replace }))).await
    }

    /// Takes nothing from a folder any more. What was taken stays what it is.
    async fn watch_remove(&self, context: &Context<'_>, input: WatchRemoveInput) -> Result<WatchPayload> {
        let watch_id = parse_id(&input.id)?;
        payload(context, input.terms, Ask::Remove(ask::Remove { watch_id })).await
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<WatchPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let watch = match told {
        Some(told) => shown(find(context, told.watch_id).await),
        None => None,
    };
    Ok(WatchPayload { watch, done })
}
