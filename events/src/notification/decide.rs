use mediary_schema::{
    NotificationId,
    account::Permission,
    is_word,
    notification::{Channel, Rule, Test},
};

use super::{Command, Event, State, standard};
use crate::{
    ANY_THING, Concern, EventKind, Subjects,
    name::{NAME_CHARS_MAX, is_name},
};

/// The kernel part `notification`.
#[derive(Debug)]
pub struct Notification;

/// Rules of one project that people made, those included that they removed: all are asked of every event.
const RULES_MAX: usize = 200;
/// Channels of one project.
const CHANNELS_MAX: usize = 50;
/// The longest word of a condition, in bytes.
const WORD_BYTES_MAX: usize = 256;
/// Words of a condition that is one of several.
const WORDS_MAX: usize = 32;

/// Why a command on notices is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Nothing is told under this id.
    #[error("there is no such notice")]
    NotFound,
    /// The name can't be told from an id, or is none.
    #[error(
        "a name has 1 to {NAME_CHARS_MAX} characters, no control characters, no space at its ends, \
         and does not begin like an id"
    )]
    BadName,
    /// Something else follows under this name.
    #[error("there is a rule called {name:?}, and it is another one")]
    RuleExists {
        /// The name.
        name: String,
    },
    /// There is no rule of this name.
    #[error("there is no rule called {name:?}")]
    RuleNotFound {
        /// The name.
        name: String,
    },
    /// Nothing of this name is there from the beginning.
    #[error("no rule called {name:?} is there from the beginning")]
    RuleNotStandard {
        /// The name.
        name: String,
    },
    /// It is no rule.
    #[error("this is no rule: {reason}")]
    BadRule {
        /// What is wrong with it.
        reason: String,
    },
    /// Something else is sent to under this name.
    #[error("there is a channel called {name:?}, and it is another one")]
    ChannelExists {
        /// The name.
        name: String,
    },
    /// There is no channel of this name.
    #[error("there is no channel called {name:?}")]
    ChannelNotFound {
        /// The name.
        name: String,
    },
    /// Nothing is sent there for now.
    #[error("the channel {name:?} is paused, and nothing is sent there")]
    ChannelPaused {
        /// The name.
        name: String,
    },
    /// It is no channel.
    #[error("this is no channel: {reason}")]
    BadChannel {
        /// What is wrong with it.
        reason: String,
    },
    /// The command came without the address, which it can't carry.
    #[error("a channel is added together with its address, which this way does not carry")]
    NoAddress,
    /// More channels than anybody reads.
    #[error("there are {CHANNELS_MAX} channels already")]
    TooManyChannels,
    /// More rules than anybody can oversee.
    #[error("there were {RULES_MAX} rules already")]
    TooManyRules,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOTIFICATION_NOT_FOUND",
            Self::BadName => "NOTIFICATION_BAD_NAME",
            Self::RuleExists { .. } => "NOTIFICATION_RULE_EXISTS",
            Self::RuleNotFound { .. } => "NOTIFICATION_RULE_NOT_FOUND",
            Self::RuleNotStandard { .. } => "NOTIFICATION_RULE_NOT_STANDARD",
            Self::BadRule { .. } => "NOTIFICATION_BAD_RULE",
            Self::TooManyRules => "NOTIFICATION_TOO_MANY_RULES",
            Self::ChannelExists { .. } => "NOTIFICATION_CHANNEL_EXISTS",
            Self::ChannelNotFound { .. } => "NOTIFICATION_CHANNEL_NOT_FOUND",
            Self::ChannelPaused { .. } => "NOTIFICATION_CHANNEL_PAUSED",
            Self::BadChannel { .. } => "NOTIFICATION_BAD_CHANNEL",
            Self::NoAddress => "NOTIFICATION_NO_ADDRESS",
            Self::TooManyChannels => "NOTIFICATION_TOO_MANY_CHANNELS",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::NotFound => "`mediary notification list` shows those that there are",
            Self::BadName => "choose another name",
            Self::RuleExists { .. } | Self::ChannelExists { .. } => {
                "choose another name, or say that it takes the place of that one"
            }
            Self::RuleNotFound { .. } => "`mediary notification rule list` shows those that there are",
            Self::RuleNotStandard { .. } => {
                "`mediary notification rule list --removed` shows those that were removed"
            }
            Self::BadRule { .. } => "`mediary notification rule add --help` has examples",
            Self::TooManyRules => "replace one that there is",
            Self::ChannelNotFound { .. } => "`mediary notification channel list` shows those that there are",
            Self::ChannelPaused { .. } => "`mediary notification channel resume NAME` lets it go on",
            Self::BadChannel { .. } => "`mediary notification channel add --help` has examples",
            Self::NoAddress => "`mediary notification channel add NAME --stdin` sends it",
            Self::TooManyChannels => "remove one",
        };
        Some(advice.to_owned())
    }
}

