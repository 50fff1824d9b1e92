//! The file: TOML, with its format first and a table for each section.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};

use clap::ValueEnum;
use mediary_schema::{
    Label,
    profile::{ProfileName, Rules},
    template,
};
use serde::{Deserialize, Serialize};
use toml::{Spanned, de::DeTable};

use super::{
    bot::Bot, channel::Channel, check::Check, follow::Follow, rule::Rule, schedule::Schedule,
    setting::Settings, site::Site,
};
use crate::commands::failure::Failure;

/// What this program reads and writes. Another number comes with whatever an older program would misread.
const FORMAT: i64 = 1;

/// A kind of things that are set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Section {
    /// How much runs at once, and how much of a project's work there may be.
    Settings,
    /// Settings of jobs under a name.
    Templates,
    /// Rules of one's own by which files are made of files.
    Profiles,
    /// Where notices are sent.
    Channels,
    /// What is told of which events.
    Rules,
    /// How often and by which way sites are asked.
    Sites,
    /// Who may ask by a messenger.
    Bot,
    /// What is looked at again and again.
    Checks,
    /// Lists, what of them is kept, and how often they are refreshed.
    Follows,
    /// What is done again and again.
    Schedules,
}

impl Section {
    /// In the order in which they are set up: what is named stands before what names it.
    pub(super) const ALL: [Self; 10] = [
        Self::Settings,
        Self::Templates,
        Self::Profiles,
        Self::Channels,
        Self::Rules,
        Self::Sites,
        Self::Bot,
        Self::Checks,
        Self::Follows,
        Self::Schedules,
    ];

    /// Its table in the file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Templates => "templates",
            Self::Profiles => "profiles",
            Self::Channels => "channels",
            Self::Rules => "rules",
            Self::Sites => "sites",
            Self::Bot => "bot",
            Self::Checks => "checks",
            Self::Follows => "follows",
            Self::Schedules => "schedules",
        }
    }
}

/// What somebody has set up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setup {
    format: i64,
    /// Rules that there are without anybody having added them, and that somebody removed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) removed_rules: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub(super) settings: Settings,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) templates: BTreeMap<Label, template::Settings>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) profiles: BTreeMap<ProfileName, Rules>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) channels: BTreeMap<String, Channel>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) rules: BTreeMap<String, Rule>,
    /// By the names of their hosts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) sites: BTreeMap<String, Site>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bot: Option<Bot>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) checks: BTreeMap<String, Check>,
    /// By their addresses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) follows: BTreeMap<String, Follow>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) schedules: BTreeMap<String, Schedule>,
}

impl Setup {
    pub(super) fn nothing() -> Self {
        Self { format: FORMAT, ..Self::default() }
    }

    /// As it is written.
    pub(super) fn text(&self) -> Result<String, Failure> {
        Ok(toml::to_string(self).map_err(io::Error::other)?)
    }

    pub(super) fn row_count(&self) -> u64 {
        let Self {
            format: _,
            removed_rules,
            settings,
            templates,
            profiles,
            channels,
            rules,
            sites,
            bot,
            checks,
            follows,
            schedules,
        } = self;
        let of_notices = channels.len() + rules.len() + removed_rules.len();
        let others =
            sites.len() + usize::from(bot.is_some()) + checks.len() + follows.len() + schedules.len();
        (settings.row_count() + templates.len() + profiles.len() + of_notices + others) as u64
    }

    /// Those that have something in them.
    pub(super) fn sections(&self) -> Vec<Section> {
        let has = |section: &Section| match section {
            Section::Settings => !self.settings.is_empty(),
            Section::Templates => !self.templates.is_empty(),
            Section::Profiles => !self.profiles.is_empty(),
            Section::Channels => !self.channels.is_empty(),
            Section::Rules => !self.rules.is_empty() || !self.removed_rules.is_empty(),
            Section::Sites => !self.sites.is_empty(),
            Section::Bot => self.bot.is_some(),
            Section::Checks => !self.checks.is_empty(),
            Section::Follows => !self.follows.is_empty(),
            Section::Schedules => !self.schedules.is_empty(),
        };
        Section::ALL.into_iter().filter(has).collect()
    }

