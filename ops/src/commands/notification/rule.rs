//! `mediary notification rule`: what is told of which events.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::{
    answers::notification::{
        NotificationRule, rule_add, rule_backtest, rule_list, rule_list_removed, rule_remove, rule_restore,
    },
    client::{Client, Document},
    commands::{
        failure::Failure,
        intent::Intent,
        moment::{SINCE_HELP, parse},
        playlist::input,
    },
    output::{Output, Table, clean, moment, plural, word},
};

const ADD_HELP: &str = "\
An event is named as `mediary log tail` shows it. A condition is about a field of its payload, where a dot leads into
one: FIELD=VALUE, FIELD=VALUE,VALUE (one of them), FIELD>N (a greater number), FIELD (it is there), !FIELD (it is not); all of
them must be so. Title, body and topic are templates: {{ it }} is what the thing is called, {{ event }} the event, and every field of the
payload stands there by its name. Of a job there are also work.kind and work.title, of a delivery channel and failures.
What is told of a thing takes the place of what was told of it before, unless it has another topic.

Whoever may read an event may say what is told of it. Of what not everybody may read (tokens, secrets, bots, roots, the log) the
payload stands there without names and addresses: notices are for everybody.

Examples:
  mediary notification rule add many --on playlist.refresh_completed --when 'counts.added>10' --title '{{ it }}: a lot is new'
  mediary notification rule add blocked --on download.failed --when failure.class=geo,forbidden --severity warning --title '{{ it }}'
  mediary notification rule add waiting --on job.started --about playlist --when work.kind=refresh --title '{{ it }} is asked'
  mediary notification rule add download-done --on download.completed --resolve --replace";

/// What can be done with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Have something told of an event from now on, or have what was told be over.
    #[command(after_help = ADD_HELP)]
    Add(Box<Add>),
    /// List the rules, by name: those that there are from the beginning, too.
    List {
        /// Only those from the beginning that were removed: `restore` brings each back.
        #[arg(long)]
        removed: bool,
    },
    /// Tell nothing by a rule any more; one that there was from the beginning goes as well.
    Remove {
        /// What it is called.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        intent: Intent,
    },
    /// Bring a rule back that there was from the beginning, as it was then, whether it was removed or changed since.
    Restore {
        /// What it is called.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        intent: Intent,
    },
    /// Show what a rule would have told of what is recorded; nobody is told anything.
    #[command(after_help = "\
Examples:
  mediary notification rule backtest listing-new --since 7d
  mediary notification rule backtest --on download.failed --when failure.class=geo --title '{{ it }}' --severity error")]
    Backtest(Box<Backtest>),
}

/// A rule under a name.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// What it is called; one of a kind.
    #[arg(value_name = "NAME")]
    name: String,
    /// The event: `download.failed`.
    #[arg(long = "on", value_name = "EVENT")]
    event: String,
    #[command(flatten)]
    then: Then,
    #[command(flatten)]
    definition: Definition,
    /// Take the place of the one that is called so already.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    intent: Intent,
}

/// What follows from what.
#[derive(Debug, Args)]
pub(crate) struct Definition {
    /// What must be so of it: FIELD=VALUE, FIELD=VALUE,VALUE, FIELD>N, FIELD or !FIELD; may be given several times.
    #[arg(long, value_name = "CONDITION", value_parser = condition, requires = "event")]
    when: Vec<Value>,
    /// Of which thing it is told, by its kind: `playlist`; of the one that it happened to, if nothing is said.
    #[arg(long, value_name = "KIND", requires = "event")]
    about: Option<String>,
    /// What of the thing it is about, if several things can be said of it at once: a template.
    #[arg(long, value_name = "TEMPLATE", requires = "event")]
    topic: Option<String>,
    /// What else is to be said: a template.
    #[arg(long, value_name = "TEMPLATE", requires = "title")]
    body: Option<String>,
    /// How much it matters, `info` if nothing is said; what is urgent doesn't wait for the morning.
    #[arg(long, value_name = "S", value_enum, requires = "title")]
    severity: Option<Severity>,
    /// A channel that it is sent to, however little it matters; may be given several times.
    #[arg(long = "channel", value_name = "NAME", requires = "title")]
    channels: Vec<String>,
}

