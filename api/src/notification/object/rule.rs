//! Rules as GraphQL has them, both ways.

use std::collections::VecDeque;

use async_graphql::{ID, InputObject, OneofObject, Result, SimpleObject};
use mediary_schema::notification::{Condition, Rule, Test, Then, Wording};

use super::SeverityName;
use crate::{
    error::fault,
    scalar::{DateTime, Long, Position},
};

/// What follows from an event.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct NotificationRuleInput {
    /// The stored name of the event, such as `download.failed`.
    event: String,
    /// What must be so of it; all of it.
    #[graphql(default)]
    when: Vec<ConditionInput>,
    /// Of which thing it is told, by its kind, such as `playlist`, if that is another one than the one that it happened to; of an event
    /// that names no thing of that kind nothing follows.
    about: Option<String>,
    /// What of the thing it is about, if several things can be said of it at once: a template.
    topic: Option<String>,
    /// What follows.
    then: ThenInput,
}

/// What must be so of an event.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct ConditionInput {
    /// Which field of its payload; a dot leads into one: `failure.class`.
    field: String,
    /// What that must be.
    is: TestInput,
}

/// What a field must be. Texts, numbers and yes or no are compared as they are written in JSON, texts without their quotes.
#[derive(Debug, Clone, OneofObject)]
pub(crate) enum TestInput {
    /// This.
    Equals(String),
    /// One of these.
    OneOf(Vec<String>),
    /// A number that is greater than this one.
    Greater(Long),
    /// There at all, whatever it is: neither left out nor null. Or, if false, not there.
    Present(bool),
}

/// What follows from an event.
#[derive(Debug, Clone, OneofObject)]
pub(crate) enum ThenInput {
    /// Something is told of the thing, in place of what was told of it before.
    Raise(WordingInput),
    /// What was told of the thing is over: all of it, or that of the topic. `true` is all that can be said.
    Resolve(bool),
}

/// What is told: templates, in which stand `it` (what the thing is called), `event` and the fields of the payload.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct WordingInput {
    /// How much it matters.
    #[graphql(default_with = "SeverityName::Info")]
    severity: SeverityName,
    /// In one line.
    title: String,
    /// What else is to be said.
    body: Option<String>,
    /// Channels that it is sent to, however little it matters.
    #[graphql(default)]
    channels: Vec<String>,
}

impl NotificationRuleInput {
    pub(in crate::notification) fn read(self) -> Result<Rule> {
        let Self { event, when, about, topic, then } = self;
        let then = match then {
            ThenInput::Raise(WordingInput { severity, title, body, channels }) => {
                Then::Raise(Wording { severity: severity.into(), title, body, channels })
            }
            ThenInput::Resolve(true) => Then::Resolve {},
            ThenInput::Resolve(false) => {
                return Err(fault("`resolve: false` says nothing", "BAD_RULE", false));
            }
        };
        let when = when.into_iter().map(|ConditionInput { field, is }| {
            let is = match is {
                TestInput::Equals(text) => Test::Equals(text),
                TestInput::OneOf(texts) => Test::OneOf(texts),
                TestInput::Greater(Long(bound)) => Test::Greater(bound),
                TestInput::Present(wanted) => Test::Present(wanted),
            };
            Condition { field, is }
        });
        Ok(Rule { event, when: when.collect(), about, topic, then })
    }
}

/// What follows from an event by a rule.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct NotificationRule {
    /// What people call it.
    name: String,
    /// Whether it is there without anybody having added it.
    is_standard: bool,
    /// The stored name of the event.
    event: String,
    /// What must be so of it; all of it.
    when: Vec<NotificationCondition>,
    /// Of which thing it is told, by its kind, if that is another one than the one that it happened to.
    about: Option<String>,
    /// What of the thing it is about: a template.
    topic: Option<String>,
    /// Whether it says that something is over; otherwise it tells something.
    resolves: bool,
    /// How much it matters; none if it tells nothing.
    severity: Option<SeverityName>,
    /// In one line: a template.
    title: Option<String>,
    /// What else is to be said: a template.
    body: Option<String>,
    /// Channels that it is sent to, however little it matters.
    channels: Vec<String>,
}

