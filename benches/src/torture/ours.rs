//! What the platform makes of the files: taken from a watched folder, and transcoded by each profile.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use mediary_schema::profile::Profile;
use serde_json::{Map, Value, json};

use super::{Became, Seen, lost};
use crate::platform::Platform;

/// How often is asked whether all is done.
const OFTEN: Duration = Duration::from_millis(200);

/// A server that has taken all files which are whole.
#[derive(Debug)]
pub struct Ours {
    platform: Platform,
    folder: PathBuf,
    profiles: Vec<Profile>,
    /// The files that it has, by their names in the folder.
    taken: BTreeMap<String, Value>,
    /// Why it has not taken the others.
    refused: BTreeMap<String, String>,
}

impl Ours {
    /// Starts one below a folder, which takes the files of another one.
    ///
    /// # Panics
    /// If it does not.
    pub async fn start(below: &Path, folder: &Path) -> Self {
        const ROOT: &str =
            "mutation($input: RootAddInput!) { rootAdd(input: $input) { userErrors { message } } }";
        const SAVE: &str =
            "mutation($input: ProfileSaveInput!) { profileSave(input: $input) { userErrors { message } } }";
        const WATCH: &str =
            "mutation($input: WatchAddInput!) { watchAdd(input: $input) { userErrors { message } } }";
        let platform = Platform::start(below, None).await;
        let profiles: Vec<Profile> = Profile::shipped().into();
        let told = platform.ask(ROOT, json!({ "input": { "folder": folder, "kind": "WATCH" } })).await;
        assert_eq!(told["rootAdd"]["userErrors"], json!([]));
        for profile in &profiles {
            // Of a small file a larger one is made, which proves as much.
            let mut rules = profile.rules.clone();
            rules.may_grow = true;
            let rules = asked(serde_json::to_value(&rules).expect("rules are words"));
            let input = json!({ "name": hard(profile.name.as_str()), "rules": rules });
            let told = platform.ask(SAVE, json!({ "input": input })).await;
            assert_eq!(told["profileSave"]["userErrors"], json!([]));
        }
        let wanted =
            json!({ "folder": folder, "profile": hard("remux"), "settleSeconds": 0, "names": ["*"] });
        let told = platform.ask(WATCH, json!({ "input": wanted })).await;
        assert_eq!(told["watchAdd"]["userErrors"], json!([]));
        let (taken, refused) = (BTreeMap::new(), BTreeMap::new());
        let mut ours = Self { platform, folder: folder.to_owned(), profiles, taken, refused };
        ours.take().await;
        ours
    }

