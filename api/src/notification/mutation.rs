use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::notification::{
    Ask,
    ask::{AddRule, RemoveRule, Which},
};

use super::{
    Notification,
    object::rule::{NotificationRule, NotificationRuleInput},
};
use crate::asking::{self, Done, Terms, several, shown};

#[derive(Debug, Default)]
pub(crate) struct NotificationMutation;

/// Which notices; for whoever asks, and for nobody else.
#[derive(Debug, InputObject)]
pub(crate) struct NotificationsInput {
    /// These; all that there are by now if left out.
    ids: Option<Vec<ID>>,
    #[graphql(flatten)]
    terms: Terms,
}

/// A rule, by its name.
#[derive(Debug, InputObject)]
pub(crate) struct NotificationRuleAddInput {
    /// What people call it; one of a kind.
    name: String,
    /// What follows from what.
    rule: NotificationRuleInput,
    /// Whether it takes the place of the rule of this name; otherwise that is refused.
    #[graphql(default)]
    replace: bool,
    #[graphql(flatten)]
    terms: Terms,
}

/// Which rule.
#[derive(Debug, InputObject)]
pub(crate) struct NotificationRuleRemoveInput {
    /// What people call it.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct NotificationsPayload {
    /// The notices that were named, as they are now, as far as they can be shown.
    notifications: Vec<Notification>,
    #[graphql(flatten)]
    done: Done,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct NotificationRulePayload {
    /// The rule as it is now; none if it was removed.
    rule: Option<NotificationRule>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl NotificationMutation {
    /// Marks notices as read by whoever asks.
    async fn notification_read(
        &self,
        context: &Context<'_>,
        input: NotificationsInput,
    ) -> Result<NotificationsPayload> {
        marked(context, input, Ask::Read).await
    }

    /// Shows notices no more to whoever asks, until something new is said of their things.
    async fn notification_dismiss(
        &self,
        context: &Context<'_>,
        input: NotificationsInput,
    ) -> Result<NotificationsPayload> {
        marked(context, input, Ask::Dismiss).await
    }

    /// Has something follow from an event from now on.
    async fn notification_rule_add(
        &self,
        context: &Context<'_>,
        input: NotificationRuleAddInput,
    ) -> Result<NotificationRulePayload> {
        let NotificationRuleAddInput { name, rule, replace, terms } = input;
        let asked = Ask::AddRule(AddRule { name: name.clone(), rule: rule.read()?, replace });
        let (told, done) = asking::ask(context, terms, asked).await?;
        let rule = told.and_then(|told| told.rule).map(|rule| NotificationRule::new(name, rule, false));
        Ok(NotificationRulePayload { rule, done })
    }

    /// Has it follow no more; of a standard rule, too. What was told by it stays.
    async fn notification_rule_remove(
        &self,
        context: &Context<'_>,
        input: NotificationRuleRemoveInput,
    ) -> Result<NotificationRulePayload> {
        let NotificationRuleRemoveInput { name, terms } = input;
        let (_, done) = asking::ask(context, terms, Ask::RemoveRule(RemoveRule { name })).await?;
        Ok(NotificationRulePayload { rule: None, done })
    }
}

async fn marked(
    context: &Context<'_>,
    input: NotificationsInput,
    ask: fn(Which) -> Ask,
) -> Result<NotificationsPayload> {
    let NotificationsInput { ids, terms } = input;
    let notification_ids = ids.map(|ids| several(&ids)).transpose()?;
    let (told, done) = asking::ask(context, terms, ask(Which { notification_ids })).await?;
    let mut notifications = Vec::new();
    for id in told.map(|told| told.notification_ids).unwrap_or_default() {
        notifications.extend(shown(Notification::find(context, id, done.position).await));
    }
    Ok(NotificationsPayload { notifications, done })
}
