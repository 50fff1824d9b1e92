use async_graphql::{Context, ID, Result, SimpleObject};
use mediary_events::watch::Known;
use mediary_schema::{
    transcode::Replace,
    watch::{Watch as Schema, WatchId},
};

use crate::{root::Root, scalar::Long};

/// A folder from which files are taken that others put there; one is made of each.
#[derive(Debug, SimpleObject)]
pub(crate) struct Watch {
    /// `watch-<uuid>`.
    id: ID,
    /// The root in which the folder lies.
    root: Option<Root>,
    /// The way to it from there, with `/` between folders; empty for the root itself.
    way: String,
    /// By which profile a file is made of each.
    profile: String,
    /// Patterns of names of which one has to fit; where there are none, media are taken by their endings.
    names: Vec<String>,
    /// As many bytes at least.
    bytes_min: Option<Long>,
    /// As many bytes at most.
    bytes_max: Option<Long>,
    /// In how many folders within each other below it they may lie: 0 is the folder itself; all if there is none.
    depth_max: Option<u32>,
    /// For how many seconds a file has to be as it is before it is taken.
    settle_seconds: u32,
    /// How what is made gets the place of what it is made of; none if it lies beside that.
    replace: Option<WatchReplace>,
    /// Why nothing is taken, if that is so: whoever added it may not any more. Adding it again has it go on.
    stopped: Option<String>,
}

/// How what is made gets the place of what it is made of, which goes into the trash.
#[derive(Debug, SimpleObject)]
pub(crate) struct WatchReplace {
    /// Whether also that of a file which has other names (hard links), too.
    allow_links: bool,
}

impl Watch {
    pub(super) async fn of(context: &Context<'_>, id: WatchId, known: Known) -> Result<Self> {
        let Schema { root_id, way, profile, which, replace } = known.added.watch;
        Ok(Self {
            id: ID(id.to_string()),
            root: Root::find(context, root_id).await?,
            way,
            profile: profile.to_string(),
            names: which.names,
            bytes_min: which.bytes_min.map(Long),
            bytes_max: which.bytes_max.map(Long),
            depth_max: which.depth_max,
            settle_seconds: which.settle_s,
            replace: replace.map(|Replace { allow_links }| WatchReplace { allow_links }),
            stopped: known.stopped,
        })
    }
}
