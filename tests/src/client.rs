use std::{net::SocketAddr, path::Path};

use serde_json::{Value, json};

use crate::until;

/// Asks a server by GraphQL as its owner.
#[derive(Debug, Clone)]
pub struct Client {
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Client {
    /// A client with the token of a data folder's owner.
    pub fn of_data(data: &Path, address: SocketAddr) -> Self {
        let token = std::fs::read_to_string(data.join("local.token")).unwrap().trim().to_owned();
        Self { url: format!("http://{address}"), token, http: reqwest::Client::new() }
    }

    /// The same with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The server's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The owner's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The whole answer to a document.
    pub async fn ask_raw(&self, document: &str, variables: Value) -> Value {
        let answer = self
            .http
            .post(format!("{}/graphql", self.url))
            .bearer_auth(&self.token)
            .json(&json!({ "query": document, "variables": variables }))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    /// The data that a document answers; panics on an error.
    pub async fn ask(&self, document: &str, variables: Value) -> Value {
        let mut answer = self.ask_raw(document, variables).await;
        assert!(answer.get("errors").is_none_or(Value::is_null), "{document}: {answer}");
        answer["data"].take()
    }

    /// Follows an address and waits for the refresh to end; answers the playlist's id.
    pub async fn follow(&self, url: &str) -> String {
        let data = self
            .ask(
                "mutation($url: String!) { playlistFollow(input: { url: $url }) {
                    playlist { id } job { id } userErrors { code message } } }",
                json!({ "url": url }),
            )
            .await;
        let payload = &data["playlistFollow"];
        assert_eq!(payload["userErrors"], json!([]), "{url}");
        self.wait_job(payload["job"]["id"].as_str().unwrap()).await;
        payload["playlist"]["id"].as_str().unwrap().to_owned()
    }

    /// Refreshes a playlist, to its end, and waits for it; answers the ended job.
    pub async fn refresh(&self, playlist_id: &str) -> Value {
        let data = self
            .ask(
                "mutation($id: ID!) { playlistRefresh(input: { id: $id, full: true }) {
                    job { id } userErrors { code message } } }",
                json!({ "id": playlist_id }),
            )
            .await;
        assert_eq!(data["playlistRefresh"]["userErrors"], json!([]));
        self.wait_job(data["playlistRefresh"]["job"]["id"].as_str().unwrap()).await
    }

    /// Has files read, and waits for the end; answers the ended job.
    pub async fn verify_files(&self, input: Value) -> Value {
        const DOCUMENT: &str = "mutation($input: FileVerifyInput!) { fileVerify(input: $input) {
            job { id } userErrors { code message } } }";
        let payload = self.ask(DOCUMENT, json!({ "input": input })).await["fileVerify"].take();
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        self.wait_job(payload["job"]["id"].as_str().unwrap()).await
    }

    /// Waits for a job to end; answers it.
    pub async fn wait_job(&self, id: &str) -> Value {
        const DOCUMENT: &str = "query($id: ID!) { job(id: $id) {
            id state attempts failure { class message output exitCode partial } } }";
        until(&format!("{id} has ended"), || async {
            let job = self.ask(DOCUMENT, json!({ "id": id })).await["job"].take();
            let ended = matches!(job["state"].as_str(), Some("SUCCEEDED" | "FAILED" | "CANCELLED"));
            ended.then_some(job)
        })
        .await
    }

    /// Keeps every entry of a playlist and waits for all that comes of it; answers the story's numbers.
    pub async fn download(&self, playlist_id: &str, quality: &str) -> Value {
        let target = json!({ "playlistId": playlist_id });
        let story = self.start_download(target, quality).await;
        self.wait_story(&story).await
    }

    /// Starts downloads; answers the story and its position.
    pub async fn start_download(&self, target: Value, quality: &str) -> (String, u64) {
        let data = self
            .ask(
                "mutation($input: DownloadStartInput!) { downloadStart(input: $input) {
                    storyId position userErrors { code message } } }",
                json!({ "input": { "target": target, "quality": quality } }),
            )
            .await;
        let payload = &data["downloadStart"];
        assert_eq!(payload["userErrors"], json!([]));
        (payload["storyId"].as_str().unwrap().to_owned(), payload["position"].as_u64().unwrap())
    }

    /// Waits until nothing more comes of a story; answers its numbers.
    pub async fn wait_story(&self, (story, position): &(String, u64)) -> Value {
        const DOCUMENT: &str =
            "query($id: ID!, $position: Position) { story(id: $id, minPosition: $position) {
            jobCount succeededCount givenUpCount settled } }";
        until(&format!("{story} is settled"), || async {
            let variables = json!({ "id": story, "position": position });
            let story = self.ask(DOCUMENT, variables).await["story"].take();
            (story["settled"] == json!(true)).then_some(story)
        })
        .await
    }

    /// Waits until somebody is told of what came of all that happened: that follows by itself, a moment later.
    pub async fn until_told(&self) {
        until("somebody is told of it", || async {
            let told = self.ask("{ notifications(first: 100) { nodes { rule } } }", json!({})).await;
            let told = told["notifications"]["nodes"].as_array().unwrap();
            let is_over = |notice: &Value| !notice["rule"].as_str().unwrap().ends_with("-started");
            (!told.is_empty() && told.iter().all(is_over)).then_some(())
        })
        .await;
    }

    /// Every event of the log after a position, by pages.
    pub async fn events_after(&self, after: u64) -> Vec<Value> {
        const DOCUMENT: &str = "query($after: Position!) { events(after: $after, first: 500) {
            events { id position stream version kind schema at payload causationId } nextAfter } }";
        let (mut events, mut next) = (Vec::new(), Some(after));
        while let Some(after) = next {
            let page = self.ask(DOCUMENT, json!({ "after": after })).await["events"].take();
            next = page["nextAfter"].as_u64();
            events.extend(page["events"].as_array().unwrap().iter().cloned());
        }
        events
    }
}

/// The events of one kind.
pub fn events_of<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["kind"] == kind).collect()
}
