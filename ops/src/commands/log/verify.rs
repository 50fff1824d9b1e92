//! `mediary log verify`: the proof that the log is whole.

use std::path::PathBuf;

use clap::Args;
use mediary_log::{Checkpoint, Hash, OpenError, Report, VerifyError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    client::{Client, Document, UserError},
    commands::{
        arguments::Everywhere,
        connection::{self, Environment, url_of},
        failure::Failure,
    },
    output::{Output, fields},
};

/// What to prove.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Verify {
    /// A bundle that `log export` wrote, instead of a data folder; `-` for one that is piped in.
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// A position and its hash that were kept elsewhere: proves that nothing before was changed.
    #[arg(long, value_name = "POSITION:HASH", value_parser = parse_checkpoint)]
    checkpoint: Option<Checkpoint>,
}

pub(crate) const VERIFY: Document =
    Document::repeatable(&["query LogVerification($position: Position, $hash: String) {
  logVerification(checkpointPosition: $position, checkpointHash: $hash) {
    isWhole firstPosition lastPosition headHash erasedCount proves badPosition
    erasures { position at principal reason positions }
    error { code message advice retryable }
  }
}"]);

/// That payloads were erased: by whom, when, on which ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Erasure {
    position: u64,
    at: String,
    principal: String,
    reason: String,
    positions: Vec<u64>,
}

impl From<&mediary_log::Erasure> for Erasure {
    fn from(erasure: &mediary_log::Erasure) -> Self {
        Self {
            position: erasure.position,
            at: erasure.at.to_string(),
            principal: erasure.principal.to_string(),
            reason: erasure.reason.clone(),
            positions: erasure.positions.clone(),
        }
    }
}

impl Erasure {
    /// It on a line for people.
    fn line(&self) -> String {
        let positions: Vec<String> = self.positions.iter().map(ToString::to_string).collect();
        let Self { at, principal, reason, .. } = self;
        format!("{} by {principal} at {at}: {reason}", positions.join(", "))
    }
}

/// What a proof found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verification {
    pub(crate) is_whole: bool,
    pub(crate) first_position: Option<u64>,
    pub(crate) last_position: Option<u64>,
    pub(crate) head_hash: Option<String>,
    pub(crate) erased_count: Option<u64>,
    #[serde(default)]
    pub(crate) erasures: Vec<Erasure>,
    pub(crate) proves: Option<String>,
    pub(crate) bad_position: Option<u64>,
    pub(crate) error: Option<UserError>,
}

impl From<&Report> for Verification {
    fn from(report: &Report) -> Self {
        Self {
            is_whole: report.is_whole(),
            first_position: Some(report.first_position),
            last_position: Some(report.last_position),
            head_hash: Some(hex(&report.head_hash)),
            erased_count: Some(report.erased),
            erasures: report.erasures.iter().map(Erasure::from).collect(),
            proves: Some(report.proves()),
            bad_position: None,
            error: None,
        }
    }
}

impl From<&VerifyError> for Verification {
    fn from(error: &VerifyError) -> Self {
        Self {
            is_whole: false,
            first_position: None,
            last_position: None,
            head_hash: None,
            erased_count: None,
            erasures: Vec::new(),
            proves: None,
            bad_position: error.position(),
            error: Some(UserError {
                code: error.code().to_owned(),
                message: chain(error),
                advice: Some(error.advice()),
                retryable: false,
            }),
        }
    }
}

/// Proves the bundle, the folder, or the log of the server that has the folder.
pub(crate) async fn run(
    verify: &Verify,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    if verify.bundle.is_some() && flags.data.is_some() {
        return Err(Failure::Usage {
            message: "--bundle and --data are two logs".to_owned(),
            advice: "prove one, then the other",
        });
    }
    let verification = match (&verify.bundle, connection::data_folder(flags, environment)) {
        (Some(bundle), _) => answer(mediary_log::verify_bundle(bundle, verify.checkpoint))?,
        (None, Some(folder)) => match answer(mediary_log::verify(&folder, verify.checkpoint)) {
            Err(Offline::InUse(listen)) => {
                let client = holder(flags, environment, listen.as_deref())?;
                verify_live(&client, verify.checkpoint).await?
            }
            proved => proved?,
        },
        // Without a folder there may still be a server.
        (None, None) => verify_live(&connection::connect(flags, environment)?, verify.checkpoint).await?,
    };
    output.show(&verification, text)?;
    verdict(verification)
}

