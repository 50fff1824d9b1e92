use reqwest::{Response, header};
use serde_json::{Value, json};

/// A browser as far as a server sees one: it keeps its cookie, and says which page it asks from.
#[derive(Debug, Clone)]
pub struct Browser {
    url: String,
    origin: String,
    cookie: Option<String>,
    csrf: Option<String>,
    /// Whom a proxy names for whom it asks.
    forwarded_for: Option<String>,
    http: reqwest::Client,
}

impl Browser {
    /// A browser that shows the page of a server, in which nobody is signed in.
    pub fn at(url: &str) -> Self {
        let http = reqwest::Client::new();
        let (url, origin) = (url.to_owned(), url.to_owned());
        Self { url, origin, cookie: None, csrf: None, forwarded_for: None, http }
    }

    /// The same, showing another page.
    #[must_use]
    pub fn showing(&self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self.clone() }
    }

    /// The same, asking by a proxy that says so of it.
    #[must_use]
    pub fn forwarded_for(&self, said: &str) -> Self {
        Self { forwarded_for: Some(said.to_owned()), ..self.clone() }
    }

    /// The same, after the server came back at another address.
    #[must_use]
    pub fn at_new(&self, url: &str) -> Self {
        Self { url: url.to_owned(), origin: url.to_owned(), ..self.clone() }
    }

    /// The same, whose page shows another word.
    #[must_use]
    pub fn with_word(&self, word: Option<&str>) -> Self {
        Self { csrf: word.map(ToOwned::to_owned), ..self.clone() }
    }

    /// What it shows of its session.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// The page that it shows.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Sends JSON, and keeps the cookie that comes back; answers the status and the body.
    pub async fn post(&mut self, path: &str, body: &Value) -> (u16, Value) {
        let mut request = self.http.post(format!("{}{path}", self.url)).json(body);
        request = request.header(header::ORIGIN, &self.origin).header(header::USER_AGENT, "Browser 1.0");
        if let Some(word) = &self.csrf {
            request = request.header("mediary-csrf", word);
        }
        if let Some(said) = &self.forwarded_for {
            request = request.header("x-forwarded-for", said);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let answer = request.send().await.unwrap();
        self.keep(answer).await
    }

    /// Fetches a path; answers the status and the body.
    pub async fn get(&mut self, path: &str) -> (u16, Value) {
        let mut request = self.http.get(format!("{}{path}", self.url));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let answer = request.send().await.unwrap();
        self.keep(answer).await
    }

    /// Signs in; answers the status and the body.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> (u16, Value) {
        self.post("/v1/session", &json!({ "name": name, "password": password })).await
    }

    /// The whole answer to a document, and its status.
    pub async fn ask_raw(&mut self, document: &str, variables: Value) -> (u16, Value) {
        self.post("/graphql", &json!({ "query": document, "variables": variables })).await
    }

    /// The data that a document answers; panics on an error.
    pub async fn ask(&mut self, document: &str, variables: Value) -> Value {
        let (_, mut answer) = self.ask_raw(document, variables).await;
        assert!(answer.get("errors").is_none_or(Value::is_null), "{document}: {answer}");
        answer["data"].take()
    }

    async fn keep(&mut self, answer: Response) -> (u16, Value) {
        let status = answer.status().as_u16();
        let set = answer.headers().get(header::SET_COOKIE).map(|value| value.to_str().unwrap().to_owned());
        if let Some(set) = set {
            let pair = set.split(';').next().unwrap().to_owned();
            self.cookie = (!set.contains("Max-Age=0")).then_some(pair);
        }
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
        if let Some(word) = body["viewer"]["csrf"].as_str() {
            self.csrf = Some(word.to_owned());
        }
        (status, body)
    }
}
