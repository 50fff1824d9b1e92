use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use mediary_events::root::{Registered, Root as Roots};
use mediary_schema::{
    ProjectId,
    account::Permission,
    root::{RootId, RootKind, Standing},
};

use crate::{
    as_of::moment,
    error::read_fault,
    loader::look_up_beside,
    schema::{platform, state},
    session::session,
};

/// A folder of the server's machine below which files lie.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Root {
    /// `root-<uuid>`.
    id: ID,
    /// What it is there for.
    kind: Kind,
    /// What people call it; the library of the configuration is called `library`.
    name: String,
    /// Its whole path; only for whoever configures the installation.
    folder: Option<String>,
    /// Whether the folder is there, as far as anybody looked; unknown of the past.
    standing: RootStanding,
}

/// What a root is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "RootKind", name = "RootKind")]
pub(crate) enum Kind {
    /// Files are kept there.
    Library,
    /// Others put files there.
    Watch,
}

/// Whether the folder of a root is what was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Standing", name = "RootStanding")]
pub(crate) enum RootStanding {
    /// Nobody has looked yet.
    Unknown,
    /// It is.
    There,
    /// There is no such folder, or files were kept in it and none of them is there: none of them counts as lost for that.
    Away,
}

impl Root {
    /// A root, if it is registered; whoever else asks for one at the same time is answered with it.
    pub(crate) async fn find(context: &Context<'_>, id: RootId) -> Result<Option<Self>> {
        let read = |ids: Vec<RootId>| async {
            let all = Arc::new(state::<Roots>(context, ProjectId::HOME.uuid()).await);
            ids.into_iter().map(|id| (id, Arc::clone(&all))).collect()
        };
        let Some(all) = look_up_beside::<Self, _, _, _>(context, id, read).await else { return Ok(None) };
        let roots = &all.as_ref().as_ref().map_err(read_fault)?.roots;
        let registered = roots.iter().find(|root| root.id == id);
        Ok(registered.map(|root| Self::of(context, root.clone())))
    }

    /// Its whole path, for whoever may see it.
    pub(crate) fn whole_path(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    pub(super) fn of(context: &Context<'_>, registered: Registered) -> Self {
        let Registered { id, kind, name, folder, is_away: _ } = registered;
        let standing = match moment(context) {
            Some(moment) => {
                moment.lacks("Root.standing", "whether a folder was there is looked at, and not recorded");
                Standing::default()
            }
            None => platform(context).standings.borrow().get(&id).copied().unwrap_or_default(),
        };
        let is_told = session(context, Permission::CONFIGURE).is_ok();
        let folder = is_told.then(|| folder.to_string());
        Self { id: ID(id.to_string()), kind: kind.into(), name, folder, standing: standing.into() }
    }
}