/// Asks a server to prove its own log.
pub(crate) async fn verify_live(
    client: &Client,
    checkpoint: Option<Checkpoint>,
) -> Result<Verification, Failure> {
    let variables = match checkpoint {
        Some(Checkpoint { position, hash }) => json!({ "position": position, "hash": hex(&hash) }),
        None => json!({}),
    };
    Ok(client.ask(&VERIFY, variables).await?)
}

/// A client for the server that has the folder.
pub(crate) fn holder(
    flags: &Everywhere,
    environment: &Environment,
    listen: Option<&str>,
) -> Result<Client, Failure> {
    let mut flags = flags.clone();
    flags.server = flags.server.or_else(|| listen.and_then(url_of));
    flags.data = connection::data_folder(&flags, environment);
    connection::connect(&flags, environment)
}

/// Why files can't be looked at.
pub(crate) enum Offline {
    /// A process has the folder; its server listens here.
    InUse(Option<String>),
    Failure(Failure),
}

impl From<Offline> for Failure {
    fn from(offline: Offline) -> Self {
        match offline {
            Offline::Failure(failure) => failure,
            Offline::InUse(_) => Self::Usage {
                message: "the folder is in use".to_owned(),
                advice: "ask the server that has it",
            },
        }
    }
}

/// What files proved without a server; what is wrong with them is part of the answer.
fn answer(proved: Result<Report, VerifyError>) -> Result<Verification, Offline> {
    match proved {
        Ok(report) => Ok(Verification::from(&report)),
        Err(VerifyError::Open(error)) => match open_failure(error) {
            Ok(error) => Ok(Verification::from(&VerifyError::Open(error))),
            Err(offline) => Err(offline),
        },
        Err(error @ (VerifyError::Read { .. } | VerifyError::NoBundle { .. })) => {
            Err(Offline::Failure(unreadable(error.code(), &error, error.advice())))
        }
        Err(error) => Ok(Verification::from(&error)),
    }
}

/// Tells damage, which is an answer, from a folder that can't be looked at.
pub(crate) fn open_failure(error: OpenError) -> Result<OpenError, Offline> {
    match error {
        OpenError::InUse { holder, .. } => Err(Offline::InUse(holder.listen)),
        OpenError::Damaged { .. } => Ok(error),
        other => Err(Offline::Failure(unreadable(other.code(), &other, other.advice()))),
    }
}

fn unreadable(code: &str, error: &dyn std::error::Error, advice: String) -> Failure {
    Failure::Unreadable { code: code.to_owned(), message: chain(error), advice }
}

/// Damage ends the process with 1.
pub(crate) fn verdict(verification: Verification) -> Result<(), Failure> {
    let Some(error) = verification.error else { return Ok(()) };
    let at = verification.bad_position.map(|position| format!("first bad position {position}: "));
    Err(Failure::Unsound {
        code: error.code,
        message: format!("{}{}", at.unwrap_or_default(), error.message),
        advice: error.advice.unwrap_or_default(),
    })
}

/// What the proof found, a line each.
pub(crate) fn text(verification: &Verification) -> String {
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let verdict = match verification {
        Verification { error: Some(_), .. } => "not whole",
        Verification { is_whole: true, .. } => "whole",
        Verification { .. } => "a stretch that holds together",
    };
    fields(&[
        ("log", Some(verdict.to_owned())),
        ("first position", number(verification.first_position)),
        ("last position", number(verification.last_position)),
        ("head hash", verification.head_hash.clone()),
        ("erased", erased(&verification.erasures)),
        ("first bad position", number(verification.bad_position)),
        ("proves", verification.proves.clone()),
    ])
}

