use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::notification::{
    Ask, Notification as Notices, State,
    ask::{AddChannel, AddRule, RemoveRule, RestoreRule, Which, WhichChannel},
};

use mediary_log::{vault::Value as Address, work};
use mediary_schema::{account::Permission, notification::Channel};

use super::{
    Notification,
    object::{
        SeverityName,
        channel::{NotificationChannel, NotificationQuietHours},
        rule::{NotificationRule, NotificationRuleInput},
    },
};
use crate::{
    asking::{self, Done, Terms, several, shown},
    delivery::Delivery,
    schema::platform,
    secret::SecretValue,
    session::session,
};

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

/// Which standard rule.
#[derive(Debug, InputObject)]
pub(crate) struct NotificationRuleRestoreInput {
    /// What it is called.
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

/// A channel, by its name.
#[derive(Debug, InputObject)]
pub(crate) struct NotificationChannelAddInput {
    /// What people call it; one of a kind.
    name: String,
    /// Its address, such as `ntfys://ntfy.sh/TOPIC`: kept as the secret `channel NAME`, and told to nobody. If it is left out, it is
    /// what that secret was set to before.
    address: Option<SecretValue>,
    /// What matters less is not sent there, unless a rule names it.
    #[graphql(default_with = "SeverityName::Warning")]
    from: SeverityName,
    /// When nothing is sent there but what is urgent.
    quiet: Option<NotificationQuietHours>,
    /// What a title becomes there: a template, in which stand `title`, `body`, `severity` and `link`; the title itself if left out.
    title: Option<String>,
    /// What a body becomes there: a template.
    body: Option<String>,
    /// Whether it takes the place of the channel of this name; otherwise that is refused.
    #[graphql(default)]
    replace: bool,
    #[graphql(flatten)]
    terms: Terms,
}

/// Which channel.
#[derive(Debug, InputObject)]
pub(crate) struct NotificationChannelInput {
    /// What people call it.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct NotificationChannelPayload {
    /// The channel as it is now; none if it was removed.
    channel: Option<NotificationChannel>,
    /// What is sent to see whether it arrives, if that was asked for; none if it can't be shown yet.
    delivery: Option<Delivery>,
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

    /// Brings a standard rule back as it was from the beginning, whether it was removed or changed since.
    async fn notification_rule_restore(
        &self,
        context: &Context<'_>,
        input: NotificationRuleRestoreInput,
    ) -> Result<NotificationRulePayload> {
        let NotificationRuleRestoreInput { name, terms } = input;
        let asked = Ask::RestoreRule(RestoreRule { name: name.clone() });
        let (told, done) = asking::ask(context, terms, asked).await?;
        let rule = told.and_then(|told| told.rule).map(|rule| NotificationRule::new(name, rule, true));
        Ok(NotificationRulePayload { rule, done })
    }

    /// Sends notices there from now on.
    async fn notification_channel_add(
        &self,
        context: &Context<'_>,
        input: NotificationChannelAddInput,
    ) -> Result<NotificationChannelPayload> {
        let NotificationChannelAddInput { name, address, from, quiet, title, body, replace, terms } = input;
        let (from, quiet) = (from.into(), quiet.map(Into::into));
        let asked = Ask::AddChannel(AddChannel { name: name.clone(), from, quiet, title, body, replace });
        let (told, done) = with_vault(context, terms, asked, address.map(|address| address.0)).await?;
        let channel = now(context, name, told.and_then(|told| told.channel)).await;
        Ok(NotificationChannelPayload { channel, delivery: None, done })
    }

    /// Sends nothing there any more, and destroys its address.
    async fn notification_channel_remove(
        &self,
        context: &Context<'_>,
        input: NotificationChannelInput,
    ) -> Result<NotificationChannelPayload> {
        let NotificationChannelInput { name, terms } = input;
        let asked = Ask::RemoveChannel(WhichChannel { name });
        let (_, done) = with_vault(context, terms, asked, None).await?;
        Ok(NotificationChannelPayload { channel: None, delivery: None, done })
    }

    /// Sends nothing there until it goes on: what would be sent is skipped, and is not made up for.
    async fn notification_channel_pause(
        &self,
        context: &Context<'_>,
        input: NotificationChannelInput,
    ) -> Result<NotificationChannelPayload> {
        let NotificationChannelInput { name, terms } = input;
        let asked = Ask::PauseChannel(WhichChannel { name: name.clone() });
        let (told, done) = asking::ask(context, terms, asked).await?;
        let channel = now(context, name, told.and_then(|told| told.channel)).await;
        Ok(NotificationChannelPayload { channel, delivery: None, done })
    }

    /// Sends notices there again that are raised from now on.
    async fn notification_channel_resume(
        &self,
        context: &Context<'_>,
        input: NotificationChannelInput,
    ) -> Result<NotificationChannelPayload> {
        let NotificationChannelInput { name, terms } = input;
        let asked = Ask::ResumeChannel(WhichChannel { name: name.clone() });
        let (told, done) = asking::ask(context, terms, asked).await?;
        let channel = now(context, name, told.and_then(|told| told.channel)).await;
        Ok(NotificationChannelPayload { channel, delivery: None, done })
    }

    /// Sends something there once, to see whether it arrives: ask the delivery how it stands.
    async fn notification_channel_test(
        &self,
        context: &Context<'_>,
        input: NotificationChannelInput,
    ) -> Result<NotificationChannelPayload> {
        let NotificationChannelInput { name, terms } = input;
        let asked = Ask::TestChannel(WhichChannel { name });
        let (told, done) = asking::ask(context, terms, asked).await?;
        let delivery = match told.and_then(|told| told.delivery_id) {
            Some(id) => shown(Delivery::find(context, id, done.position).await),
            None => None,
        };
        Ok(NotificationChannelPayload { channel: None, delivery, done })
    }
}

/// A channel as it is now.
async fn now(context: &Context<'_>, name: String, channel: Option<Channel>) -> Option<NotificationChannel> {
    let (channel, project) = (channel?, session(context, Permission::READ).ok()?.project);
    let paused = name.clone();
    let look = move |state: &State| state.paused.contains(&paused);
    let is_paused = platform(context).gate.inspect::<Notices, _>(project.uuid(), look).await.ok()?;
    Some(NotificationChannel::new(name, channel, is_paused))
}

/// Tells it with the vault; what the log says then is done there before it is answered.
async fn with_vault(
    context: &Context<'_>,
    terms: Terms,
    asked: Ask,
    address: Option<Address>,
) -> Result<(Option<work::notification::Told>, Done)> {
    let vault = platform(context).vault.clone();
    let tell_with = vault.clone();
    let (told, done) = asking::ask_beside(context, terms, asked, move |asked, story| {
        work::notification::tell_beside(asked, story, &tell_with, address.as_ref())
    })
    .await?;
    if let (Some(position), None) = (&done.position, &done.dry_run) {
        vault.reached(position.0).await;
    }
    Ok((told, done))
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
