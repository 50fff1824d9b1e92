use std::time::Duration;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::Rejection as _;
use mediary_projections::{
    Snapshot, Views,
    file::{self as view, FileField, FileFilter, FileView},
    listing::{Order, OrderField as _},
};
use mediary_schema::{FileId, account::Permission, capability::Capability};

use super::{
    File,
    object::{FileById, State},
};
use crate::{
    as_of::now_only,
    connection::{self, Nodes, Of, Part},
    error::{fault, parse_id, read_fault},
    loader::look_up,
    scalar::{DateTime, Position},
    schema::platform,
    server::{
        files::{self, LINK_SECONDS, LINK_SECONDS_DEFAULT, Link},
        spawn_blocking,
    },
    session::{Authenticator, session},
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<FileView>;

#[derive(Debug, Default)]
pub(crate) struct FileQuery;

/// What files can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "FileField", name = "FileOrderField")]
pub(crate) enum OrderName {
    /// When they were recorded.
    RecordedAt,
    /// When something of them changed last.
    ChangedAt,
    /// Their paths.
    Path,
}

/// Which files are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct FileFilterInput {
    /// Below this root.
    root_id: Option<ID>,
    /// That keep this item.
    item_id: Option<ID>,
    /// In this state.
    state: Option<State>,
    /// Recorded at this moment or later.
    since: Option<DateTime>,
    /// With each of these words in the path, of the last one the beginning, in whichever case and order.
    search: Option<String>,
}

impl FileFilterInput {
    fn parse(self, order: Order<FileField>) -> Result<FileFilter> {
        let Self { root_id, item_id, state, since, search } = self;
        Ok(FileFilter {
            order,
            root: root_id.map(|id| parse_id(&id)).transpose()?,
            item_id: item_id.map(|id| parse_id(&id)).transpose()?,
            state: state.map(Into::into),
            since: since.map(|moment| moment.0),
            search: connection::search(search)?,
        })
    }
}

/// An address that works without a token.
#[derive(Debug, SimpleObject)]
pub(crate) struct FileLink {
    /// The address, below that of the server. What stands behind `link=` opens what lies beside the file, too.
    url: String,
    /// When it ends.
    ends_at: DateTime,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl FileQuery {
    /// Files in the library, newest first unless said otherwise.
    #[graphql(
        complexity = "connection::cost(first, last, child_complexity) + connection::cost_of_search(filter.as_ref().and_then(|filter| filter.search.as_ref()))"
    )]
    async fn files(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<FileFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<File>> {
        let filter = filter.unwrap_or_default().parse(order(order_by))?;
        let part = (Part { first, last, after, before }, filter.order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::files(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// An address of a file that works without a token, for that file and what lies beside it alone: for whoever is given it, until
    /// it ends, as long as whoever asks for it may read the file himself. `mediary secret rotate` ends all of them.
    async fn file_link(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "For how long, from a minute to a week; a day if left out.")] for_seconds: Option<
            u32,
        >,
    ) -> Result<FileLink> {
        now_only(context, "a link is made now")?;
        let session = session(context, Permission::READ)?;
        let platform = platform(context);
        platform.gate.offers(Capability::LocalFiles).map_err(|refusal| read_fault(&refusal))?;
        let seconds = for_seconds.unwrap_or(LINK_SECONDS_DEFAULT);
        if !LINK_SECONDS.contains(&seconds) {
            let (least, most) = (LINK_SECONDS.start(), LINK_SECONDS.end());
            return Err(fault(&format!("a link works for {least} to {most} seconds"), "BAD_ARGUMENT", false));
        }
        let file_id: FileId = parse_id(&id)?;
        if look_up::<FileById>(context, file_id).await?.is_none() {
            return Err(fault("there is no such file", "FILE_NOT_FOUND", false));
        }
        let ends_at = platform.gate.clock().now().after(Duration::from_secs(u64::from(seconds)));
        let (link, vault) = (Link::new(Authenticator::lender(session), ends_at), platform.vault.clone());
        let signed = spawn_blocking(move || link.sign(&vault, file_id)).await;
        let signed = signed.map_err(|_| fault("the server is stopping", "STOPPING", true))?;
        let signed = signed.map_err(|error| fault(&error.to_string(), error.code(), false))?;
        tracing::info!(%file_id, principal = %session.speaks_as, seconds, "file.link_made");
        let url = format!("{}?link={signed}", files::media(file_id));
        Ok(FileLink { url, ends_at: DateTime(link.ends_at()) })
    }

    /// One file.
    async fn file(&self, context: &Context<'_>, id: ID) -> Result<Option<File>> {
        connection::one(context, VIEW, &id, None, view::file).await
    }
}