impl Concern for Notification {
    const NAME: &'static str = "notification";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("raised", 1, 0)
            .says("Something is told of the thing, in place of what was told of it before.")
            .about(&[ANY_THING]),
        EventKind::new("resolved", 1, 0).says("It is over."),
        EventKind::new("read", 1, 0).says("Somebody read it."),
        EventKind::new("dismissed", 1, 0).says("Somebody does not want to see it any more."),
        EventKind::new("all_read", 1, 0).says("Somebody read all that was recorded before this."),
        EventKind::new("all_dismissed", 1, 0)
            .says("Somebody does not want to see any more what was recorded before this."),
        EventKind::new("rule_added", 1, 0).says("From now on something follows from an event."),
        EventKind::new("rule_removed", 1, 0).says("It follows no more."),
        EventKind::new("rule_restored", 1, 0)
            .says("A standard rule is what it is without anybody having changed or removed it."),
        EventKind::new("channel_added", 1, 0).says("From now on notices are sent there.").about(&["secret"]),
        EventKind::new("channel_removed", 1, 0).says("Nothing is sent there any more."),
        EventKind::new("channel_paused", 1, 0)
            .says("Nothing is sent there until it goes on: what would be is skipped."),
        EventKind::new("channel_resumed", 1, 0)
            .says("Notices are sent there again, those that are raised from now on."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Raise { .. } | Command::Resolve { .. } => Permission::PERFORM,
            Command::Read { .. }
            | Command::Dismiss { .. }
            | Command::ReadAll { .. }
            | Command::DismissAll { .. } => Permission::NOTICE,
            Command::AddRule { .. }
            | Command::RemoveRule { .. }
            | Command::RestoreRule { .. }
            | Command::PauseChannel { .. }
            | Command::ResumeChannel { .. } => Permission::NOTIFY,
            Command::AddChannel { .. } | Command::RemoveChannel { .. } => Permission::SECRET,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        let standing = state.standing.as_ref();
        Ok(match (command, standing) {
            // The same word because of the same event is no other word.
            (Command::Raise { notice }, Some(standing)) if standing.notice == notice => vec![],
            (Command::Raise { notice }, _) => vec![Event::Raised { notice }],
            (Command::Resolve { cause }, Some(standing)) if standing.is_open => {
                vec![Event::Resolved { cause }]
            }
            (Command::Read { .. } | Command::Dismiss { .. }, None) => return Err(Rejection::NotFound),
            (Command::Read { principal }, Some(standing)) if standing.read.contains(&principal) => vec![],
            (Command::Read { principal }, Some(_)) => vec![Event::Read { principal }],
            (Command::Dismiss { principal }, Some(standing)) if standing.dismissed.contains(&principal) => {
                vec![]
            }
            (Command::Dismiss { principal }, Some(_)) => vec![Event::Dismissed { principal }],
            (Command::ReadAll { principal }, _) => vec![Event::AllRead { principal }],
            (Command::DismissAll { principal }, _) => vec![Event::AllDismissed { principal }],
            (Command::AddRule { name, rule, replace }, _) => return add_rule(state, name, rule, replace),
            (Command::RemoveRule { name }, _) if state.rule(&name).is_some() => {
                vec![Event::RuleRemoved { name }]
            }
            (Command::RemoveRule { name }, _) if state.rules.contains_key(&name) => vec![],
            (Command::RemoveRule { name }, _) => return Err(Rejection::RuleNotFound { name }),
            (Command::RestoreRule { name }, _) if !standard().contains_key(&name) => {
                return Err(Rejection::RuleNotStandard { name });
            }
            (Command::RestoreRule { name }, _) if state.rules.contains_key(&name) => {
                vec![Event::RuleRestored { name }]
            }
            (Command::AddChannel { name, channel, replace }, _) => {
                return add_channel(state, name, channel, replace);
            }
            (
                Command::RemoveChannel { name }
                | Command::PauseChannel { name }
                | Command::ResumeChannel { name },
                _,
            ) if !state.channels.contains_key(&name) => return Err(Rejection::ChannelNotFound { name }),
            (Command::RemoveChannel { name }, _) => vec![Event::ChannelRemoved { name }],
            (Command::PauseChannel { name }, _) if state.paused.contains(&name) => vec![],
            (Command::PauseChannel { name }, _) => vec![Event::ChannelPaused { name }],
            (Command::ResumeChannel { name }, _) if state.paused.contains(&name) => {
                vec![Event::ChannelResumed { name }]
            }
            // What was never told, or is over, is over; a rule is what it was, and a channel goes on.
            (Command::Resolve { .. } | Command::RestoreRule { .. } | Command::ResumeChannel { .. }, _) => {
                vec![]
            }
        })
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        event.subjects()
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }

