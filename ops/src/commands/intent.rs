//! What a command would do: told instead of doing it, or before something is ended that doesn't come back.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::Args;
use serde::{Serialize, de::DeserializeOwned};

use super::failure::Failure;
use crate::{
    answers::client::DryRun as Told,
    client::{Client, Document, DryRun, Error, Outcome},
    output::{Output, bytes, plural},
};

/// How a command is meant that changes something.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Intent {
    /// Only say what would be done: events, jobs, files.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// How a command is meant that ends something which doesn't come back.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Certainty {
    #[command(flatten)]
    pub(crate) intent: Intent,
    /// Do it; without this, what would be done is shown, and on a terminal asked for.
    #[arg(long)]
    pub(crate) yes: bool,
}

impl Certainty {
    /// The same for a verb that scripts give with nothing but a name: it is asked for where somebody is there to answer, and
    /// done elsewhere.
    pub(crate) fn unless_asked(self, output: &Output) -> Self {
        Self { yes: self.yes || !is_asked(output), ..self }
    }
}

/// Whether somebody is there to be asked.
fn is_asked(output: &Output) -> bool {
    output.is_watched() && io::stdin().is_terminal()
}

impl Client {
    /// The same client, for a command that is meant so.
    pub(crate) fn meant(&self, intent: Intent) -> Self {
        if intent.dry_run { self.dry() } else { self.clone() }
    }
}

/// Sends a command that ends something for good, once whoever asks is certain.
pub(crate) async fn act_for_good<T: DeserializeOwned>(
    client: &Client,
    output: &mut Output,
    certainty: Certainty,
    document: &Document<T>,
    variables: impl Serialize + Send,
) -> Result<Outcome<T>, Failure> {
    let variables = serde_json::to_value(variables).map_err(io::Error::from)?;
    if !certainty.yes && !certainty.intent.dry_run {
        let plan = match client.dry().act(document, &variables).await {
            Err(Error::DryRun(plan)) => plan,
            // Refused as it would be in earnest.
            answer => return Ok(answer?),
        };
        if !is_asked(output) {
            return Err(Failure::Planned { plan, is_shown: false });
        }
        output.note(&text(&plan));
        output.note("Do it? [y/N]");
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            return Err(Failure::Planned { plan, is_shown: !output.is_json() });
        }
    }
    Ok(client.meant(certainty.intent).act(document, &variables).await?)
}

/// A plan in words.
pub(crate) fn text(plan: &DryRun) -> String {
    let DryRun { told: Told { events, event_count, is_whole, effects, .. }, user_errors, .. } = plan;
    let mut kinds: Vec<(String, u64)> = Vec::new();
    for event in events {
        let by = event.reaction.as_ref().map(|name| format!(" (by {name})")).unwrap_or_default();
        let kind = format!("{}{by}", event.kind);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let least = if *is_whole { "" } else { "at least " };
    let mut lines = vec![format!(
        "nothing was done; {least}{} would be recorded",
        plural(*event_count, "event", "events")
    )];
    lines.extend(kinds.into_iter().map(|(kind, count)| format!("{count:>7}  {kind}")));
    if (events.len() as u64) < *event_count {
        lines.push(format!("{:>7}  more", event_count - events.len() as u64));
    }
    if effects.job_count > 0 {
        lines.push(format!("{} would begin", plural(effects.job_count, "job", "jobs")));
    }
    if effects.ended_job_count > 0 {
        lines.push(format!("{} would end", plural(effects.ended_job_count, "job", "jobs")));
    }
    for calls in &effects.calls {
        lines.push(format!("{} would be asked by {}", calls.host, plural(calls.job_count, "job", "jobs")));
    }
    if effects.file_count > 0 {
        let size = effects.bytes.map_or_else(|| "of a size that only the source knows".to_owned(), bytes);
        lines.push(format!("{} would be made, {size}", plural(effects.file_count, "file", "files")));
    }
    lines.extend(user_errors.iter().map(|error| format!("refused: {}: {}", error.code, error.message)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plan_counts_what_is_alike_and_says_what_it_does_not_know() {
        let event = |kind: &str, reaction: Option<&str>| json!({ "kind": kind, "stream": "x-1", "reaction": reaction, "payload": null });
        let plan: DryRun = serde_json::from_value(json!({
            "events": [event("a.b", None), event("c.d", Some("r")), event("c.d", Some("r"))],
            "eventCount": 5, "isWhole": false,
            "effects": { "jobCount": 2, "endedJobCount": 0, "fileCount": 2, "bytes": null,
                "calls": [{ "host": "example.org", "jobCount": 2 }] },
            "userErrors": [{ "code": "X_NOT_FOUND", "message": "there is no x", "advice": null, "retryable": false }]
        }))
        .unwrap();
        let expected = "nothing was done; at least 5 events would be recorded
      1  a.b
      2  c.d (by r)
      2  more
2 jobs would begin
example.org would be asked by 2 jobs
2 files would be made, of a size that only the source knows
refused: X_NOT_FOUND: there is no x";
        assert_eq!(text(&plan), expected);
    }

    #[test]
    fn the_plan_of_a_command_that_is_sent_in_parts_is_that_of_all_parts() {
        let part = |count: u64, bytes: Option<u64>, host: &str| -> DryRun {
            let event = json!({ "kind": "a.b", "stream": "x-1", "reaction": null, "payload": null });
            serde_json::from_value(json!({
                "events": vec![event; 600], "eventCount": count, "isWhole": count == 600,
                "effects": { "jobCount": 1, "endedJobCount": 2, "fileCount": 3, "bytes": bytes,
                    "calls": [{ "host": host, "jobCount": 1 }] }
            }))
            .unwrap()
        };
        let both = DryRun::joined(Some(part(600, Some(1), "a.org")), part(600, Some(2), "a.org"));
        assert_eq!((both.told.events.len(), both.told.event_count, both.told.is_whole), (1_000, 1_200, true));
        assert_eq!((both.told.effects.job_count, both.told.effects.ended_job_count), (2, 4));
        assert_eq!((both.told.effects.file_count, both.told.effects.bytes), (6, Some(3)));
        let all = DryRun::joined(Some(both), part(700, None, "b.org"));
        assert_eq!((all.told.events.len(), all.told.event_count, all.told.is_whole), (1_000, 1_900, false));
        assert_eq!(all.told.effects.bytes, None, "the size of a part is not known");
        let calls: Vec<_> =
            all.told.effects.calls.iter().map(|calls| (&*calls.host, calls.job_count)).collect();
        assert_eq!(calls, [("a.org", 2), ("b.org", 1)]);
        assert!(all.is_of_several && all.told.command.is_none(), "no single command is all of it");
    }
}
