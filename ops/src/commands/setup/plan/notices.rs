//! What of a file is told, where it is sent, and how sites and people are reached.

use serde_json::json;

use super::{
    super::{
        apply::Command,
        document::{Section, Setup},
        here::standard_rules,
        row::Change,
    },
    Making, compared,
};
use crate::commands::failure::Failure;

impl Making<'_> {
    pub(super) async fn channels(&mut self, setup: &Setup) -> Result<(), Failure> {
        for (name, said) in &setup.channels {
            let said = said.clone().whole();
            let change = compared(&said, self.here.setup.channels.get(name));
            let mut row = self.row(Section::Channels, &[name], change);
            match said.input(name) {
                Err(why) => self.refuse(&row, &why),
                Ok(_) if change == Change::Keep => self.push(row, Vec::new()),
                Ok(_) if self.here.names.secret(&said.secret).is_none() => {
                    self.lacks_secret(&row, &said.secret);
                }
                Ok(input) => {
                    let command = Command::Channel(input);
                    self.tried(&mut row, &command).await?;
                    self.push(row, vec![command]);
                }
            }
        }
        Ok(())
    }

    pub(super) async fn rules(&mut self, setup: &Setup) -> Result<(), Failure> {
        for (name, rule) in &setup.rules {
            let rule = rule.clone().whole();
            let here = self.here.setup.rules.get(name).or_else(|| self.here.standard_rules.get(name));
            let change = compared(&rule, here);
            let mut row = self.row(Section::Rules, &[name], change);
            match rule.input() {
                Err(why) => self.refuse(&row, why),
                Ok(_) if change == Change::Keep => self.push(row, Vec::new()),
                Ok(input) => {
                    let command = Command::Rule(json!({ "name": name, "rule": input, "replace": true }));
                    self.tried(&mut row, &command).await?;
                    self.push(row, vec![command]);
                }
            }
        }
        self.removed_rules(setup).await
    }

    /// One that somebody wrote under such a name is his, and stays.
    async fn removed_rules(&mut self, setup: &Setup) -> Result<(), Failure> {
        for name in &setup.removed_rules {
            let is_there = self.here.standard_rules.contains_key(name);
            let change = if is_there { Change::Alter } else { Change::Keep };
            let mut row = self.row(Section::Rules, &[name], change);
            row.line = self.lines.of_row(&["removed_rules"]);
            if standard_rules().all(|known| known != *name) {
                self.refuse(&row, "there is no standard rule of this name");
                continue;
            }
            let mut commands = Vec::new();
            if is_there {
                let command = Command::RemoveRule(json!({ "name": name }));
                self.tried(&mut row, &command).await?;
                commands.push(command);
            }
            self.push(row, commands);
        }
        Ok(())
    }

    pub(super) async fn sites(&mut self, setup: &Setup) -> Result<(), Failure> {
        for (name, said) in &setup.sites {
            let here = self.here.setup.sites.get(name).cloned();
            let before = here.clone().unwrap_or_default();
            let wanted = said.over(&before);
            let mut row = self.row(Section::Sites, &[name], compared(&wanted, here.as_ref()));
            if let Err(why) = said.check() {
                self.refuse(&row, why);
                continue;
            }
            // Each of them, so that all can be set before the next try.
            let unknown = wanted.secrets().filter(|name| self.here.names.secret(name).is_none());
            let unknown: Vec<String> = unknown.map(str::to_owned).collect();
            for name in &unknown {
                self.lacks_secret(&row, name);
            }
            if !unknown.is_empty() {
                continue;
            }
            let mut commands = Vec::new();
            if row.change != Change::Keep {
                let id_of = |name: &str| self.here.names.secret(name).map(str::to_owned);
                let command = Command::Site(wanted.input(name, &before, id_of));
                self.tried(&mut row, &command).await?;
                commands.push(command);
            }
            self.push(row, commands);
        }
        Ok(())
    }

    pub(super) async fn bot(&mut self, setup: &Setup) -> Result<(), Failure> {
        let Some(said) = setup.bot.clone().map(super::super::bot::Bot::whole) else { return Ok(()) };
        let change = compared(&said, self.here.setup.bot.as_ref());
        let mut row = self.row(Section::Bot, &[], change);
        "telegram".clone_into(&mut row.name);
        if self.here.names.secret(&said.secret).is_none() {
            self.lacks_secret(&row, &said.secret);
            return Ok(());
        }
        let mut commands = Vec::new();
        if change != Change::Keep {
            let command = Command::Bot(said.input());
            self.tried(&mut row, &command).await?;
            commands.push(command);
        }
        self.push(row, commands);
        Ok(())
    }
}
