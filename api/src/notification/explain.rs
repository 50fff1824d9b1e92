use mediary_events::{
    Concern as _,
    notification::{Event, Notification},
};
use mediary_log::Recorded;
use mediary_schema::NotificationId;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of notices.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Notification::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[NotificationId::KIND]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Raised { notice } => format!("told people by the rule {}: {}", notice.rule, notice.title),
            Event::Resolved { .. } => "told people that it is over".to_owned(),
            Event::Read { .. } => "read it".to_owned(),
            Event::Dismissed { .. } => "dismissed it".to_owned(),
            Event::AllRead { .. } => "read all notices".to_owned(),
            Event::AllDismissed { .. } => "dismissed all notices".to_owned(),
            Event::RuleAdded { name, rule } => format!("added the rule {name} about {}", rule.event),
            Event::RuleRemoved { name } => format!("removed the rule {name}"),
            Event::RuleRestored { name } => format!("brought back the standard rule {name}"),
            Event::ChannelAdded { name, channel } => {
                format!("added the channel {name}: {} at {}", channel.service.name(), channel.host)
            }
            Event::ChannelRemoved { name } => format!("removed the channel {name}, and its address"),
            Event::ChannelPaused { name } => format!("paused the channel {name}"),
            Event::ChannelResumed { name } => format!("let the channel {name} go on"),
        };
        Ok(event_of::<Notification>(recorded).map(said))
    }
}
