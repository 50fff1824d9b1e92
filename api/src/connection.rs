//! What every concern asks of its view: Relay connections over keyset pages, and one thing by its id.

use std::{fmt::Display, str::FromStr};

use async_graphql::{
    Context, Object, OutputType, Result,
    connection::{Connection, CursorType, Edge, EmptyFields},
};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    page::{Cursor, PAGE_MAX, Page, PageRequest, ParseCursorError},
};
use mediary_schema::account::Permission;

use crate::{
    error::{fault, internal, parse_id},
    scalar::{Long, Position},
    schema::read,
    session::session,
};

/// Rows of a page when nothing is said.
pub(crate) const PAGE_DEFAULT: u32 = 50;

/// What a field costs that reads everything: a request has one, however it is named.
pub(crate) const COST_OF_ALL: usize = 5_001;

/// What a page costs; one that is refused for its size costs nothing, so that it is told so.
pub(crate) const fn cost(first: Option<u32>, child: usize) -> usize {
    match first {
        Some(first) if first > PAGE_MAX => 1,
        Some(first) => 2 + first as usize * child,
        None => 2 + PAGE_DEFAULT as usize * child,
    }
}

/// What every connection says of the whole list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Total(Option<u64>);

#[Object]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl Total {
    /// How many there are in all.
    async fn total_count(&self) -> Result<Long> {
        // A page is counted for whoever asks for this, and for nobody else.
        self.0.map(Long).ok_or_else(|| internal("INTERNAL"))
    }
}

/// A page of what is asked for, as every list answers it.
pub(crate) type Nodes<Node> = Connection<Place, Node, Total, EmptyFields>;

/// A cursor as clients see it: opaque.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place(Cursor);

impl Place {
    /// The place behind so many rows of what is made for the answer, and has no keys.
    pub(crate) const fn of_number(number: i64) -> Self {
        Self(Cursor { rank: number, key: number })
    }
}

impl CursorType for Place {
    type Error = ParseCursorError;

    fn decode_cursor(text: &str) -> std::result::Result<Self, Self::Error> {
        text.parse().map(Self)
    }

    fn encode_cursor(&self) -> String {
        self.0.to_string()
    }
}

/// What part of a list is asked for. It is counted only if its `totalCount` is asked for, too.
pub(crate) fn request(context: &Context<'_>, first: Option<u32>, after: Option<&str>) -> Result<PageRequest> {
    let first = first.unwrap_or(PAGE_DEFAULT);
    if first > PAGE_MAX {
        return Err(fault(&format!("a page has at most {PAGE_MAX} rows"), "PAGE_TOO_LARGE", false));
    }
    let after = after
        .map(str::parse::<Cursor>)
        .transpose()
        .map_err(|error| fault(&error.to_string(), "BAD_CURSOR", false))?;
    let counted = context.look_ahead().field("totalCount").exists();
    Ok(PageRequest { first, after, counted })
}

/// A page as a connection of nodes.
pub(crate) fn connection<Row, Node>(page: Page<Row>, request: PageRequest) -> Nodes<Node>
where
    Node: OutputType + From<Row>,
{
    let total = Total(page.total);
    let mut connection = Connection::with_additional_fields(request.after.is_some(), page.has_next, total);
    let edges = page.rows.into_iter().map(|(cursor, row)| Edge::new(Place(cursor), Node::from(row)));
    connection.edges.extend(edges);
    connection
}

/// A view among all.
pub(crate) type Of = fn(&Views) -> &ViewHandle;

/// Answers the page of a view that is asked for.
pub(crate) async fn page<Row, Node>(
    context: &Context<'_>,
    view: Of,
    (first, after): (Option<u32>, Option<String>),
    min_position: Option<Position>,
    query: impl FnOnce(&Snapshot<'_>, PageRequest) -> SqlResult<Page<Row>> + Send + 'static,
) -> Result<Nodes<Node>>
where
    Row: Send + 'static,
    Node: OutputType + From<Row>,
{
    session(context, Permission::READ)?;
    let request = request(context, first, after.as_deref())?;
    let page = read(context, view, min_position, move |rows| query(rows, request)).await?;
    Ok(connection(page, request))
}

/// Answers what a view shows of one thing.
pub(crate) async fn one<Id, Row, Node>(
    context: &Context<'_>,
    view: Of,
    id: &str,
    min_position: Option<Position>,
    query: fn(&Snapshot<'_>, Id) -> SqlResult<Option<Row>>,
) -> Result<Option<Node>>
where
    Id: FromStr<Err: Display> + Send + 'static,
    Row: Send + 'static,
    Node: From<Row>,
{
    session(context, Permission::READ)?;
    let id: Id = parse_id(id)?;
    let row = read(context, view, min_position, move |rows| query(rows, id)).await?;
    Ok(row.map(Node::from))
}
