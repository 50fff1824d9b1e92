//! Stories of notices: what follows from an event by the rules of its project, and what people do with it.

mod channel;
mod facts;
mod wording;

use mediary_events::{
    Asked as _, Concern as _,
    check::Check,
    codec,
    command::Commands,
    delivery::Delivery,
    notification::{
        Ask, Command, Notification, Rejection, State,
        ask::{AddRule, RemoveRule, RestoreRule, Which, WhichChannel},
        is_so,
    },
    reaction::Reaction,
    reservation::Reservation,
};
use mediary_schema::{
    DeliveryId, EventId, NotificationId, PrincipalId, Subject,
    account::Permission,
    bounded::cut,
    notification::{Channel, Notice, Rule, Then},
};
use serde::Serialize;
use serde_json::Value;

pub use self::channel::channels_for;
use self::wording::{one_line, render};
use crate::{
    gate::{Entry, Fanout, Gate, Refusal, Registry, Story, Transaction, decode},
    log::Recorded,
    vault::{Value as Address, Vault},
};

/// Notices, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Notification::NAME,
    events: Notification::EVENTS,
    retired: Notification::RETIRED,
    redact: codec::redacted::<Notification>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// The longest topic, in bytes.
const TOPIC_BYTES_MAX: usize = 128;

/// What says that a channel did not take a message.
const FAILED: &str = "delivery.failed";

/// What a command on notices answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Told {
    /// The notices that were named, if some were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notification_ids: Vec<NotificationId>,
    /// The rule as it is now; none if it was removed, or it was about notices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// The channel as it is now, if one was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What is sent to see whether it arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
}

/// What follows from an event by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// Something is told.
    Raise {
        /// What.
        notice: Notice,
        /// Channels that it is sent to, however little it matters.
        channels: Vec<String>,
        /// The channel that it is about, which it is not sent to.
        about_channel: Option<String>,
        /// Whether it is told once, until it is over or worse.
        is_told_once: bool,
    },
    /// What was told is over.
    Resolve {
        /// Of which thing.
        subject: Subject,
        /// What of it; none is all of it.
        topic: Option<String>,
        /// Because of which event.
        cause: EventId,
    },
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        // The rules of a project are one stream: all of them are asked of each event.
        let (project, principal) = (story.caller().project, story.caller().principal);
        match self.clone() {
            Self::Read(which) => each(story, principal, which, Mark::Read),
            Self::Dismiss(which) => each(story, principal, which, Mark::Dismissed),
            Self::AddRule(AddRule { name, rule, replace }) => {
                story.require(Permission::NOTIFY)?;
                check(story.registry(), &rule)?;
                story.require(needed(story.registry(), &rule))?;
                let added = Command::AddRule { name, rule: rule.clone(), replace };
                story.execute::<Notification>(project.uuid(), added)?;
                Ok(Told { rule: Some(rule), ..Told::default() })
            }
            Self::RemoveRule(RemoveRule { name }) => {
                story.execute::<Notification>(project.uuid(), Command::RemoveRule { name })?;
                Ok(Told::default())
            }
            Self::RestoreRule(RestoreRule { name }) => {
                let restore = Command::RestoreRule { name: name.clone() };
                story.execute::<Notification>(project.uuid(), restore)?;
                let rule = story.state::<Notification>(project.uuid())?.rule(&name).cloned();
                Ok(Told { rule, ..Told::default() })
            }
            // What is without an address is told by nobody.
            Self::AddChannel(_) => Err(Rejection::NoAddress.into()),
            Self::RemoveChannel(WhichChannel { name }) => channel::remove(story, name),
            Self::PauseChannel(WhichChannel { name }) => channel::pause(story, &name),
            Self::ResumeChannel(WhichChannel { name }) => channel::resume(story, &name),
            Self::TestChannel(WhichChannel { name }) => channel::test(story, name),
        }
    }
}

