//! Stories of channels: each with its address as a secret, and what is sent to it in its words.

use mediary_events::{
    notification::{Command, Notification, Rejection, State, ask::AddChannel},
    secret::{self as secrets, Secret},
};
use mediary_schema::{
    DeliveryId, NotificationId,
    account::Permission,
    bounded::cut,
    delivery::Message,
    notification::{AddressRefused, Channel, Notice, Severity, Target},
};
use serde_json::json;

use super::{
    Told,
    wording::{self, one_line, render},
};
use crate::{
    gate::{Refusal, Transaction},
    vault::{Value as Address, Vault},
    work::{delivery, secret},
};

/// The name of the secret that is a channel's address.
fn secret_of(channel: &str) -> String {
    format!("channel {channel}")
}

/// An address is a secret as a whole: the event names it, and says of it what is spoken there, and to which host. Without one, it is the
/// secret that is called as this channel's is, which somebody set before.
pub(super) fn add(
    story: &mut Transaction<'_>,
    asked: &AddChannel,
    vault: &Vault,
    address: Option<&Address>,
) -> Result<Told, Refusal> {
    story.require(Permission::NOTIFY)?;
    let refused = |reason: String| Refusal::from(Rejection::BadChannel { reason });
    let (project, secret_name) = (story.caller().project, secret_of(&asked.name));
    let secret_id = story.identities().secret(project, &secret_name);
    let kept = if address.is_none() { vault.open(secret_id)? } else { None };
    let known = address.or(kept.as_ref()).ok_or(Rejection::NoAddress)?;
    let target =
        std::str::from_utf8(known.reveal()).map_err(|_| refused("its address is no text".to_owned()))?;
    let target: Target = target.parse().map_err(|error: AddressRefused| refused(error.to_string()))?;
    let (service, host) = (target.service(), target.host());
    let AddChannel { from, quiet, title, body, .. } = asked.clone();
    let channel = Channel { service, host, secret_id, from, quiet, title, body };
    if let Some(reason) = channel.templates().find_map(|template| wording::check(template).err()) {
        return Err(refused(reason));
    }
    let command =
        Command::AddChannel { name: asked.name.clone(), channel: channel.clone(), replace: asked.replace };
    // Refused before anything is written.
    story.execute::<Notification>(project.uuid(), command)?;
    if let Some(address) = address {
        secret::set(story, &secret_name, Some((vault, address)))?;
    }
    Ok(Told { channel: Some(channel), ..Told::default() })
}

/// Its address is destroyed with it.
pub(super) fn remove(story: &mut Transaction<'_>, name: String) -> Result<Told, Refusal> {
    let project = story.caller().project;
    let secret_id = find(story, &name)?.secret_id;
    story.execute::<Notification>(project.uuid(), Command::RemoveChannel { name })?;
    let delete =
        |story: &mut Transaction<'_>| story.execute::<Secret>(secret_id.uuid(), secrets::Command::Delete);
    match story.part(delete) {
        // Somebody did it by hand.
        Ok(()) | Err(Refusal::Rejected(_)) => Ok(Told::default()),
        Err(refusal) => Err(refusal),
    }
}

/// Nothing is sent there until it goes on.
pub(super) fn pause(story: &mut Transaction<'_>, name: &str) -> Result<Told, Refusal> {
    let project = story.caller().project;
    story.execute::<Notification>(project.uuid(), Command::PauseChannel { name: name.to_owned() })?;
    Ok(Told { channel: Some(find(story, name)?), ..Told::default() })
}

/// It goes on.
pub(super) fn resume(story: &mut Transaction<'_>, name: &str) -> Result<Told, Refusal> {
    let project = story.caller().project;
    story.execute::<Notification>(project.uuid(), Command::ResumeChannel { name: name.to_owned() })?;
    Ok(Told { channel: Some(find(story, name)?), ..Told::default() })
}

pub(super) fn test(story: &mut Transaction<'_>, name: String) -> Result<Told, Refusal> {
    story.require(Permission::NOTIFY)?;
    let (channel, project) = (find(story, &name)?, story.caller().project);
    if story.state::<Notification>(project.uuid())?.paused.contains(&name) {
        return Err(Rejection::ChannelPaused { name }.into());
    }
    let command_id = story.caller().command_id;
    let id = DeliveryId::from_uuid(story.identities().made_by(DeliveryId::KIND, command_id));
    let title = format!("This is a test of the channel {name}");
    let message =
        Message { notification_id: None, severity: Severity::Urgent, title, body: None, link: None };
    delivery::queue(story, id, name, &channel, worded(&channel, message))?;
    Ok(Told { delivery_id: Some(id), ..Told::default() })
}

fn find(story: &mut Transaction<'_>, name: &str) -> Result<Channel, Refusal> {
    let project = story.caller().project;
    let found = story.state::<Notification>(project.uuid())?.channels.get(name).cloned();
    found.ok_or_else(|| Rejection::ChannelNotFound { name: name.to_owned() }.into())
}

/// The channels that a notice is for: those that it matters enough for, and those that its rule names. What a channel does not take is
/// told by the others.
pub fn channels_for<'s>(
    state: &'s State,
    notice: &Notice,
    named: &[String],
    about_channel: Option<&str>,
) -> impl Iterator<Item = (&'s str, &'s Channel)> {
    let channels = state.channels.iter().map(|(name, channel)| (name.as_str(), channel));
    channels.filter(move |(name, channel)| {
        let is_for_it = notice.severity >= channel.from || named.iter().any(|named| named == name);
        is_for_it && Some(*name) != about_channel
    })
}

/// Has a notice sent to the channels that are for it, in the same append.
pub(super) fn send(
    story: &mut Transaction<'_>,
    id: NotificationId,
    notice: &Notice,
    named: &[String],
    about_channel: Option<&str>,
) -> Result<(), Refusal> {
    let (project, identities) = (story.caller().project, story.identities());
    let state = story.state::<Notification>(project.uuid())?;
    let channels: Vec<(String, Channel)> = channels_for(state, notice, named, about_channel)
        .map(|(name, channel)| (name.to_owned(), channel.clone()))
        .collect();
    for (name, channel) in channels {
        let message = Message {
            notification_id: Some(id),
            severity: notice.severity,
            title: notice.title.clone(),
            body: notice.body.clone(),
            link: Some(notice.subject.link()),
        };
        let delivery_id = identities.delivery(notice.cause, id, &name);
        delivery::queue(story, delivery_id, name, &channel, worded(&channel, message))?;
    }
    Ok(())
}

/// A message in the words of its channel. Where a title comes to nothing, it stays what it was.
fn worded(channel: &Channel, message: Message) -> Message {
    let facts = json!({ "title": message.title, "body": message.body, "severity": message.severity.name(),
        "link": message.link });
    let title = channel.title.as_ref().map(|template| one_line(&render(template, &facts)));
    let title = title.filter(|title| !title.is_empty());
    let title = title.map_or_else(|| message.title.clone(), |title| cut(title, Notice::TITLE_BYTES_MAX));
    let body = match &channel.body {
        Some(template) => Some(cut(render(template, &facts), Notice::BODY_BYTES_MAX)),
        None => message.body.clone(),
    };
    Message { title, body: body.filter(|body| !body.trim().is_empty()), ..message }
}