    /// The names of the profiles that ship with the program.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().map(|profile| profile.name.as_str())
    }

    /// Stops it.
    pub async fn stop(self) {
        self.platform.stop().await;
    }

    /// Waits until each file is taken, or it is said why not.
    async fn take(&mut self) {
        let names: BTreeSet<String> = std::fs::read_dir(&self.folder)
            .expect("the files are there")
            .flatten()
            .filter(|entry| entry.path().is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        loop {
            let files = self.all("files", "path state id", "").await;
            for file in
                files.iter().filter(|file| file["path"].as_str().is_some_and(|path| names.contains(path)))
            {
                self.taken.insert(file["path"].as_str().unwrap_or_default().to_owned(), file["id"].clone());
            }
            let failed = self
                .all("jobs", "title failure { message }", "filter: { kind: ADOPT, state: FAILED },")
                .await;
            for job in &failed {
                let why = job["failure"]["message"].as_str().unwrap_or_default().to_owned();
                self.refused.insert(job["title"].as_str().unwrap_or_default().to_owned(), why);
            }
            if names.iter().all(|name| self.taken.contains_key(name) || self.refused.contains_key(name)) {
                return;
            }
            tokio::time::sleep(OFTEN).await;
        }
    }

    /// Has one made of each by the rules of a profile that ships, and judges it.
    ///
    /// # Panics
    /// If that can't be asked for.
    pub async fn make(&self, profile: &str, files: &[PathBuf]) -> Vec<(PathBuf, Became)> {
        const START: &str = "mutation($input: TranscodeStartInput!) { transcodeStart(input: $input) { userErrors { message } } }";
        let name = hard(profile);
        let ids: Vec<&Value> = self.taken.values().collect();
        // By the first one they are made since they were taken.
        if profile != "remux" {
            let told =
                self.platform.ask(START, json!({ "input": { "fileIds": ids, "profile": name } })).await;
            assert_eq!(told["transcodeStart"]["userErrors"], json!([]), "{profile}");
        }
        let made = loop {
            let all = self.all("transcodes", "profile state failure { class message } source { path } result { path } recipe { leftOut { index } }", "").await;
            let of_it: Vec<Value> = all.into_iter().filter(|one| one["profile"] == json!(name)).collect();
            if of_it.len() == ids.len() && of_it.iter().all(|one| one["state"] != "WANTED") {
                break of_it;
            }
            tokio::time::sleep(OFTEN).await;
        };
        let mut judged = Vec::new();
        for file in files {
            let called = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let became = match made.iter().find(|one| one["source"]["path"] == json!(called)) {
                Some(transcode) => self.judge(transcode, file, profile).await,
                None => Became::Refused(self.refused.get(called).cloned().unwrap_or_default()),
            };
            judged.push((file.clone(), became));
        }
        judged
    }

    async fn judge(&self, transcode: &Value, file: &Path, profile: &str) -> Became {
        let why = || transcode["failure"]["message"].as_str().unwrap_or_default().to_owned();
        match transcode["state"].as_str() {
            Some("FIT") => return Became::Fits,
            Some("MADE") => {}
            _ if transcode["failure"]["class"] == "UNSUPPORTED" => return Became::Refused(why()),
            _ => return Became::Failed(why()),
        }
        let made = self.folder.join(transcode["result"]["path"].as_str().unwrap_or_default());
        let (Some(source), Some(seen)) = (Seen::of(file).await, Seen::of(&made).await) else {
            return Became::Made(vec!["ffprobe reads one of both, and not the other".to_owned()]);
        };
        let beside = Seen::of(&made.with_extension("mks")).await;
        let said = transcode["recipe"]["leftOut"].as_array().into_iter().flatten();
        let said = said.filter_map(|left| left["index"].as_u64()?.try_into().ok()).collect();
        Became::Made(lost(&source, &seen, beside.as_ref(), &said, profile != "audio"))
    }

    /// Every node of a connection.
    async fn all(&self, connection: &str, fields: &str, filter: &str) -> Vec<Value> {
        let document = format!(
            "query($after: String) {{ {connection}({filter} first: 100, after: $after) {{
                nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let (mut all, mut after) = (Vec::new(), Value::Null);
        loop {
            let mut page = self.platform.ask(&document, json!({ "after": after })).await[connection].take();
            all.extend(page["nodes"].as_array_mut().map(std::mem::take).into_iter().flatten());
            if page["pageInfo"]["hasNextPage"] != true {
                return all;
            }
            after = page["pageInfo"]["endCursor"].take();
        }
    }
}

/// What the profile is called by whose rules results may be larger.
fn hard(profile: &str) -> String {
    format!("hard-{profile}")
}

/// Rules as the API takes them: `keep_audio` is `keepAudio` there, and a word of a list stands in capitals.
fn asked(rules: Value) -> Value {
    const WORDS: [&str; 4] = ["container", "codec", "hdr", "subtitles"];
    let Value::Object(fields) = rules else { return rules };
    let each = |(name, value): (String, Value)| {
        let mut parts = name.split('_');
        let first = parts.next().unwrap_or_default().to_owned();
        let humped = parts.fold(first, |all, part| {
            let (head, tail) = part.split_at(1);
            all + &head.to_ascii_uppercase() + tail
        });
        let value = match value {
            Value::String(word) if WORDS.contains(&name.as_str()) => Value::String(word.to_ascii_uppercase()),
            value => asked(value),
        };
        (humped, value)
    };
    Value::Object(fields.into_iter().map(each).collect::<Map<_, _>>())
}
