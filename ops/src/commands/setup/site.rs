//! What holds for a site. Cookies, login and proxy stand in it by the names of their secrets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::follow::CookiesWhen as When;
use crate::answers::setting as answers;

/// What holds for a site. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Site {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    per_hour: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    per_day: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pause_ms: Option<u64>,
    /// As often as there is something to do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unlimited: bool,
    /// The name of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cookies: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cookies_when: Option<When>,
    /// The name of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login_when: Option<When>,
    /// The name of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proxy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    job_bytes_per_second: Option<u64>,
}

impl Site {
    /// What holds here, with the names of the secrets by their ids. Of a secret that is gone nothing is said.
    pub(super) fn of(site: &answers::Site, secrets: &BTreeMap<String, String>) -> Self {
        let budget = site.budget.as_ref();
        let named = |id: &Option<String>| id.as_ref().and_then(|id| secrets.get(id)).cloned();
        let (cookies, login) = (named(&site.cookie_secret_id), named(&site.login_secret_id));
        let (per_hour, per_day, pause_ms) =
            budget.map(|budget| (budget.per_hour, budget.per_day, budget.pause_ms)).unwrap_or_default();
        Self {
            per_hour,
            per_day,
            pause_ms,
            unlimited: budget.is_some() && (per_hour, per_day, pause_ms) == (None, None, None),
            cookies_when: cookies.as_ref().map(|_| When::named(&site.cookie_mode)),
            cookies,
            login_when: login.as_ref().map(|_| When::named(&site.login_mode)),
            login,
            proxy: named(&site.proxy_secret_id),
            job_bytes_per_second: site.job_bytes_per_second,
        }
    }

    /// Whether it has a budget of its own.
    fn budget(&self) -> Option<Value> {
        let Self { per_hour, per_day, pause_ms, unlimited, .. } = self;
        let is_said = *unlimited || per_hour.is_some() || per_day.is_some() || pause_ms.is_some();
        is_said.then(|| json!({ "perHour": per_hour, "perDay": per_day, "pauseMs": pause_ms }))
    }

    /// What there will be: what is said, and otherwise what is here.
    pub(super) fn over(&self, here: &Self) -> Self {
        let said = self.clone();
        let budget = if said.budget().is_some() { &said } else { here };
        let (cookies, cookies_when) =
            over((&said.cookies, said.cookies_when), (&here.cookies, here.cookies_when));
        let (login, login_when) = over((&said.login, said.login_when), (&here.login, here.login_when));
        Self {
            per_hour: budget.per_hour,
            per_day: budget.per_day,
            pause_ms: budget.pause_ms,
            unlimited: budget.unlimited,
            cookies,
            cookies_when,
            login,
            login_when,
            proxy: said.proxy.or_else(|| here.proxy.clone()),
            job_bytes_per_second: said.job_bytes_per_second.or(here.job_bytes_per_second),
        }
    }

    /// The names of the secrets that it names.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        [&self.cookies, &self.login, &self.proxy].into_iter().flatten().map(String::as_str)
    }

    /// Whether what the file says makes sense by itself.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let Self { per_hour, per_day, pause_ms, unlimited, .. } = self;
        if *unlimited && (per_hour.is_some() || per_day.is_some() || pause_ms.is_some()) {
            return Err("it says both `unlimited` and a limit: it is one of them");
        }
        let lacks = |named: &Option<String>, when: Option<When>| {
            named.is_none() && matches!(when, Some(When::Needed | When::Always))
        };
        if lacks(&self.cookies, self.cookies_when) || lacks(&self.login, self.login_when) {
            return Err(
                "it says when cookies or a login are used, and not which: `cookies = \"NAME\"` names a secret",
            );
        }
        Ok(())
    }

    /// The difference as the API takes it, with the ids of secrets by their names.
    pub(super) fn input(&self, name: &str, here: &Self, id_of: impl Fn(&str) -> Option<String>) -> Value {
        let mut input = json!({ "name": name });
        if self.budget() != here.budget() {
            input["budget"] = self.budget().into();
        }
        let used = |named: &Option<String>, when: Option<When>| match when {
            None | Some(When::Off) => json!({ "mode": When::Off.word() }),
            Some(when) => json!({ "mode": when.word(), "secretId": named.as_deref().and_then(&id_of) }),
        };
        if (&self.cookies, self.cookies_when) != (&here.cookies, here.cookies_when) {
            input["cookies"] = used(&self.cookies, self.cookies_when);
        }
        if (&self.login, self.login_when) != (&here.login, here.login_when) {
            input["login"] = used(&self.login, self.login_when);
        }
        if self.proxy != here.proxy {
            input["proxy"] = json!({ "secretId": self.proxy.as_deref().and_then(&id_of) });
        }
        if self.job_bytes_per_second != here.job_bytes_per_second {
            input["rateLimit"] = json!({ "jobBytesPerSecond": self.job_bytes_per_second });
        }
        input
    }
}

/// Which secret, and when it is used: none if it never is. One that is named is meant to be used.
fn over(
    (said, when): (&Option<String>, Option<When>),
    (here, was): (&Option<String>, Option<When>),
) -> (Option<String>, Option<When>) {
    let named = said.as_ref().filter(|_| said != here).map(|_| When::Needed);
    let when = when.or(named).or(was);
    let which = said.clone().or_else(|| here.clone()).filter(|_| when != Some(When::Off));
    let when = when.filter(|_| which.is_some());
    (which, when)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(text: &str) -> Site {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_otherwise_is_said() {
        let here = site("per_hour = 60\ncookies = 'jar'\ncookies_when = 'always'\nproxy = 'exit'");
        assert_eq!(site("").over(&here), here);
        let id_of = |name: &str| Some(format!("secret-{name}"));
        let wanted = site("unlimited = true\nlogin = 'club'\njob_bytes_per_second = 5000").over(&here);
        let budget = json!({ "perHour": null, "perDay": null, "pauseMs": null });
        let login = json!({ "mode": "WHEN_NEEDED", "secretId": "secret-club" });
        let expected = json!({ "name": "h", "budget": budget, "login": login,
            "rateLimit": { "jobBytesPerSecond": 5_000 } });
        assert_eq!(wanted.input("h", &here, id_of), expected);
        let off = site("cookies_when = 'off'").over(&here);
        assert_eq!(off.input("h", &here, id_of), json!({ "name": "h", "cookies": { "mode": "OFF" } }));
        assert_eq!(off.secrets().collect::<Vec<_>>(), ["exit"]);
        for text in ["unlimited = true\nper_day = 1", "login_when = 'always'"] {
            assert!(site(text).check().is_err(), "{text}");
        }
    }
}
