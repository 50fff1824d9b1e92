//! The view of notices: the last word on each thing, and who has done what with it.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    CALLED, GroupRow, NotificationField, NotificationFilter, NotificationRow, groups, notification,
    notifications, notifications_by_id,
};
pub use view::NotificationView;
