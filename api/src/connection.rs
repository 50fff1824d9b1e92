//! What every concern asks of its view: Relay connections over keyset pages, and one thing by its id.
//!
//! Every list is asked for in the same way: `first` with `after` from its front, `last` with `before` from its back, what it is
//! sorted by with `orderBy`, which rows with `filter`. What a row is only in this list (such as whether a thing that is gone
//! at its source is here) is said by its edge.
//!
//! To add a list: its rows, a field to sort them by and a filter in the concern's `query` below `projections`, a [`Part`] and
//! [`page`] here.

use std::{fmt::Display, str::FromStr};

use async_graphql::{
    Context, Object, ObjectType, OutputType, Result,
    connection::{
        Connection, ConnectionNameType, CursorType, DefaultConnectionName, DefaultEdgeName, Edge,
        EdgeNameType, EmptyFields,
    },
};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    listing::By,
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

/// What a page of so many rows costs; one that is refused for its size costs nothing, so that it is told so.
pub(crate) const fn cost(first: Option<u32>, last: Option<u32>, child: usize) -> usize {
    match (first, last) {
        (Some(limit), _) | (None, Some(limit)) if limit > PAGE_MAX => 1,
        (Some(limit), _) | (None, Some(limit)) => 2 + limit as usize * child,
        (None, None) => 2 + PAGE_DEFAULT as usize * child,
    }
}

/// The longest text that is looked for: an address.
pub(crate) const TEXT_MAX: usize = 8_192;

/// A text that a list is searched for.
pub(crate) fn search(text: Option<String>) -> Result<Option<String>> {
    match text {
        Some(text) if text.len() > TEXT_MAX => {
            Err(fault("there is too much text to look for", "BAD_TEXT", false))
        }
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}

/// What part of a list is asked for, as every list is asked.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) first: Option<u32>,
    pub(crate) last: Option<u32>,
    pub(crate) after: Option<String>,
    pub(crate) before: Option<String>,
}

impl Part {
    /// The same for the view of a list that is sorted so. It is counted only if its `totalCount` is asked for, too.
    pub(crate) fn request(self, context: &Context<'_>, by: By) -> Result<PageRequest> {
        let Self { first, last, after, before } = self;
        let request = match (first, last) {
            (Some(_), Some(_)) => {
                let message = "a page is taken from one end: say `first`, or `last`";
                return Err(fault(message, "BAD_PAGE", false));
            }
            (first, None) => PageRequest::front(first.unwrap_or(PAGE_DEFAULT)),
            (None, Some(last)) => PageRequest::back(last),
        };
        if request.limit > PAGE_MAX {
            return Err(fault(&format!("a page has at most {PAGE_MAX} rows"), "PAGE_TOO_LARGE", false));
        }
        let request = request.after(cursor(after)?).before(cursor(before)?);
        if let Some(cursor) = request.of_another_order(by) {
            let message =
                format!("{:?} is a cursor of the list in another order; begin anew", cursor.to_string());
            return Err(fault(&message, "BAD_CURSOR", false));
        }
        let is_counted = context.look_ahead().field("totalCount").exists();
        Ok(if is_counted { request.counted() } else { request })
    }
}

fn cursor(text: Option<String>) -> Result<Option<Cursor>> {
    let parse = |text: String| text.parse::<Cursor>();
    text.map(parse).transpose().map_err(|error| fault(&error.to_string(), "BAD_CURSOR", false))
}

/// What every connection says of the whole list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Total(Option<u64>);

impl Total {
    pub(crate) const fn of<Row>(page: &Page<Row>) -> Self {
        Self(page.total)
    }
}

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
#[derive(Debug, Clone)]
pub(crate) struct Place(Cursor);

impl CursorType for Place {
    type Error = ParseCursorError;

    fn decode_cursor(text: &str) -> std::result::Result<Self, Self::Error> {
        text.parse().map(Self)
    }

    fn encode_cursor(&self) -> String {
        self.0.to_string()
    }
}

/// A page as a connection of nodes.
pub(crate) fn connection<Row, Node>(page: Page<Row>) -> Nodes<Node>
where
    Node: OutputType + From<Row>,
{
    let total = Total::of(&page);
    edges::<_, _, _, _, DefaultConnectionName, DefaultEdgeName>(page, total, |row| {
        (Node::from(row), EmptyFields)
    })
}

/// A page as a connection whose edges say more than a cursor, and which says something of the whole.
pub(crate) fn edges<Row, Node, Whole, OfEdge, Name, EdgeName>(
    page: Page<Row>,
    whole: Whole,
    edge: impl Fn(Row) -> (Node, OfEdge),
) -> Connection<Place, Node, Whole, OfEdge, Name, EdgeName>
where
    Node: OutputType,
    Whole: ObjectType,
    OfEdge: ObjectType,
    Name: ConnectionNameType,
    EdgeName: EdgeNameType,
{
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, whole);
    connection.edges.extend(page.rows.into_iter().map(|(cursor, row)| {
        let (node, of_edge) = edge(row);
        Edge::with_additional_fields(Place(cursor), node, of_edge)
    }));
    connection
}

/// A view among all.
pub(crate) type Of = fn(&Views) -> &ViewHandle;

/// Answers the page of a view that is asked for.
pub(crate) async fn page<Row, Node>(
    context: &Context<'_>,
    view: Of,
    (part, by): (Part, By),
    min_position: Option<Position>,
    query: impl FnOnce(&Snapshot<'_>, &PageRequest) -> SqlResult<Page<Row>> + Send + 'static,
) -> Result<Nodes<Node>>
where
    Row: Send + 'static,
    Node: OutputType + From<Row>,
{
    session(context, Permission::READ)?;
    let request = part.request(context, by)?;
    let page = read(context, view, min_position, move |rows| query(rows, &request)).await?;
    Ok(connection(page))
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
