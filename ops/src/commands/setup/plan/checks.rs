//! What is looked at again and again: what is depended on before what depends on it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    super::{
        apply::Command,
        check::Check,
        document::{Section, Setup},
        row::Change,
    },
    Making, stream_of,
};
use crate::commands::{check::file::Wanted, failure::Failure};

impl Making<'_> {
    pub(super) async fn checks(&mut self, setup: &Setup) -> Result<(), Failure> {
        // Those that will be added have the ids that their dry runs say.
        let mut added = BTreeMap::new();
        let is_here = |channel: &&String| self.here.setup.channels.contains_key(*channel);
        let fresh: BTreeSet<String> =
            setup.channels.keys().filter(|channel| !is_here(channel)).cloned().collect();
        for (name, said) in in_order(&setup.checks) {
            self.check(name, said, &mut added, &fresh).await?;
        }
        Ok(())
    }

    async fn check(
        &mut self,
        name: &str,
        said: &Check,
        added: &mut BTreeMap<String, String>,
        fresh: &BTreeSet<String>,
    ) -> Result<(), Failure> {
        let here = self.here.setup.checks.get(name).cloned();
        let is_like = here.as_ref().is_some_and(|here| said.is_like(here));
        let was_paused = here.as_ref().map(Check::is_paused);
        let change = match was_paused {
            None => Change::Create,
            Some(was) if is_like && was == said.is_paused() => Change::Keep,
            Some(_) => Change::Alter,
        };
        let mut row = self.row(Section::Checks, &[name], change);
        let Wanted { mut input, depends_on, .. } = match said.wanted(name) {
            Ok(wanted) => wanted,
            Err(why) => {
                self.refuse(&row, &why);
                return Ok(());
            }
        };
        if let Some(secret) = said.secrets().find(|name| self.here.names.secret(name).is_none()) {
            self.lacks_secret(&row, secret);
            return Ok(());
        }
        let (mut there, mut all) = (Vec::new(), Vec::new());
        for of in depends_on {
            let known = self.here.checks.get(&of).cloned();
            there.extend(known.clone());
            let Some(id) = known.or_else(|| added.get(&of).cloned()) else {
                let advice = "say it in the file, too, or leave it out of `depends_on`; nothing was done";
                self.lacks(&row, &format!("check called {of:?}"), advice);
                return Ok(());
            };
            all.push(id);
        }
        let mut commands = Vec::new();
        let mut id = self.here.checks.get(name).cloned();
        if !is_like {
            input.insert("replace".to_owned(), true.into());
            input.insert("isPaused".to_owned(), (here.is_none() && said.is_paused()).into());
            let with = |depends_on: &[String]| {
                let mut input = input.clone();
                input.insert("dependsOn".to_owned(), depends_on.into());
                input
            };
            // What will be added before it is not there yet: it is tried without.
            let mut trial = with(&there);
            if let Some(Value::Array(channels)) = trial.get_mut("channels") {
                channels.retain(|channel| channel.as_str().is_none_or(|channel| !fresh.contains(channel)));
            }
            if let Some(plan) = self.tried(&mut row, &Command::Check(trial.into())).await? {
                id = id.or_else(|| stream_of(&plan, "check"));
            }
            commands.push(Command::Check(with(&all).into()));
        }
        let input = |id: &String| json!({ "id": id });
        let pausing = match (said.is_paused(), was_paused) {
            (true, Some(false)) => id.as_ref().map(input).map(Command::PauseCheck),
            (false, Some(true)) => id.as_ref().map(input).map(Command::ResumeCheck),
            (_, None) | (true, Some(true)) | (false, Some(false)) => None,
        };
        self.pause(&mut row, pausing, true, &mut commands).await?;
        added.extend(id.map(|id| (name.to_owned(), id)));
        self.push(row, commands);
        Ok(())
    }
}

/// What others depend on first; those that depend on each other come as they are, and the server says so.
fn in_order(checks: &BTreeMap<String, Check>) -> Vec<(&str, &Check)> {
    let mut open: Vec<(&str, &Check)> = checks.iter().map(|(name, check)| (name.as_str(), check)).collect();
    let (mut done, mut names) = (Vec::new(), BTreeSet::new());
    while !open.is_empty() {
        let is_free = |(name, check): &(&str, &Check)| {
            let depends_on = check.wanted(name).map(|wanted| wanted.depends_on).unwrap_or_default();
            depends_on.iter().all(|of| !checks.contains_key(of) || names.contains(of.as_str()))
        };
        let (mut free, mut bound): (Vec<_>, Vec<_>) = open.into_iter().partition(is_free);
        if free.is_empty() {
            free = std::mem::take(&mut bound);
        }
        names.extend(free.iter().map(|(name, _)| *name));
        done.extend(free);
        open = bound;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_depend_on_comes_first() {
        let check = |depends_on: &str| {
            toml::from_str(&format!("kind = 'push'\ndepends_on = [{depends_on}]")).unwrap()
        };
        let checks = BTreeMap::from([
            ("a".to_owned(), check("'b'")),
            ("b".to_owned(), check("'c', 'elsewhere'")),
            ("c".to_owned(), check("")),
            ("x".to_owned(), check("'y'")),
            ("y".to_owned(), check("'x'")),
        ]);
        let names: Vec<&str> = in_order(&checks).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["c", "b", "a", "x", "y"]);
    }
}
