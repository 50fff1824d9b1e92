//! The whole platform, as it is configured by default, for work that goes all the way.

use std::{path::Path, time::Duration};

use mediary::{
    configuration::{Configuration, NatsMode},
    serve::{self, Server},
};
use mediary_log::Log;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::figure::Figure;

/// How often is asked for the end of what takes a second.
const OFTEN: Duration = Duration::from_millis(20);
/// And of what takes several.
const SELDOM: Duration = Duration::from_millis(200);

/// A server in this process, and its owner, who asks by GraphQL.
#[derive(Debug)]
pub struct Platform {
    server: Server,
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Platform {
    /// Starts one in a folder; it may reach this machine, and its yt-dlp has the plugins of a folder.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(folder: &Path, plugins: Option<&Path>) -> Self {
        Self::start_with(folder, plugins, |_| {}).await
    }

    /// The same, with something configured otherwise.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start_with(
        folder: &Path,
        plugins: Option<&Path>,
        otherwise: impl FnOnce(&mut Configuration),
    ) -> Self {
        let mut configuration = Configuration::of_data(&folder.join("data"));
        configuration.listen = ([127, 0, 0, 1], 0).into();
        configuration.nats = NatsMode::Off;
        configuration.allow_network = vec!["127.0.0.0/8".parse().expect("a network")];
        configuration.ytdlp.plugin_dirs = plugins.map(Path::to_owned).into_iter().collect();
        "error".clone_into(&mut configuration.logging.filter);
        otherwise(&mut configuration);
        let token = configuration.data.join("local.token");
        let server = serve::start(configuration).await.expect("it starts");
        let token = std::fs::read_to_string(token).expect("its owner has one").trim().to_owned();
        Self { url: format!("{}/graphql", server.url()), server, token, http: reqwest::Client::new() }
    }

    /// Its log.
    pub const fn log(&self) -> &Log {
        self.server.log()
    }

    /// Where it takes websockets.
    pub fn socket_url(&self) -> String {
        format!("{}/ws", self.url.replacen("http", "ws", 1))
    }

    /// A token that may do everything.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn token(&self, name: &str) -> String {
        const CREATE: &str =
            "mutation($name: String!) { tokenCreate(input: { name: $name, role: OWNER }) { secret } }";
        let created = self.ask(CREATE, json!({ "name": name })).await;
        created["tokenCreate"]["secret"].as_str().expect("it is shown once").to_owned()
    }

    /// Stops it.
    pub async fn stop(self) {
        self.server.stop().await;
    }

    /// Follows a list: how long until all of it was listed, compared and appended. Answers the playlist, too.
    ///
    /// # Panics
    /// If that fails.
    pub async fn follow(&self, url: &str) -> (Value, Duration) {
        const FOLLOW: &str =
            "mutation($url: String!) { playlistFollow(input: { url: $url }) { playlist { id } job { id } } }";
        let began = Instant::now();
        let mut followed = self.ask(FOLLOW, json!({ "url": url })).await["playlistFollow"].take();
        let is_done = |found: &Value| found["job"]["state"] == "SUCCEEDED";
        self.wait("query($id: ID!) { job(id: $id) { state } }", &followed["job"]["id"], OFTEN, is_done).await;
        (followed["playlist"]["id"].take(), began.elapsed())
    }

    /// Keeps every entry of a playlist: how long from the wish until the last one is probed, decoded, hashed, in its
    /// place and recorded.
    ///
    /// # Panics
    /// If one is not kept.
    pub async fn keep_all(&self, playlist_id: &Value, entries: u32) -> Duration {
        const KEEP: &str =
            "mutation($input: DownloadStartInput!) { downloadStart(input: $input) { storyId } }";
        let began = Instant::now();
        let input = json!({ "target": { "playlistId": playlist_id }, "quality": "best" });
        let started = self.ask(KEEP, json!({ "input": input })).await;
        let is_done = |found: &Value| {
            assert_eq!(found["story"]["givenUpCount"], 0, "{found}");
            found["story"]["succeededCount"] == entries
        };
        let story = &started["downloadStart"]["storyId"];
        self.wait(
            "query($id: ID!) { story(id: $id) { succeededCount givenUpCount } }",
            story,
            SELDOM,
            is_done,
        )
        .await;
        began.elapsed()
    }

    /// Lets so many downloads be at work at once.
    ///
    /// # Panics
    /// If that is refused.
    pub async fn limit_downloads(&self, at_once: u32) {
        const LIMIT: &str =
            "mutation($input: LimitsSetInput!) { limitsSet(input: $input) { userErrors { code } } }";
        let input = json!({ "kinds": [{ "kind": "DOWNLOAD", "limit": at_once }], "total": at_once });
        let answer = self.ask(LIMIT, json!({ "input": input })).await;
        assert_eq!(answer["limitsSet"]["userErrors"], json!([]));
    }

    /// Reads a connection by HTTP page by page: so many of 50 items, from the front again after its end. A piece is one
    /// question with its whole answer. The document takes `$after`; the pointer leads to the connection in the data.
    ///
    /// # Panics
    /// If that is refused, or a page is not whole.
    pub async fn pages(&self, document: &str, connection: &str, pages: usize) -> Figure {
        let mut after = Value::Null;
        let mut latencies = Vec::with_capacity(pages);
        let began = Instant::now();
        for _ in 0..pages {
            let asked = Instant::now();
            let data = self.ask(document, json!({ "after": after })).await;
            latencies.push(asked.elapsed());
            let page = data.pointer(connection).expect("the data has the connection");
            assert_eq!(page["nodes"].as_array().map(Vec::len), Some(50), "{page}");
            let info = &page["pageInfo"];
            after = if info["hasNextPage"] == true { info["endCursor"].clone() } else { Value::Null };
        }
        Figure::new(pages as u64, began.elapsed(), latencies)
    }

    /// Waits until what it shows is as of the head of its log.
    ///
    /// # Panics
    /// If it never is.
    pub async fn caught_up(&self) {
        const VIEWS: &str = "{ views { versions { state eventsBehind } } }";
        let is_so = |found: &Value| {
            let mut versions = found["views"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|view| &view["versions"].as_array().expect("each has versions")[..]);
            versions.all(|version| version["state"] != "BUILDING" && version["eventsBehind"] == 0)
        };
        while !is_so(&self.ask(VIEWS, json!({})).await) {
            tokio::time::sleep(SELDOM).await;
        }
    }

    pub(crate) async fn ask(&self, document: &str, variables: Value) -> Value {
        let request = self.http.post(&self.url).bearer_auth(&self.token);
        let answer = request.json(&json!({ "query": document, "variables": variables })).send().await;
        let mut answer: Value = answer.expect("it answers").json().await.expect("in JSON");
        assert!(answer.get("errors").is_none_or(Value::is_null), "{answer}");
        answer["data"].take()
    }

    /// Asks until it is so, as often as that: each question takes time from what is measured.
    async fn wait(&self, document: &str, id: &Value, every: Duration, is_so: impl Fn(&Value) -> bool) {
        while !is_so(&self.ask(document, json!({ "id": id })).await) {
            tokio::time::sleep(every).await;
        }
    }
}
