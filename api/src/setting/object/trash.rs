use async_graphql::{Context, SimpleObject};
use mediary_schema::setting::TrashSettings;

use crate::{as_of::moment, scalar::Long, schema::platform};

/// How long what was deleted can be had back, and how much of it there may be.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct Trash {
    /// For how many days a file stays in it at least, from when it comes there. What is there stays as long as it was to stay.
    keep_days: u32,
    /// Bytes that it holds at most, of all roots together; what would make it more waits. None is no limit.
    limit_bytes: Option<Long>,
    /// Bytes that are in it; none if that can't be known now.
    used_bytes: Option<Long>,
}

impl Trash {
    /// As it is set, with what is in it.
    pub(in crate::setting) async fn of(context: &Context<'_>, settings: TrashSettings) -> Self {
        let used = match moment(context) {
            None => platform(context).queue.bytes_in_trash().await,
            Some(moment) => {
                moment.lacks("Trash.usedBytes", "how full the trash is is known of now alone");
                None
            }
        };
        let TrashSettings { keep_days, limit_bytes } = settings;
        Self { keep_days, limit_bytes: limit_bytes.map(Long), used_bytes: used.map(Long) }
    }
}