    /// The names of the secrets that it names: they are to be set where it is imported.
    pub(super) fn secrets(&self) -> BTreeSet<String> {
        let of_follows = self.follows.values().filter_map(|follow| follow.cookies.clone());
        let of_schedules = self.schedules.values().flat_map(Schedule::secrets).map(str::to_owned);
        let of_sites = self.sites.values().flat_map(Site::secrets).map(str::to_owned);
        let of_notices = self.channels.values().map(|channel| channel.secret.clone());
        let of_bot = self.bot.iter().map(|bot| bot.secret.clone());
        let of_checks = self.checks.values().flat_map(Check::secrets).map(str::to_owned);
        let of_work = of_follows.chain(of_schedules).chain(of_sites).chain(of_checks);
        of_work.chain(of_notices).chain(of_bot).collect()
    }

    /// Leaves out all other sections.
    pub(super) fn keep(&mut self, sections: &[Section]) {
        for section in Section::ALL.into_iter().filter(|section| !sections.contains(section)) {
            match section {
                Section::Settings => self.settings = Settings::default(),
                Section::Templates => self.templates.clear(),
                Section::Profiles => self.profiles.clear(),
                Section::Channels => self.channels.clear(),
                Section::Rules => {
                    self.rules.clear();
                    self.removed_rules.clear();
                }
                Section::Sites => self.sites.clear(),
                Section::Bot => self.bot = None,
                Section::Checks => self.checks.clear(),
                Section::Follows => self.follows.clear(),
                Section::Schedules => self.schedules.clear(),
            }
        }
    }
}

/// On which line of a file a row begins.
#[derive(Debug, Default)]
pub(super) struct Lines(BTreeMap<Vec<String>, usize>);

impl Lines {
    /// Rows are at most so deep: `settings.quotas.NAME`.
    const DEPTH_MAX: usize = 3;

    fn of(table: &DeTable<'_>, text: &str) -> Self {
        let mut lines = Self::default();
        lines.read(table, text, &mut Vec::new());
        lines
    }

    fn read(&mut self, table: &DeTable<'_>, text: &str, path: &mut Vec<String>) {
        for (key, value) in table {
            path.push(key.get_ref().to_string());
            self.0.insert(path.clone(), line_at(text, key.span().start));
            if let (true, Some(below)) = (path.len() < Self::DEPTH_MAX, value.get_ref().as_table()) {
                self.read(below, text, path);
            }
            path.pop();
        }
    }

    /// Where a row is that was read from there.
    pub(super) fn of_row(&self, path: &[&str]) -> usize {
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        self.0.get(&path).copied().unwrap_or(1)
    }
}

fn line_at(text: &str, place: usize) -> usize {
    text.as_bytes().iter().take(place).filter(|byte| **byte == b'\n').count() + 1
}

/// Reads a file, or says what of it can't be read and where.
pub(super) fn parse(text: &str, file: &Path) -> Result<(Setup, Lines), Failure> {
    let unread = |error: &dyn std::fmt::Display| Failure::Usage {
        message: format!("{} can't be read: {}", file.display(), error.to_string().trim_end()),
        advice: "`mediary export` writes such a file; nothing was done",
    };
    let table = DeTable::parse(text).map_err(|error| unread(&error))?;
    let format = table.get_ref().iter().find(|(key, _)| key.get_ref() == "format").map(|(_, value)| value);
    let number = format.and_then(|value| value.get_ref().as_integer()?.as_str().parse::<i64>().ok());
    if number != Some(FORMAT) {
        let line = format.map_or(1, |format: &Spanned<_>| line_at(text, format.span().start));
        return Err(unread(&match number {
            Some(number) => format!("line {line}: its format is {number}, and this program reads {FORMAT}"),
            None => format!("line {line}: it says no format, which is `format = {FORMAT}`"),
        }));
    }
    let setup = toml::from_str(text).map_err(|error| unread(&error))?;
    Ok((setup, Lines::of(table.get_ref(), text)))
}

#[cfg(test)]
mod tests;
