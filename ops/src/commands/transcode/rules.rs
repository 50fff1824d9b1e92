//! Rules of profiles as files of this machine have them, and as the API does.

use std::path::Path;

use mediary_schema::profile::Rules;
use serde_json::{Map, Value};

use super::survey::humped;
use crate::{answers::transcode::Profile, commands::failure::Failure};

/// The most bytes of a file of rules.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// Fields that have a word of a list, which the API has in capitals.
const WORDS: [&str; 4] = ["container", "codec", "hdr", "subtitles"];

/// The rules in a file. What it says that is no rule is an error with its line.
pub(super) async fn read(path: &Path) -> Result<Rules, Failure> {
    let size_bytes = tokio::fs::metadata(path).await.map_err(Failure::file("reading", path))?.len();
    if size_bytes > FILE_BYTES_MAX {
        return Err(no_rules(path, &format!("it is longer than {} KiB", FILE_BYTES_MAX >> 10)));
    }
    let text = tokio::fs::read_to_string(path).await.map_err(Failure::file("reading", path))?;
    toml::from_str(&text).map_err(|error| no_rules(path, error.to_string().trim_end()))
}

fn no_rules(path: &Path, why: &str) -> Failure {
    Failure::Usage {
        message: format!("{} has no rules of a profile: {why}", path.display()),
        advice: "`mediary transcode profile show web --toml` shows what a file of rules is like",
    }
}

/// Rules as they are given to the API.
pub(super) fn input_of(rules: &Rules) -> Result<Value, Failure> {
    let value = serde_json::to_value(rules).map_err(std::io::Error::from)?;
    Ok(humped(cased(value, str::to_ascii_uppercase)))
}

/// The rules of a profile as a file has them.
pub(super) fn text(profile: &Profile) -> Result<String, Failure> {
    toml::to_string(&rules_of(profile)?).map_err(|error| std::io::Error::other(error).into())
}

/// The rules of a profile.
pub(crate) fn rules_of(profile: &Profile) -> Result<Rules, Failure> {
    let mut value = serde_json::to_value(profile).map_err(std::io::Error::from)?;
    if let Value::Object(fields) = &mut value {
        for other in ["name", "version", "isOwn"] {
            fields.remove(other);
        }
    }
    let value = cased(unhumped(value), str::to_ascii_lowercase);
    Ok(serde_json::from_value(value).map_err(std::io::Error::from)?)
}

/// The same with other letters in its words.
fn cased(value: Value, case: fn(&str) -> String) -> Value {
    let Value::Object(fields) = value else { return value };
    let each = |(name, value): (String, Value)| match value {
        Value::String(word) if WORDS.contains(&name.as_str()) => (name, Value::String(case(&word))),
        value => (name, cased(value, case)),
    };
    Value::Object(fields.into_iter().map(each).collect())
}

/// Names of fields as files have them; what is not there is left out.
fn unhumped(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let there = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(there.map(|(name, value)| (parted(&name), unhumped(value))).collect::<Map<_, _>>())
}

/// `keepAudio` as `keep_audio`.
fn parted(name: &str) -> String {
    let mut parted = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            parted.push('_');
        }
        parted.push(letter.to_ascii_lowercase());
    }
    parted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // What is shown as a file is what is saved from it.
    #[test]
    fn rules_come_from_a_file_to_the_api_and_back_as_they_were() {
        for shipped in mediary_schema::profile::Profile::shipped() {
            let mut told = input_of(&shipped.rules).unwrap();
            let Value::Object(fields) = &mut told else { panic!("{told}") };
            for (name, value) in [("name", json!("mine")), ("version", json!(1)), ("isOwn", json!(true))] {
                fields.insert(name.to_owned(), value);
            }
            // What the API always answers, and a file need not say.
            for (name, value) in [("keepAudio", json!([])), ("keepSubtitles", json!([]))] {
                fields.entry(name).or_insert(value);
            }
            for name in ["dropCommentary", "mayGrow"] {
                fields.entry(name).or_insert(json!(false));
            }
            if let Some(Value::Object(video)) = fields.get_mut("video") {
                video.entry("copiesWhatFits").or_insert(json!(false));
                video.entry("preset").or_insert(json!(""));
            }
            let profile: Profile = serde_json::from_value(told).unwrap();
            let text = text(&profile).unwrap();
            assert_eq!(toml::from_str::<Rules>(&text).unwrap(), shipped.rules, "{text}");
        }
    }

    #[tokio::test]
    async fn what_is_no_rule_is_said_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        std::fs::write(&path, "container = \"mkv\"\nbox = 1\n[audio]\ncodec = \"copy\"\n").unwrap();
        let said = read(&path).await.unwrap_err().to_string();
        assert!(said.contains("line 2") && said.contains("box"), "{said}");
        assert!(read(&folder.path().join("nowhere")).await.is_err());
    }
}
