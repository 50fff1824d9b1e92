use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::{
    client::Client,
    commands::{failure::Failure, named, secret},
};

/// With which cookies to ask.
#[derive(Debug, Args)]
pub(crate) struct AskedWith {
    /// Ask with the cookies that this secret has, a file as browsers export it, once the site has refused without; as it was if
    /// not said.
    #[arg(long, value_name = "SECRET")]
    cookies: Option<String>,
    /// When to send them along.
    #[arg(long, value_enum, value_name = "WHEN", requires = "cookies", default_value = "needed")]
    cookies_when: CookiesWhen,
    /// Ask without cookies from now on.
    #[arg(long, conflicts_with = "cookies")]
    no_cookies: bool,
}

/// When cookies are sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CookiesWhen {
    /// Once the site has refused without: it wants a sign-in, a member, an age, a proof of a human.
    Needed,
    /// Always.
    Always,
}

impl CookiesWhen {
    /// The name in GraphQL.
    const fn name(self) -> &'static str {
        match self {
            Self::Needed => "WHEN_NEEDED",
            Self::Always => "ALWAYS",
        }
    }
}

impl AskedWith {
    /// As the API takes them; none if nothing is said.
    pub(crate) async fn input(self, client: &Client) -> Result<Option<Value>, Failure> {
        let Self { cookies, cookies_when, no_cookies } = self;
        Ok(match cookies {
            Some(secret) => {
                let id = named::id(client, secret::KIND, &secret).await?;
                Some(json!({ "mode": cookies_when.name(), "secretId": id }))
            }
            None => no_cookies.then(|| json!({ "mode": "OFF" })),
        })
    }
}
