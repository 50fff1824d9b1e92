pub(super) mod channel;
pub(super) mod rule;

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    notification::{self as view, GroupRow, NotificationRow, NotificationView},
};
use mediary_schema::{NotificationId, account::Permission, notification::Severity};

use crate::{
    loader::LookUp,
    scalar::{DateTime, Long, Position},
    schema::read,
    session::session,
};

/// How much it matters, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Severity", name = "Severity")]
pub(crate) enum SeverityName {
    /// Nothing is to be done.
    Info,
    /// Somebody should look at it some time.
    Warning,
    /// Something was not done that should have been.
    Error,
    /// It can't wait, not even until the morning.
    Urgent,
}

/// What is told of a thing: the last word, in place of all before.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Notification {
    /// `notification-<uuid>`.
    id: ID,
    /// The thing: `playlist-<uuid>`.
    subject_id: ID,
    /// What of it, if several things can be said of it at once.
    topic: Option<String>,
    /// By which rule it is told.
    rule: String,
    /// Because of which event: ask `why` of it.
    cause_id: ID,
    /// How much it matters.
    severity: SeverityName,
    /// In one line.
    title: String,
    /// What else is to be said.
    body: Option<String>,
    /// Where the thing is shown: a path on this server.
    link: String,
    /// When it was said last.
    raised_at: DateTime,
    /// When it was over, if it is.
    resolved_at: Option<DateTime>,
    #[graphql(skip)]
    row: NotificationRow,
}

#[ComplexObject]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl Notification {
    /// Whether whoever asks has read it since it was said last.
    async fn is_read(&self, context: &Context<'_>) -> Result<bool> {
        Ok(self.row.is_read_by(session(context, Permission::READ)?.speaks_as))
    }

    /// Whether whoever asks has dismissed it since it was said last.
    async fn is_dismissed(&self, context: &Context<'_>) -> Result<bool> {
        Ok(self.row.is_dismissed_by(session(context, Permission::READ)?.speaks_as))
    }
}

impl From<NotificationRow> for Notification {
    fn from(row: NotificationRow) -> Self {
        let of = row.clone();
        Self {
            id: ID(of.id.to_string()),
            link: of.subject.link(),
            subject_id: ID(of.subject.to_string()),
            topic: of.topic,
            rule: of.rule,
            cause_id: ID(of.cause.to_string()),
            severity: of.severity.into(),
            title: of.title,
            body: of.body,
            raised_at: DateTime(of.raised_at),
            resolved_at: of.resolved_at.map(DateTime),
            row,
        }
    }
}

impl Notification {
    pub(super) async fn find(
        context: &Context<'_>,
        id: NotificationId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let view = Views::of::<NotificationView>;
        let found = read(context, view, min_position, move |rows| view::notification(rows, id));
        Ok(found.await?.map(Self::from))
    }
}

/// What whoever asks is told by one rule, and has not dismissed.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct NotificationGroup {
    /// The rule.
    rule: String,
    /// How many of it there are that are not over.
    count: Long,
    /// What was said last.
    latest_id: ID,
    /// When.
    raised_at: DateTime,
}

impl From<GroupRow> for NotificationGroup {
    fn from(GroupRow { rule, count, latest, raised_at }: GroupRow) -> Self {
        Self { rule, count: Long(count), latest_id: ID(latest.to_string()), raised_at: DateTime(raised_at) }
    }
}

/// A notice by its id.
pub(crate) struct NotificationById;

impl LookUp for NotificationById {
    type Key = NotificationId;
    type Row = NotificationRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<NotificationView>()
    }

    fn find(
        rows: &Snapshot<'_>,
        keys: &[NotificationId],
    ) -> SqlResult<HashMap<NotificationId, NotificationRow>> {
        Ok(view::notifications_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
