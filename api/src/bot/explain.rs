use mediary_events::{
    Concern as _,
    bot::{Bot, Event},
};
use mediary_log::Recorded;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of bots.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Bot::NAME
    }

    /// There is one of each project, which nobody asks for by an id.
    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Set { bot, .. } => match bot.allow.len() {
                1 => "let one person ask by a bot".to_owned(),
                count => format!("let {count} people ask by a bot"),
            },
            Event::Removed {} => "let nobody ask by a bot any more".to_owned(),
        };
        Ok(event_of::<Bot>(recorded).map(said))
    }
}