/// Exactly one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Then {
    /// What is told, in one line: a template.
    #[arg(long, value_name = "TEMPLATE")]
    title: Option<String>,
    /// What was told of the thing is over: all of it, or that of the topic.
    #[arg(long)]
    resolve: bool,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Severity {
    Info,
    Warning,
    Error,
    Urgent,
}

impl Severity {
    /// As the API takes it.
    pub(super) fn name(self) -> String {
        format!("{self:?}").to_ascii_uppercase()
    }
}

/// Which rule, and of which events.
#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// A rule that there is.
    #[arg(value_name = "NAME", required_unless_present = "event", conflicts_with = "event")]
    name: Option<String>,
    /// Or what a rule would be about: the event.
    #[arg(long = "on", value_name = "EVENT")]
    event: Option<String>,
    /// What would be told, in one line: a template; `{{ it }}` if nothing is said.
    #[arg(long, value_name = "TEMPLATE", requires = "event")]
    title: Option<String>,
    /// What was told of the thing would be over.
    #[arg(long, requires = "event", conflicts_with = "title")]
    resolve: bool,
    #[command(flatten)]
    definition: Definition,
    #[arg(long, value_name = "WHEN", value_parser = parse, help = SINCE_HELP)]
    since: Option<String>,
}

pub(crate) const ADD: Document<rule_add::Answer> = Document::repeatable(include_str!("rule_add.graphql"));
pub(crate) const LIST: Document<rule_list::Answer> = Document::repeatable(include_str!("rule_list.graphql"));
pub(crate) const LIST_REMOVED: Document<rule_list_removed::Answer> =
    Document::repeatable(include_str!("rule_list_removed.graphql"));
pub(crate) const RESTORE: Document<rule_restore::Answer> =
    Document::repeatable(include_str!("rule_restore.graphql"));
pub(crate) const REMOVE: Document<rule_remove::Answer> =
    Document::repeatable(include_str!("rule_remove.graphql"));
pub(crate) const BACKTEST: Document<rule_backtest::Answer> =
    Document::repeatable(include_str!("rule_backtest.graphql"));

/// Reads a condition, as the API takes it.
fn condition(text: &str) -> Result<Value, String> {
    let refused = || {
        format!("{text:?} is no condition such as failure.class=geo,forbidden or counts.added>10 or not_done")
    };
    let Some(place) = text.find(['=', '>']) else {
        let field = text.trim_start_matches('!');
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_.".contains(letter);
        let is_field = !field.is_empty() && text.len() - field.len() <= 1 && field.chars().all(is_letter);
        let is = json!({ "present": field.len() == text.len() });
        return is_field.then(|| json!({ "field": field, "is": is })).ok_or_else(refused);
    };
    if place == 0 {
        return Err(refused());
    }
    let (field, rest) = (&text[..place], &text[place + 1..]);
    let is = if text[place..].starts_with('>') {
        json!({ "greater": rest.parse::<u64>().map_err(|_| refused())? })
    } else {
        match rest.split(',').collect::<Vec<_>>().as_slice() {
            [one] => json!({ "equals": one }),
            several => json!({ "oneOf": several }),
        }
    };
    Ok(json!({ "field": field, "is": is }))
}

impl Definition {
    /// As the API takes it.
    fn rule(self, event: &str, title: Option<String>) -> Value {
        let Self { when, about, topic, body, severity, channels } = self;
        let then = match title {
            Some(title) => {
                let severity = severity.unwrap_or(Severity::Info).name();
                json!({ "raise": { "severity": severity, "title": title, "body": body, "channels": channels } })
            }
            None => json!({ "resolve": true }),
        };
        json!({ "event": event, "when": when, "about": about, "topic": topic, "then": then })
    }
}

