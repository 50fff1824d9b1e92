//! What a proof found, whoever gave it.

use mediary_log::{Hash, Report, VerifyError};

pub(crate) use crate::answers::log::{Erasure, LogVerification as Verification};
use crate::{client::UserError, commands::failure::Failure, output::fields};

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
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
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
