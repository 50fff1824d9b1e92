//! By which way a site is reached: a proxy, a login, and how fast.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::{
    answers::setting::Site,
    client::Client,
    commands::{failure::Failure, named, secret},
    output::bytes,
};

/// How the site is reached.
#[derive(Debug, Args)]
pub(crate) struct Way {
    /// The secret that is the address of a proxy, `http://[USER:PASSWORD@]HOST[:PORT]`, by which the site is reached with all the
    /// hosts that it leads to; `none` for none.
    #[arg(long, value_name = "SECRET|none")]
    proxy: Option<String>,
    /// The secret that says as whom the site is asked: a line with the user's name, one with the password, and perhaps one with
    /// the name by which yt-dlp knows the site's logins (its netrc machine); `none` for nobody.
    #[arg(long, value_name = "SECRET|none")]
    login: Option<String>,
    /// When that is used; once it is needed if only a secret is said.
    #[arg(long, value_enum, value_name = "WHEN")]
    login_when: Option<LoginWhen>,
    /// Bytes per second that each job takes in from it, 1024 at least; `none` for as many as come.
    #[arg(long, value_name = "BYTES|none", value_parser = limit)]
    rate_limit: Option<Limit>,
}

/// When a login is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LoginWhen {
    /// Once the site has refused without: it wants a sign-in, a member, an age, a proof of a human.
    Needed,
    /// Always.
    Always,
    /// Never.
    Off,
}

impl LoginWhen {
    /// The name in GraphQL.
    const fn name(self) -> &'static str {
        match self {
            Self::Needed => "WHEN_NEEDED",
            Self::Always => "ALWAYS",
            Self::Off => "OFF",
        }
    }
}

/// So many, or no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limit(Option<u64>);

/// What says that there is none.
const NONE: &str = "none";

fn limit(text: &str) -> Result<Limit, String> {
    if text == NONE {
        return Ok(Limit(None));
    }
    let bytes = text
        .parse()
        .map_err(|_| format!("{text:?} is no number of bytes, such as 2000000, and not `none`"))?;
    Ok(Limit(Some(bytes)))
}

/// As the API takes it; none of what is not said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) proxy: Option<Value>,
    pub(super) login: Option<Value>,
    pub(super) rate_limit: Option<Value>,
}

impl Way {
    pub(super) async fn input(self, client: &Client) -> Result<Said, Failure> {
        let Self { proxy, login, login_when, rate_limit } = self;
        let proxy = match proxy {
            Some(name) => Some(json!({ "secretId": secret_id(client, &name).await? })),
            None => None,
        };
        let login = match (login, login_when) {
            (None, None) => None,
            (None, Some(when)) => Some(json!({ "mode": when.name() })),
            (Some(name), when) => Some(match secret_id(client, &name).await? {
                Some(id) => {
                    let when = when.unwrap_or(LoginWhen::Needed);
                    json!({ "mode": when.name(), "secretId": id })
                }
                None => json!({ "mode": LoginWhen::Off.name() }),
            }),
        };
        let rate_limit = rate_limit.map(|Limit(bytes)| json!({ "jobBytesPerSecond": bytes }));
        Ok(Said { proxy, login, rate_limit })
    }
}

async fn secret_id(client: &Client, name: &str) -> Result<Option<String>, Failure> {
    if name == NONE {
        return Ok(None);
    }
    Ok(Some(named::id(client, secret::KIND, name).await?))
}

/// `by a proxy, 2.0 MB/s`.
pub(super) fn text(site: &Site) -> String {
    let proxy = site.proxy_secret_id.as_ref().map(|_| "by a proxy".to_owned());
    let rate = site.job_bytes_per_second.map(|rate| format!("{}/s a job", bytes(rate)));
    let said: Vec<String> = proxy.into_iter().chain(rate).collect();
    if said.is_empty() { "as any other".to_owned() } else { said.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_or_none() {
        assert_eq!((limit("5000"), limit("none")), (Ok(Limit(Some(5_000))), Ok(Limit(None))));
        assert!(limit("5M").unwrap_err().contains("2000000"));
    }
}
