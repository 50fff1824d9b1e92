use std::collections::{BTreeMap, BTreeSet};

use mediary_schema::{
    EventId, PrincipalId,
    notification::{Channel, Notice, Rule},
};

use super::{Event, standard};

/// What is told of a thing; of a project's stream, its rules and channels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// What is told; none if nothing ever was.
    pub standing: Option<Standing>,
    /// Rules that were added, by their names; none stands for one that was removed.
    pub(super) rules: BTreeMap<String, Option<Rule>>,
    /// Channels, by their names.
    pub channels: BTreeMap<String, Channel>,
    /// Channels that nothing is sent to for now, by their names.
    pub paused: BTreeSet<String>,
}

/// What is told of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The last word.
    pub notice: Notice,
    /// Whether it is not over.
    pub is_open: bool,
    /// Because of which event it is over.
    pub(super) resolved_by: Option<EventId>,
    /// Who has read it.
    pub(super) read: BTreeSet<PrincipalId>,
    /// Who does not want to see it any more.
    pub(super) dismissed: BTreeSet<PrincipalId>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event.clone() {
            Event::Raised { notice } => {
                // It is news to everybody.
                let (read, dismissed) = (BTreeSet::new(), BTreeSet::new());
                self.standing = Some(Standing { notice, is_open: true, resolved_by: None, read, dismissed });
            }
            Event::Resolved { cause } => self.change(|standing| {
                (standing.is_open, standing.resolved_by) = (false, Some(cause));
            }),
            Event::Read { principal } => self.change(|standing| {
                standing.read.insert(principal);
            }),
            Event::Dismissed { principal } => {
                self.change(|standing| {
                    standing.dismissed.insert(principal);
                });
            }
            Event::AllRead { .. } | Event::AllDismissed { .. } => {}
            Event::RuleAdded { name, rule } => {
                self.rules.insert(name, Some(rule));
            }
            Event::RuleRemoved { name } => {
                self.rules.insert(name, None);
            }
            Event::RuleRestored { name } => {
                self.rules.remove(&name);
            }
            Event::ChannelAdded { name, channel } => {
                self.channels.insert(name, channel);
            }
            Event::ChannelRemoved { name } => {
                self.channels.remove(&name);
                self.paused.remove(&name);
            }
            Event::ChannelPaused { name } => {
                self.paused.insert(name);
            }
            Event::ChannelResumed { name } => {
                self.paused.remove(&name);
            }
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Standing)) {
        if let Some(standing) = &mut self.standing {
            change(standing);
        }
    }

    /// The rules that are in force, by their names: the standard ones, with what people made of them.
    pub fn rules(&self) -> BTreeMap<&str, &Rule> {
        self.in_force().collect()
    }

    /// The same in no order: every event of a project is asked whether one is about it.
    pub fn in_force(&self) -> impl Iterator<Item = (&str, &Rule)> {
        let as_they_were = standard().iter().filter(|(name, _)| !self.rules.contains_key(*name));
        let made = self.rules.iter().filter_map(|(name, rule)| Some((name, rule.as_ref()?)));
        as_they_were.chain(made).map(|(name, rule)| (name.as_str(), rule))
    }

    /// The standard rules that were removed, by their names.
    pub fn removed(&self) -> impl Iterator<Item = (&str, &Rule)> {
        let is_removed = |name: &String| matches!(self.rules.get(name), Some(None));
        let removed = standard().iter().filter(move |(name, _)| is_removed(name));
        removed.map(|(name, rule)| (name.as_str(), rule))
    }

    /// A rule that is in force.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        match self.rules.get(name) {
            Some(made) => made.as_ref(),
            None => standard().get(name),
        }
    }
}
