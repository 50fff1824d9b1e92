//! `mediary log verify`: the proof that the log is whole, from files or by the server that has them.

mod live;
mod offline;
mod verification;

use std::path::PathBuf;

use clap::Args;
use mediary_log::{Checkpoint, Hash};

#[cfg(test)]
pub(crate) use self::live::VERIFY;
use self::offline::answer;
pub(crate) use self::{
    live::{holder, verify_live},
    offline::{Offline, open_failure},
    verification::{Verification, chain, hex, text, verdict},
};
use crate::{
    commands::{
        arguments::Everywhere,
        connection::{self, Environment},
        failure::Failure,
    },
    output::Output,
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
