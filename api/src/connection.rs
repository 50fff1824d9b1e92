//! Relay connections over keyset pages.

use async_graphql::{
    Error, OutputType,
    connection::{Connection, CursorType, Edge, EmptyFields},
};
use mediary_projections::page::{Cursor, PAGE_MAX, Page, PageRequest, ParseCursorError};

use crate::{error::fault, scalar::Long};

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
#[derive(Debug, Clone, Copy, async_graphql::SimpleObject)]
pub(crate) struct Total {
    /// How many there are in all.
    pub(crate) total_count: Long,
}

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

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }

    fn encode_cursor(&self) -> String {
        self.0.to_string()
    }
}

/// What part of a list is asked for.
pub(crate) fn request(first: Option<u32>, after: Option<&str>) -> Result<PageRequest, Error> {
    let first = first.unwrap_or(PAGE_DEFAULT);
    if first > PAGE_MAX {
        return Err(fault(&format!("a page has at most {PAGE_MAX} rows"), "PAGE_TOO_LARGE", false));
    }
    let after = after
        .map(str::parse::<Cursor>)
        .transpose()
        .map_err(|error| fault(&error.to_string(), "BAD_CURSOR", false))?;
    Ok(PageRequest { first, after, counted: true })
}

/// A page as a connection of nodes.
pub(crate) fn connection<Row, Node>(
    page: Page<Row>,
    had_before: bool,
    node: impl Fn(Row) -> Node,
) -> Connection<Place, Node, Total, EmptyFields>
where
    Node: OutputType,
{
    let total = Total { total_count: Long(page.total.unwrap_or_default()) };
    let mut connection = Connection::with_additional_fields(had_before, page.has_next, total);
    connection.edges.extend(page.rows.into_iter().map(|(cursor, row)| Edge::new(Place(cursor), node(row))));
    connection
}