/// Tells a command of somebody who has the vault, and the address of a channel that is added, unless that was set before.
pub fn tell_beside(
    asked: &Ask,
    story: &mut Transaction<'_>,
    vault: &Vault,
    address: Option<&Address>,
) -> Result<Told, Refusal> {
    match asked {
        Ask::AddChannel(asked) => channel::add(story, asked, vault, address),
        Ask::Read(_)
        | Ask::Dismiss(_)
        | Ask::AddRule(_)
        | Ask::RemoveRule(_)
        | Ask::RestoreRule(_)
        | Ask::RemoveChannel(_)
        | Ask::PauseChannel(_)
        | Ask::ResumeChannel(_)
        | Ask::TestChannel(_) => asked.tell(story),
    }
}

/// What somebody does with notices.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Read,
    Dismissed,
}

fn each(
    story: &mut Transaction<'_>,
    principal: PrincipalId,
    which: Which,
    mark: Mark,
) -> Result<Told, Refusal> {
    let ids = which.notification_ids.map(|ids| ids.as_slice().to_vec()).unwrap_or_default();
    let (one, all) = match mark {
        Mark::Read => (Command::Read { principal }, Command::ReadAll { principal }),
        Mark::Dismissed => (Command::Dismiss { principal }, Command::DismissAll { principal }),
    };
    for id in &ids {
        story.execute::<Notification>(id.uuid(), one.clone())?;
    }
    if ids.is_empty() {
        let all_of_his = story.identities().notified(story.caller().project, principal);
        story.execute::<Notification>(all_of_his.uuid(), all)?;
    }
    Ok(Told { notification_ids: ids, ..Told::default() })
}

/// The concerns whose events may lead to notices. What notices and the places of reactions would lead to has no end; names
/// that are reserved and commands that came to nothing are said by the events beside them; and what belongs to a person is told to
/// that person alone.
pub fn sources(registry: &Registry) -> Vec<&'static str> {
    const LEFT_OUT: [&str; 4] = [Notification::NAME, Reaction::NAME, Reservation::NAME, Commands::NAME];
    let is_source = |entry: &&Entry| entry.read != Permission::OWN && !LEFT_OUT.contains(&entry.name);
    registry.entries().iter().filter(is_source).map(|entry| entry.name).collect()
}

/// Refuses a rule about what never happens, and with a template that is none.
pub fn check(registry: &Registry, rule: &Rule) -> Result<(), Refusal> {
    let refused = |reason: String| Err(Rejection::BadRule { reason }.into());
    let (concern, name) = rule.event.split_once('.').unwrap_or((&rule.event, ""));
    let is_known = registry.knows(concern, name).is_some();
    if !is_known || !sources(registry).contains(&concern) {
        return refused(format!("no event {:?} leads to notices", rule.event));
    }
    match rule.templates().find_map(|template| wording::check(template).err()) {
        Some(reason) => refused(reason),
        None => Ok(()),
    }
}

/// What somebody must be allowed who says what follows from an event: to read it.
pub fn needed(registry: &Registry, rule: &Rule) -> Permission {
    let concern = rule.event.split('.').next().unwrap_or_default();
    registry.entry(concern).map_or(Permission::ADMINISTER, |entry| entry.read)
}

/// Whether anything follows from an event; what can't be read is for whoever asks what.
pub fn is_cause(gate: &Gate, event: &Recorded) -> bool {
    let kind = event.envelope.kind();
    match rules(gate, event) {
        Ok(state) => {
            let about = |(_, rule): &(&str, &Rule)| rule.event == kind;
            let mut rules = state.in_force().filter(about).peekable();
            // Most events are nobody's: their payloads are not even read.
            let may_be = rules.peek().is_some() && !facts::is_endless(gate, event).unwrap_or(false);
            may_be
                && match facts::said(gate, event) {
                    Ok(Some(said)) => rules.any(|(_, rule)| is_so(rule, &kind, &said)),
                    Ok(None) | Err(_) => true,
                }
        }
        Err(_) => true,
    }
}