/// What was erased, a line for each time.
fn erased(erasures: &[Erasure]) -> Option<String> {
    let lines: Vec<String> = erasures.iter().map(Erasure::line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

pub(crate) fn hex(hash: &Hash) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).expect("a nibble is a digit");
    hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn parse_checkpoint(text: &str) -> Result<Checkpoint, String> {
    let wanted =
        "give it as POSITION:HASH, the hash with 64 lower-case hex digits, as `log verify` prints them";
    let (digits, hash) = text.split_once(':').ok_or(wanted)?;
    let position: u64 = digits.parse().map_err(|_| wanted)?;
    if position.to_string() != digits {
        return Err(wanted.to_owned());
    }
    let hash = parse_hash(hash).ok_or(wanted)?;
    Ok(Checkpoint { position, hash })
}

fn parse_hash(text: &str) -> Option<Hash> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    if text.len() != 64 || !text.bytes().all(is_hex) {
        return None;
    }
    let mut hash = Hash::default();
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::exit::Exit;
    use crate::output::{Format, testing::Printed};

    #[test]
    fn a_checkpoint_is_what_verify_prints() {
        let hash: Hash = std::array::from_fn(|index| index as u8);
        let parsed = parse_checkpoint(&format!("17:{}", hex(&hash))).unwrap();
        assert_eq!(parsed, Checkpoint { position: 17, hash });
        let with = |position: &str, digit: &str, times| format!("{position}:{}", digit.repeat(times));
        let wrong = [("17", "g", 64), ("17", "é", 32), ("17", "A", 64), ("+17", "a", 64), ("017", "a", 64)];
        let wrong = wrong.map(|(position, digit, times)| with(position, digit, times));
        for wrong in wrong.iter().map(String::as_str).chain(["17", "x:00", "17:00"]) {
            assert!(parse_checkpoint(wrong).is_err(), "{wrong}");
        }
    }

    async fn verified(path: &Path) -> (String, Result<(), Failure>) {
        let printed = Printed::default();
        let flags = Everywhere { data: Some(path.to_owned()), ..Everywhere::default() };
        let mut output = printed.output(Format::Json);
        let result = run(&Verify::default(), &flags, &Environment::default(), &mut output).await;
        (printed.data(), result)
    }

    #[tokio::test]
    async fn a_folder_without_a_log_says_so_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (data, result) = verified(folder.path()).await;
        let failure = result.unwrap_err();
        assert_eq!(data, "");
        assert_eq!(failure.exit(), Exit::Io);
        assert!(failure.to_string().starts_with("there is no log in"), "{failure}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    // audit D11, blackbox 27.
    #[tokio::test]
    async fn what_is_no_bundle_is_called_so() {
        let folder = tempfile::tempdir().unwrap();
        for (bundle, code) in [
            (folder.path().to_owned(), "BUNDLE_UNREADABLE"),
            (folder.path().join("none"), "BUNDLE_UNREADABLE"),
        ] {
            let mut output = Printed::default().output(Format::Json);
            let verify = Verify { bundle: Some(bundle), checkpoint: None };
            let result = run(&verify, &Everywhere::default(), &Environment::default(), &mut output).await;
            let failure = result.unwrap_err();
            assert!(failure.to_string().starts_with("the bundle "), "{failure}");
            assert!(
                matches!(&failure, Failure::Unreadable { code: found, .. } if found == code),
                "{failure:?}"
            );
        }
        let mut output = Printed::default().output(Format::Json);
        let verify = Verify { bundle: Some(folder.path().join("none")), checkpoint: None };
        let flags = Everywhere { data: Some(folder.path().to_owned()), ..Everywhere::default() };
        let both = run(&verify, &flags, &Environment::default(), &mut output).await;
        assert_eq!(both.unwrap_err().exit(), Exit::Usage);
    }

    #[tokio::test]
    async fn a_foreign_file_is_not_whole_and_ends_with_1() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("bundle");
        std::fs::write(&bundle, "hello\n").unwrap();
        let printed = Printed::default();
        let mut output = printed.output(Format::Json);
        let verify = Verify { bundle: Some(bundle), checkpoint: None };
        let result = run(&verify, &Everywhere::default(), &Environment::default(), &mut output).await;
        assert_eq!(result.unwrap_err().exit(), Exit::WorkFailed);
        let told: Verification = serde_json::from_str(&printed.data()).unwrap();
        assert!(!told.is_whole);
        assert_eq!(told.error.unwrap().code, "BUNDLE_MALFORMED");
    }
}
