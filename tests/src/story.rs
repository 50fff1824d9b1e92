//! What stories ask again and again.

use reqwest::Response;
use serde_json::{Value, json};

use crate::{Client, until};

/// What a story wants to know of a job.
const JOB: &str = "id kind title subjectIds state attempts attemptId retryAt changedAt
    failure { class message advice output exitCode partial }";

impl Client {
    /// One job.
    pub async fn job(&self, id: &str) -> Value {
        let document = format!("query($id: ID!) {{ job(id: $id) {{ {JOB} }} }}");
        self.ask(&document, json!({ "id": id })).await["job"].take()
    }

    /// The newest hundred jobs that fit a filter.
    pub async fn jobs(&self, filter: Value) -> Vec<Value> {
        let document = format!(
            "query($filter: JobFilterInput) {{ jobs(first: 100, filter: $filter) {{ nodes {{ {JOB} }} }} }}"
        );
        let mut data = self.ask(&document, json!({ "filter": filter })).await;
        list(data["jobs"]["nodes"].take())
    }

    /// The newest download job whose item's title or address contains a text, once it is in a state.
    pub async fn download_job(&self, about: &str, state: &str) -> Value {
        until(&format!("the download of {about} is {state}"), || async {
            let jobs = self.jobs(json!({ "state": state })).await;
            let fits = |job: &Value| {
                job["kind"] == json!("DOWNLOAD") && job["title"].as_str().unwrap().contains(about)
            };
            jobs.into_iter().find(fits)
        })
        .await
    }

    /// Asks `jobCancel`, `jobPause`, `jobResume` or `jobRetry` of one job; answers the payload.
    pub async fn job_verb(&self, verb: &str, id: &str) -> Value {
        let document = format!(
            "mutation($ids: [ID!]!) {{ {verb}(input: {{ ids: $ids }}) {{ results {{ id job {{ id state }} }}
                position userErrors {{ code message advice retryable }} }} }}"
        );
        self.ask(&document, json!({ "ids": [id] })).await[verb].take()
    }

    /// Asks `playlistRefresh`; answers the payload at once.
    pub async fn ask_refresh(&self, playlist_id: &str, full: bool) -> Value {
        const DOCUMENT: &str = "mutation($id: ID!, $full: Boolean!) {
            playlistRefresh(input: { id: $id, full: $full }) {
                job { id state } position userErrors { code message advice } } }";
        let variables = json!({ "id": playlist_id, "full": full });
        self.ask(DOCUMENT, variables).await["playlistRefresh"].take()
    }

    /// Refreshes a playlist and waits for the end; answers the ended job.
    pub async fn look(&self, playlist_id: &str, full: bool) -> Value {
        let payload = self.ask_refresh(playlist_id, full).await;
        assert_eq!(payload["userErrors"], json!([]));
        self.wait_job(payload["job"]["id"].as_str().unwrap()).await
    }

    /// One playlist.
    pub async fn playlist(&self, id: &str) -> Value {
        const DOCUMENT: &str =
            "query($id: ID!) { playlist(id: $id) { id url title kind entryCount refreshOutcome
            refreshCounts { added notSeen removed moved renamed described unavailable returned }
            refreshFailure { class message advice partial }
            refreshUnreadable refreshUnreadableRows { index reason } } }";
        self.ask(DOCUMENT, json!({ "id": id })).await["playlist"].take()
    }

    /// The first entries of a playlist, those that are gone included.
    pub async fn entries(&self, playlist_id: &str) -> Vec<Value> {
        const DOCUMENT: &str = "query($id: ID!) { playlist(id: $id) { entries(first: 100, filter: { removed: true }) { nodes {
            id sourceId url title availability status itemId download { id state job { id } file { path } } } } } }";
        let mut data = self.ask(DOCUMENT, json!({ "id": playlist_id })).await;
        list(data["playlist"]["entries"]["nodes"].take())
    }

    /// The id of the entry of an item as its source names it.
    pub async fn entry_of(&self, playlist_id: &str, source_id: &str) -> String {
        let entries = self.entries(playlist_id).await;
        let entry = entries.iter().find(|entry| entry["sourceId"] == json!(source_id));
        entry.unwrap_or_else(|| panic!("no {source_id} in {entries:?}"))["id"].as_str().unwrap().to_owned()
    }

    /// Keeps one entry and waits for all that comes of it; answers the story's numbers.
    pub async fn download_entry(&self, entry_id: &str, quality: &str) -> Value {
        let story = self.start_download(json!({ "entryIds": [entry_id] }), quality).await;
        self.wait_story(&story).await
    }

    /// The newest hundred files of the library.
    pub async fn files(&self) -> Vec<Value> {
        const DOCUMENT: &str =
            "{ files(first: 100) { nodes { id path sizeBytes blake3 height durationMs itemId check } } }";
        let mut data = self.ask(DOCUMENT, json!({})).await;
        list(data["files"]["nodes"].take())
    }

    /// Sets how many downloads run at once.
    pub async fn limit_downloads(&self, limit: u32) {
        const DOCUMENT: &str =
            "mutation($limit: Int!) { limitsSet(input: { kinds: [{ kind: DOWNLOAD, limit: $limit }] }) {
            limits { kinds { kind limit } } userErrors { code } } }";
        let data = self.ask(DOCUMENT, json!({ "limit": limit })).await;
        assert_eq!(data["limitsSet"]["limits"]["kinds"][1]["limit"], json!(limit), "{data}");
    }

    /// `GET` on a path of the server with the client's token.
    pub async fn get(&self, path: &str) -> Response {
        let request = reqwest::Client::new().get(format!("{}{path}", self.url()));
        request.bearer_auth(self.token()).send().await.unwrap()
    }
}

fn list(mut nodes: Value) -> Vec<Value> {
    nodes.as_array_mut().map(std::mem::take).unwrap()
}