/// What follows from an event, by the rules as they were then: first what is over.
pub fn consequences(gate: &Gate, event: &Recorded) -> Result<Vec<Consequence>, Refusal> {
    let state = rules(gate, event)?;
    let mut found = Vec::new();
    if facts::is_endless(gate, event)? {
        return Ok(found);
    }
    for (name, rule) in state.rules() {
        found.extend(consequence(gate, name, rule, event)?);
    }
    found.sort_by_key(|consequence| matches!(consequence, Consequence::Raise { .. }));
    Ok(found)
}

/// What follows from an event by one rule.
pub fn consequence(
    gate: &Gate,
    name: &str,
    rule: &Rule,
    event: &Recorded,
) -> Result<Option<Consequence>, Refusal> {
    let kind = event.envelope.kind();
    // Most rules are about other events.
    let said = if rule.event == kind { facts::said(gate, event)? } else { None };
    let Some(said) = said.filter(|said| is_so(rule, &kind, said)) else { return Ok(None) };
    let Some(subject) = facts::thing(rule, event) else { return Ok(None) };
    let cause = event.envelope.id;
    let channel = said.get("channel").and_then(Value::as_str).map(str::to_owned);
    let it = facts::called(gate, &subject, event)?.unwrap_or_else(|| subject.to_string());
    let facts = facts::of(said, it, &kind);
    let topic = rule.topic.as_ref().map(|topic| cut(one_line(&render(topic, &facts)), TOPIC_BYTES_MAX));
    let topic = topic.filter(|topic| !topic.is_empty());
    Ok(Some(match &rule.then {
        Then::Resolve {} => Consequence::Resolve { subject, topic, cause },
        Then::Raise(wording) => {
            let body = wording.body.as_ref().map(|body| cut(render(body, &facts), Notice::BODY_BYTES_MAX));
            let notice = Notice {
                subject,
                topic,
                rule: name.to_owned(),
                cause,
                severity: wording.severity,
                title: cut(one_line(&render(&wording.title, &facts)), Notice::TITLE_BYTES_MAX),
                body: body.filter(|body| !body.trim().is_empty()),
            };
            let about_channel = channel.filter(|_| event.envelope.stream.category == Delivery::NAME);
            // Whoever says what is checked says where it is told.
            let named = facts.get("channels").filter(|_| event.envelope.stream.category == Check::NAME);
            let named = named.and_then(Value::as_array).into_iter().flatten();
            let named = named.filter_map(Value::as_str).map(str::to_owned);
            let channels = wording.channels.iter().cloned().chain(named).collect();
            // A channel fails with each message, and at each try.
            let is_told_once = kind == FAILED && notice.topic.is_some();
            Consequence::Raise { notice, channels, about_channel, is_told_once }
        }
    }))
}

/// Tells what follows.
pub fn tell(story: &mut Transaction<'_>, consequence: &Consequence) -> Result<(), Refusal> {
    let (project, identities) = (story.caller().project, story.identities());
    match consequence {
        Consequence::Raise { notice, channels, about_channel, is_told_once } => {
            let id = identities.notification(project, &notice.subject, notice.topic.as_deref());
            let standing = story.state::<Notification>(id.uuid())?.standing.as_ref();
            let is_told = standing.is_some_and(|standing| {
                let is_known = standing.is_open && standing.notice.severity >= notice.severity;
                standing.notice == *notice || (*is_told_once && is_known)
            });
            if is_told {
                return Ok(());
            }
            story.entail::<Notification>(id.uuid(), Command::Raise { notice: notice.clone() })?;
            channel::send(story, id, notice, channels, about_channel.as_deref())
        }
        Consequence::Resolve { subject, topic: Some(topic), cause } => {
            let id = identities.notification(project, subject, Some(topic));
            story.entail::<Notification>(id.uuid(), Command::Resolve { cause: *cause })
        }
        Consequence::Resolve { subject, topic: None, cause } => {
            let all = story.about::<Notification>(subject)?;
            all.into_iter()
                .try_for_each(|id| story.entail::<Notification>(id, Command::Resolve { cause: *cause }))
        }
    }
}

/// The rules of an event's project as of the event.
fn rules(gate: &Gate, event: &Recorded) -> Result<std::sync::Arc<State>, Refusal> {
    gate.state_at::<Notification>(event.envelope.project.uuid(), event.position())
}