/// What must be so of an event.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct NotificationCondition {
    /// Which field of its payload.
    field: String,
    /// One of these; empty if something else must be so of it.
    one_of: Vec<String>,
    /// A number that is greater than this one.
    greater: Option<Long>,
    /// Whether it must be there at all, or must not.
    present: Option<bool>,
}

impl NotificationRule {
    pub(in crate::notification) fn new(name: String, rule: Rule, is_standard: bool) -> Self {
        let Rule { event, when, about, topic, then } = rule;
        let (resolves, severity, title, body, channels) = match then {
            Then::Resolve {} => (true, None, None, None, Vec::new()),
            Then::Raise(Wording { severity, title, body, channels }) => {
                (false, Some(SeverityName::from(severity)), Some(title), body, channels)
            }
        };
        let when = when.into_iter().map(NotificationCondition::from).collect();
        Self { name, is_standard, event, when, about, topic, resolves, severity, title, body, channels }
    }
}

impl From<Condition> for NotificationCondition {
    fn from(Condition { field, is }: Condition) -> Self {
        let nothing = Self { field, one_of: Vec::new(), greater: None, present: None };
        match is {
            Test::Equals(text) => Self { one_of: vec![text], ..nothing },
            Test::OneOf(texts) => Self { one_of: texts, ..nothing },
            Test::Greater(bound) => Self { greater: Some(Long(bound)), ..nothing },
            Test::Present(wanted) => Self { present: Some(wanted), ..nothing },
        }
    }
}

/// What a rule would have told of what is recorded.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct NotificationBacktest {
    /// How many of its events are recorded, as far as they were looked at.
    event_count: Long,
    /// How many of them it would have told something of.
    raised_count: Long,
    /// How many of them would have said that something is over.
    resolved_count: Long,
    /// Whether all of them were looked at.
    is_whole: bool,
    /// What it would have told last, the last one first; at most 50.
    latest: Vec<NotificationBacktested>,
}

/// What a rule would have told.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct NotificationBacktested {
    /// The thing.
    pub(in crate::notification) subject_id: ID,
    /// What of it.
    pub(in crate::notification) topic: Option<String>,
    /// How much it matters.
    pub(in crate::notification) severity: SeverityName,
    /// In one line.
    pub(in crate::notification) title: String,
    /// What else is to be said.
    pub(in crate::notification) body: Option<String>,
    /// The channels that it would be sent to, as they are now, however quiet it was there.
    pub(in crate::notification) channels: Vec<String>,
    /// The position of its event.
    pub(in crate::notification) position: Position,
    /// When that was recorded.
    pub(in crate::notification) at: DateTime,
}

/// What is counted on the way.
#[derive(Debug, Default)]
pub(in crate::notification) struct Tested {
    pub(in crate::notification) events: u64,
    pub(in crate::notification) raised: u64,
    pub(in crate::notification) resolved: u64,
    pub(in crate::notification) is_whole: bool,
    pub(in crate::notification) latest: VecDeque<NotificationBacktested>,
}

impl From<Tested> for NotificationBacktest {
    fn from(Tested { events, raised, resolved, is_whole, latest }: Tested) -> Self {
        Self {
            event_count: Long(events),
            raised_count: Long(raised),
            resolved_count: Long(resolved),
            is_whole,
            latest: latest.into_iter().collect(),
        }
    }
}

impl Tested {
    /// How many are told one by one.
    const TOLD: usize = 50;

    pub(in crate::notification) fn tell(&mut self, told: NotificationBacktested) {
        self.raised += 1;
        self.latest.push_front(told);
        self.latest.truncate(Self::TOLD);
    }
}