impl Verb {
    pub(super) async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List { removed: true } => {
                let rules: Vec<NotificationRule> = client.ask(&LIST_REMOVED, json!({})).await?;
                Ok(output
                    .show(&rules, |rules| rows(rules, "none of those from the beginning was removed"))?)
            }
            Self::List { removed: false } => {
                let rules: Vec<NotificationRule> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&rules, |rules| table(rules))?)
            }
            Self::Add(wanted) => {
                let Add { name, event, then, definition, replace, intent } = *wanted;
                let Then { title, resolve: _ } = then;
                let rule = definition.rule(&event, title);
                let wanted = json!({ "name": name, "rule": rule, "replace": replace });
                let outcome = client.meant(intent).act(&ADD, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                match outcome.payload.rule {
                    Some(rule) => Ok(output.show(&[rule], |rules| table(rules))?),
                    None => Ok(output.show(&json!({ "name": name }), |_| "done".to_owned())?),
                }
            }
            Self::Remove { name, intent } => {
                let wanted = json!({ "name": name });
                let outcome = client.meant(intent).act(&REMOVE, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&wanted, |_| "nothing is told by it any more".to_owned())?)
            }
            Self::Restore { name, intent } => {
                let outcome = client.meant(intent).act(&RESTORE, input(json!({ "name": name }))).await?;
                Failure::refused(outcome.user_errors)?;
                match outcome.payload.rule {
                    Some(rule) => Ok(output.show(&[rule], |rules| table(rules))?),
                    None => Ok(output.show(&json!({ "name": name }), |_| "done".to_owned())?),
                }
            }
            Self::Backtest(wanted) => {
                let Backtest { name, event, title, resolve, definition, since } = *wanted;
                let title = title.or_else(|| (!resolve).then(|| "{{ it }}".to_owned()));
                let rule = event.map(|event| definition.rule(&event, title));
                let wanted = json!({ "name": name, "rule": rule, "since": since });
                let found: rule_backtest::Answer = client.ask(&BACKTEST, wanted).await?;
                Ok(output.show(&found, tested)?)
            }
        }
    }
}

fn table(rules: &[NotificationRule]) -> String {
    rows(rules, "nothing is told; `mediary notification rule add --help` has examples")
}

fn rows(rules: &[NotificationRule], of_none: &str) -> String {
    let mut table = Table::new(&["name", "event", "when", "tells"]);
    for NotificationRule { name, event, when, resolves, severity, title, .. } in rules {
        let when = when.iter().map(|condition| match (&condition.greater, condition.present) {
            (Some(than), _) => format!("{}>{than}", condition.field),
            (None, Some(true)) => condition.field.clone(),
            (None, Some(false)) => format!("!{}", condition.field),
            (None, None) => format!("{}={}", condition.field, condition.one_of.join(",")),
        });
        let when = when.collect::<Vec<_>>().join(" ");
        let tells = match (title, severity) {
            (Some(title), Some(severity)) if !resolves => format!("{}: {title}", word(severity)),
            _ => "it is over".to_owned(),
        };
        table.row([clean(name), event.clone(), clean(&when), clean(&tells)]);
    }
    table.text(of_none)
}

fn tested(found: &rule_backtest::Answer) -> String {
    let mut table = Table::new(&["position", "recorded", "severity", "would have told", "by"]);
    for told in &found.latest {
        let (at, severity) = (moment(&told.at), word(&told.severity));
        let channels = clean(&told.channels.join(", "));
        table.row([told.position.to_string(), at, severity, clean(&told.title), channels]);
    }
    let mut told = format!(
        "{}, of which it would have told {} and closed {}",
        plural(found.event_count, "event", "events"),
        found.raised_count,
        found.resolved_count
    );
    if !found.is_whole {
        told.push_str("; more were not looked at");
    }
    if !found.latest.is_empty() {
        told = format!("{told}\n{}", table.text(""));
    }
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::condition;

    #[test]
    fn a_condition_is_typed_as_it_is_said() {
        let is = |text| condition(text).map(|condition| condition["is"].clone());
        assert_eq!(is("failure.class=geo"), Ok(json!({ "equals": "geo" })));
        assert_eq!(is("failure.class=geo,forbidden"), Ok(json!({ "oneOf": ["geo", "forbidden"] })));
        assert_eq!(is("counts.added>10"), Ok(json!({ "greater": 10 })));
        assert_eq!(is("title=a>b"), Ok(json!({ "equals": "a>b" })));
        assert_eq!(is("not_done"), Ok(json!({ "present": true })));
        assert_eq!(is("!not_done"), Ok(json!({ "present": false })));
        assert_eq!(condition("!a.b").unwrap()["field"], "a.b");
        for text in ["", "!", "!!x", "x y", "=x", ">1", "x>y"] {
            assert!(condition(text).unwrap_err().contains("counts.added>10"), "{text}");
        }
    }
}