    fn state_bytes(state: &State) -> usize {
        size_of_val(state) + state.rules.len() * 4 * Rule::TEMPLATE_BYTES_MAX
    }
}

fn add_rule(state: &State, name: String, rule: Rule, replace: bool) -> Result<Vec<Event>, Rejection> {
    if !is_name(&name, NotificationId::KIND) {
        return Err(Rejection::BadName);
    }
    match state.rule(&name) {
        Some(known) if *known == rule => return Ok(vec![]),
        Some(_) if !replace => return Err(Rejection::RuleExists { name }),
        Some(_) | None => {}
    }
    if !state.rules.contains_key(&name) && state.rules.len() >= RULES_MAX {
        return Err(Rejection::TooManyRules);
    }
    check(&rule).map_err(|reason| Rejection::BadRule { reason })?;
    Ok(vec![Event::RuleAdded { name, rule }])
}

fn add_channel(
    state: &State,
    name: String,
    channel: Channel,
    replace: bool,
) -> Result<Vec<Event>, Rejection> {
    if !is_name(&name, NotificationId::KIND) {
        return Err(Rejection::BadName);
    }
    match state.channels.get(&name) {
        Some(_) if !replace => return Err(Rejection::ChannelExists { name }),
        Some(known) if *known == channel => return Ok(vec![]),
        None if state.channels.len() >= CHANNELS_MAX => return Err(Rejection::TooManyChannels),
        Some(_) | None => {}
    }
    if let Some(quiet) = &channel.quiet {
        quiet.check().map_err(|reason| Rejection::BadChannel { reason })?;
    }
    if channel.templates().any(|template| template.len() > Rule::TEMPLATE_BYTES_MAX) {
        let reason = format!("a template has more than {} bytes", Rule::TEMPLATE_BYTES_MAX);
        return Err(Rejection::BadChannel { reason });
    }
    Ok(vec![Event::ChannelAdded { name, channel }])
}

/// What keeps it from being a rule, whatever its templates and its event are.
fn check(rule: &Rule) -> Result<(), String> {
    let is_event =
        rule.event.split_once('.').is_some_and(|(concern, name)| is_word(concern) && is_word(name));
    if !is_event {
        return Err(format!("{:?} is no event such as `download.failed`", rule.event));
    }
    if rule.about.as_ref().is_some_and(|kind| !is_word(kind)) {
        return Err("what it is about is a kind of thing such as `playlist`".to_owned());
    }
    if rule.when.len() > Rule::CONDITIONS_MAX {
        return Err(format!("it has more than {} conditions", Rule::CONDITIONS_MAX));
    }
    for condition in &rule.when {
        let words: &[String] = match &condition.is {
            Test::Equals(word) => std::slice::from_ref(word),
            Test::OneOf(words) => words,
            Test::Greater(_) | Test::Present(_) => &[],
        };
        if words.len() > WORDS_MAX {
            return Err(format!("a condition has more than {WORDS_MAX} words"));
        }
        let mut texts = words.iter().chain([&condition.field]);
        if condition.field.is_empty() || texts.any(|text| text.len() > WORD_BYTES_MAX) {
            return Err(format!("a field and its words have 1 to {WORD_BYTES_MAX} bytes"));
        }
    }
    if rule.templates().any(|template| template.len() > Rule::TEMPLATE_BYTES_MAX) {
        return Err(format!("a template has more than {} bytes", Rule::TEMPLATE_BYTES_MAX));
    }
    Ok(())
}
