use async_graphql::{Context, ID, Object, Result};
use mediary_events::setting::{Setting, State};
use mediary_schema::{ProjectId, SettingId, account::Permission, layout::WantedLayout};

use super::object::{Layout, LayoutInput, LayoutPreview, Limits, Quota, Site, Trash};
use crate::{
    error::{fault, parse_id, read_fault},
    schema::state,
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct SettingQuery;

#[Object]
impl SettingQuery {
    /// How much runs at once.
    async fn limits(&self, context: &Context<'_>) -> Result<Limits> {
        session(context, Permission::READ)?;
        Ok(Limits::from(&settings(context).await?.limits))
    }

    /// How much of whose work there may be, where that is limited, and how much of that is used up.
    async fn quotas(&self, context: &Context<'_>) -> Result<Vec<Quota>> {
        session(context, Permission::CONFIGURE)?;
        Ok(Quota::all(context, settings(context).await?.quotas).await)
    }

    /// How long what was deleted can be had back, and how much of it there may be and is.
    async fn trash(&self, context: &Context<'_>) -> Result<Trash> {
        session(context, Permission::READ)?;
        let settings = settings(context).await?.trash;
        Ok(Trash::of(context, settings).await)
    }

    /// What holds for which site, where somebody set it.
    async fn sites(&self, context: &Context<'_>) -> Result<Vec<Site>> {
        session(context, Permission::CONFIGURE)?;
        Ok(Site::all(context, settings(context).await?.sites).await)
    }

    /// How files of the library are named, and what lies beside them, where their list doesn't say otherwise.
    async fn layout(&self, context: &Context<'_>) -> Result<Layout> {
        session(context, Permission::READ)?;
        Ok(Layout::from(&settings(context).await?.layout))
    }

    /// Where files would lie by a layout, before it is set: those of the first entries of a list, or of the entries of all lists that were
    /// seen last. Names that would be the same are told apart; a plan says it of all files that are kept, and looks at the disk, too.
    #[graphql(complexity = "first as usize * 4 + first as usize * child_complexity")]
    async fn layout_preview(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The list.")] playlist_id: Option<ID>,
        #[graphql(desc = "By this one; as it is now if left out.")] layout: Option<LayoutInput>,
        #[graphql(desc = "So many, at most 100.", default = 20)] first: u32,
    ) -> Result<Vec<LayoutPreview>> {
        session(context, Permission::READ)?;
        let playlist_id = playlist_id.map(|id| parse_id(&id)).transpose()?;
        let wanted = WantedLayout::from(layout.unwrap_or_default()).read();
        let wanted = wanted.map_err(|refused| fault(&refused.to_string(), "LAYOUT_BAD_TEMPLATE", false))?;
        let library = settings(context).await?.layout;
        LayoutPreview::of(context, playlist_id, first, wanted, &library).await
    }
}

/// One installation has one machine, whosever work runs on it.
async fn settings(context: &Context<'_>) -> Result<State> {
    let id = SettingId::from_project(ProjectId::HOME).uuid();
    state::<Setting>(context, id).await.map_err(|refusal| read_fault(&refusal))
}
