//! What is set up at a server.

use std::collections::BTreeMap;

use mediary_schema::redact::REDACTED;
use serde_json::json;

use super::{
    document::{Section, Setup},
    follow::Follow,
    rule::Rule,
    schedule::{self, Names, Unknown},
    setting::{Limits, Quota},
};
use crate::{
    answers::{
        notification::NotificationRule, playlist::Playlist, project::Project, schedule::Schedule,
        setting as settings, template::Template,
    },
    client::Client,
    commands::{
        failure::Failure, notification, page, playlist, project, schedule as schedules, secret, setting,
        template,
    },
    output::clean,
};

/// What there is, and by which names it is known.
#[derive(Debug)]
pub(super) struct Here {
    pub(super) setup: Setup,
    pub(super) names: Names,
    /// Rules that there are without anybody having added them, which no file has to say.
    pub(super) standard_rules: BTreeMap<String, Rule>,
    /// Ids of projects by their names.
    pub(super) projects: BTreeMap<String, String>,
    /// Ids of schedules by their names.
    pub(super) schedules: BTreeMap<String, String>,
    /// What a file can't say, and why.
    pub(super) left_out: Vec<String>,
}

/// The schedule by which a list is refreshed that is followed with a rhythm.
pub(super) fn refresh_of(playlist_id: &str) -> String {
    format!("refresh {playlist_id}")
}

impl Here {
    /// Asks for so much of it.
    pub(super) async fn read(client: &Client, sections: &[Section]) -> Result<Self, Failure> {
        let mut here = Self {
            setup: Setup::nothing(),
            names: Names::default(),
            standard_rules: BTreeMap::new(),
            projects: BTreeMap::new(),
            schedules: BTreeMap::new(),
            left_out: Vec::new(),
        };
        for section in sections {
            match section {
                Section::Settings => here.read_settings(client).await?,
                Section::Templates => here.read_templates(client).await?,
                Section::Rules => here.read_rules(client).await?,
                // Both at once, below: a list has its schedule, and a schedule names lists.
                Section::Follows | Section::Schedules => {}
            }
        }
        if sections.contains(&Section::Follows) || sections.contains(&Section::Schedules) {
            here.read_lists_and_schedules(client, sections).await?;
        }
        Ok(here)
    }

    async fn read_settings(&mut self, client: &Client) -> Result<(), Failure> {
        let limits: settings::Limits = client.ask(&setting::SHOW, json!({})).await?;
        self.setup.settings.limits = Some(Limits::from(limits));
        let projects: Vec<Project> = client.ask(&project::LIST, json!({})).await?;
        self.projects = projects.into_iter().map(|project| (project.name, project.id)).collect();
        let quotas: Vec<settings::Quota> = client.ask(&setting::quota::LIST, json!({})).await?;
        for quota in quotas {
            match self.projects.iter().find(|(_, id)| **id == quota.of) {
                Some((name, _)) => {
                    self.setup.settings.quotas.insert(name.clone(), Quota::from(quota));
                }
                None => self.left_out.push(format!("the quota of {}, whom only this server knows", quota.of)),
            }
        }
        Ok(())
    }

    async fn read_templates(&mut self, client: &Client) -> Result<(), Failure> {
        let templates: Vec<Template> = client.ask(&template::LIST, json!({})).await?;
        let templates = templates.into_iter().map(|template| {
            let Template { name, priority, batch, tags, .. } = template;
            (name, json!({ "priority": priority, "batch": batch, "tags": tags }))
        });
        let templates = templates.collect::<serde_json::Map<_, _>>();
        self.setup.templates = serde_json::from_value(templates.into()).map_err(std::io::Error::from)?;
        Ok(())
    }

    async fn read_rules(&mut self, client: &Client) -> Result<(), Failure> {
        let rules: Vec<NotificationRule> = client.ask(&notification::rule::LIST, json!({})).await?;
        let (standard, ours) = rules.into_iter().partition::<Vec<_>, _>(|rule| rule.is_standard);
        self.standard_rules = standard.into_iter().map(|rule| (rule.name.clone(), rule.into())).collect();
        self.setup.rules = ours.into_iter().map(|rule| (rule.name.clone(), rule.into())).collect();
        Ok(())
    }

    async fn read_lists_and_schedules(
        &mut self,
        client: &Client,
        sections: &[Section],
    ) -> Result<(), Failure> {
        let filter = json!({ "filter": { "search": null } });
        let lists: Vec<Playlist> = page::all(client, &playlist::LIST, filter, None).await?;
        let schedules: Vec<Schedule> = page::all(client, &schedules::LIST, json!({}), None).await?;
        self.schedules =
            schedules.iter().map(|schedule| (schedule.name.clone(), schedule.id.clone())).collect();
        let lists: Vec<Playlist> = lists.into_iter().filter(|list| list.followed).collect();
        self.names.lists = lists
            .iter()
            .filter(|list| !list.url.contains(REDACTED))
            .map(|list| (list.id.clone(), list.url.clone()))
            .collect();
        let has_secrets = lists.iter().any(|list| list.cookie_secret_id.is_some())
            || schedules.iter().any(|schedule| schedule.command.arguments.to_string().contains("\"secret-"));
        if has_secrets {
            self.read_secrets(client).await?;
        }
        let mut refreshes = BTreeMap::new();
        for schedule in &schedules {
            let list = lists.iter().find(|list| schedule.name == refresh_of(&list.id));
            if let Some(list) = list.filter(|list| is_plain_refresh(schedule, &list.id)) {
                refreshes.insert(list.id.as_str(), schedule);
            } else if sections.contains(&Section::Schedules) {
                self.take_schedule(schedule);
            }
        }
        if sections.contains(&Section::Follows) {
            for list in &lists {
                if list.url.contains(REDACTED) {
                    let what = format!("the list {}, whose address opens something", clean(&list.url));
                    self.left_out.push(what);
                    continue;
                }
                let refreshed_by = refreshes.get(list.id.as_str()).copied();
                let follow = Follow::of(list, &self.names.secrets, refreshed_by);
                self.setup.follows.insert(list.url.clone(), follow);
            }
        }
        Ok(())
    }

    /// Secrets by their ids.
    pub(super) async fn read_secrets(&mut self, client: &Client) -> Result<(), Failure> {
        let secrets = page::all(client, &secret::LIST, json!({}), None).await?;
        self.names.secrets = secrets.into_iter().map(|secret| (secret.id, secret.name)).collect();
        Ok(())
    }

    fn take_schedule(&mut self, of: &Schedule) {
        match schedule::Schedule::of(of, &self.names) {
            Ok(told) => {
                self.setup.schedules.insert(of.name.clone(), told);
            }
            Err(Unknown(_, id)) => self.left_out.push(format!(
                "the schedule {}, which is about {id}: only this server has it, or nobody follows it",
                clean(&of.name)
            )),
        }
    }
}

/// Whether a schedule is what following a list with a rhythm adds, but for the rhythm.
fn is_plain_refresh(schedule: &Schedule, playlist_id: &str) -> bool {
    let Schedule { command, jitter_seconds, .. } = schedule;
    command.name == "playlist.refresh"
        && command.arguments == json!({ "playlist_id": playlist_id })
        && *jitter_seconds == 0
}
