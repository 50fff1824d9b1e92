use async_graphql::{Context, Result};
use mediary_log::{Direction, Filter, Read, Recorded};
use mediary_schema::account::Permission;

use super::{
    explain,
    object::Event,
    query::{EventPage, PAGE_BYTES_MAX, PAGE_MAX, blocking},
};
use crate::{
    error::{fault, log_fault},
    scalar::{DateTime, Position},
    schema::{platform, reader},
};

/// A page of what is worth knowing, from the end of the log to its front.
pub(super) async fn news(
    context: &Context<'_>,
    after: Position,
    first: u32,
    since: Option<DateTime>,
) -> Result<EventPage> {
    let reader = reader(context, Permission::READ)?;
    if first > PAGE_MAX {
        return Err(fault(&format!("a page has at most {PAGE_MAX} events"), "PAGE_TOO_LARGE", false));
    }
    let log = platform(context).gate.log().clone();
    let from = if after.0 == 0 { reader.head_position() } else { after.0 - 1 };
    let read = move || {
        let begin = since.map_or(Ok(0), |DateTime(since)| log.position_before(since))?;
        let request = Read {
            direction: Direction::Backward,
            limit: first as usize,
            bytes_max: PAGE_BYTES_MAX,
            filter: Filter::kinds(explain::news()),
            ..Read::forward(from)
        };
        let mut page = reader.read_page(&request)?;
        page.events.retain(|event| event.position() > begin && is_news(event));
        page.next_position = page.next_position.filter(|next| *next > begin);
        Ok(page)
    };
    let page = blocking(read).await?.map_err(|error| log_fault(&error))?;
    Ok(EventPage {
        events: page.events.into_iter().map(Event::read).collect(),
        next_after: page.next_position.map(|next| Position(next + 1)),
    })
}

fn is_news(event: &Recorded) -> bool {
    explain::of_concern(&event.envelope.stream.category).is_some_and(|words| words.is_news(event))
}
