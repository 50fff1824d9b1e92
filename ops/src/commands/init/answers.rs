//! What is asked, once each, and what an answer has to be.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    net::SocketAddr,
    path::Path,
};

use rustix::fs::{Access, access};

use crate::{
    commands::failure::Failure,
    configuration::{Configuration, NatsMode},
    output::Output,
};

/// What was said; what was not is as it is, or as usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answers {
    pub(super) data: Option<String>,
    pub(super) library: Option<String>,
    pub(super) listen: Option<String>,
    pub(super) nats: Option<String>,
    pub(super) tls_certificate: Option<String>,
    pub(super) tls_key: Option<String>,
    pub(super) token: Option<String>,
}

/// The usual name of the first token.
const TOKEN: &str = "owner";

/// Whoever asks: a person on a terminal, or lines on stdin.
pub(super) struct Asking<'a> {
    asks: bool,
    output: &'a mut Output,
}

impl<'a> Asking<'a> {
    pub(super) fn new(asks: bool, output: &'a mut Output) -> Self {
        Self { asks, output }
    }

    /// Asks what no flag has said. What is known already is offered, and taken if nothing is asked.
    pub(super) fn all(&mut self, said: Answers, known: &Configuration) -> Result<Answers, Failure> {
        let Answers { data, library, listen, nats, tls_certificate, tls_key, token } = said;
        let shown = |path: &Path| path.display().to_string();
        let data = self.one(data, "Data folder: log, views and the rest", &shown(&known.data), folder)?;
        let usual = match &known.library {
            Some(library) => shown(library),
            None => shown(&Path::new(&data).join("library")),
        };
        let library = self.one(library, "Library: the folder of kept files", &usual, folder)?;
        let usual = known.listen.to_string();
        let listen =
            self.one(listen, "Address to listen on; 0.0.0.0:8484 is every address", &usual, listen_text)?;
        let nats = if nats.is_some() {
            nats
        } else {
            let usual = known.nats.to_string();
            let answer = self.one(None, "NATS: auto, off or a server's URL", &usual, nats_text)?;
            // An address that is shown without its password is not said anew.
            (!matches!(known.nats, NatsMode::Url(_)) || answer != usual).then_some(answer)
        };
        let is_beyond = listen.parse::<SocketAddr>().is_ok_and(|address| !address.ip().is_loopback());
        let (mut certificate, mut key, mut name) = (tls_certificate, tls_key, token);
        if is_beyond {
            if certificate.is_none() {
                let usual = known.tls_certificate.as_deref().map(shown).unwrap_or_default();
                let question = "Certificate (PEM) for TLS; without one tokens travel in the clear";
                certificate = Some(self.one(None, question, &usual, file)?).filter(|path| !path.is_empty());
                if certificate.is_some() {
                    let usual = known.tls_key.as_deref().map(shown).unwrap_or_default();
                    key = Some(self.one(None, "Its private key (PEM)", &usual, file)?)
                        .filter(|path| !path.is_empty());
                }
            }
            name = Some(self.one(
                name,
                "Name of the first token that other machines show",
                TOKEN,
                token_text,
            )?);
        }
        Ok(Answers {
            data: Some(data),
            library: Some(library),
            listen: Some(listen),
            nats,
            tls_certificate: certificate,
            tls_key: key,
            token: name,
        })
    }

    /// One answer. On a terminal a person may correct himself; what reads from a file may not.
    fn one(
        &mut self,
        said: Option<String>,
        question: &str,
        usual: &str,
        check: fn(&str) -> Result<(), String>,
    ) -> Result<String, Failure> {
        if let Some(said) = said {
            return check(&said).map(|()| said).map_err(nonsense);
        }
        if !self.asks {
            return Ok(usual.to_owned());
        }
        loop {
            let offered = if usual.is_empty() { "none" } else { usual };
            self.output.note(&format!("{question} [{offered}]"));
            let answer = line()?.filter(|answer| !answer.is_empty()).unwrap_or_else(|| usual.to_owned());
            match check(&answer) {
                Ok(()) => return Ok(answer),
                Err(why) if io::stdin().is_terminal() => self.output.note(&why),
                Err(why) => return Err(nonsense(why)),
            }
        }
    }

    /// Whether it is meant; nobody who says nothing at all means it.
    pub(super) fn is_meant(&mut self, question: &str) -> Result<bool, Failure> {
        self.output.note(question);
        let Some(answer) = line()? else { return Ok(false) };
        Ok(matches!(answer.to_lowercase().as_str(), "" | "y" | "yes"))
    }
}

/// The next line of stdin; none at its end.
fn line() -> Result<Option<String>, Failure> {
    let mut text = String::new();
    let count = io::stdin().lock().read_line(&mut text)?;
    Ok((count > 0).then(|| text.trim().to_owned()))
}

fn nonsense(message: String) -> Failure {
    Failure::Usage { message, advice: "nothing was written; `mediary init --help` shows what each answer is" }
}

fn folder(text: &str) -> Result<(), String> {
    let is_folder = !text.is_empty() && !text.chars().any(char::is_control) && !Path::new(text).is_file();
    if is_folder { Ok(()) } else { Err(format!("{text:?} is no folder")) }
}

fn file(text: &str) -> Result<(), String> {
    if text.is_empty() || Path::new(text).is_file() {
        Ok(())
    } else {
        Err(format!("there is no file {text:?}"))
    }
}

fn listen_text(text: &str) -> Result<(), String> {
    let parsed = text.parse::<SocketAddr>();
    parsed.map(drop).map_err(|_| format!("{text:?} is no address with a port, such as 127.0.0.1:8484"))
}

fn nats_text(text: &str) -> Result<(), String> {
    // What was not understood may be an address with a password.
    let said = text.parse::<NatsMode>().map(|_| ());
    said.map_err(|_| "that is neither auto, off nor an address such as nats://127.0.0.1:4222".to_owned())
}

fn token_text(text: &str) -> Result<(), String> {
    let is_name = !text.is_empty() && text.len() <= 100 && !text.chars().any(char::is_control);
    if is_name { Ok(()) } else { Err(format!("{text:?} is no name of a token")) }
}

/// Reads an address, as a flag.
pub(super) fn listen(text: &str) -> Result<String, String> {
    listen_text(text).map(|()| text.to_owned())
}

/// Reads a way of NATS, as a flag.
pub(super) fn nats(text: &str) -> Result<String, String> {
    nats_text(text).map(|()| text.to_owned())
}

/// Reads a name, as a flag.
pub(super) fn token(text: &str) -> Result<String, String> {
    token_text(text).map(|()| text.to_owned())
}

/// A path as a file of text can say it.
pub(super) fn path(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().ok_or_else(|| nonsense(format!("{} is no text", path.display())))?;
    Ok(text.to_owned())
}

/// Whether a folder is there and can be written to, or can be made.
pub(super) fn can_be_made(path: &Path) -> Result<(), Failure> {
    let nearest = path.ancestors().find(|folder| folder.exists()).unwrap_or_else(|| Path::new("/"));
    let refused =
        |why: &str| nonsense(format!("{} can't be made: {} {why}", path.display(), nearest.display()));
    if !nearest.is_dir() {
        return Err(refused("is no folder"));
    }
    access(nearest, Access::WRITE_OK).map_err(|_| refused("can't be written to by this user"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, testing::Printed};

    #[test]
    fn what_a_flag_says_is_not_asked_and_what_nobody_says_is_as_usual() {
        let printed = Printed::default();
        let mut output = printed.output(Format::Table);
        let said = Answers { listen: Some("127.0.0.1:1".to_owned()), ..Answers::default() };
        let answers = Asking::new(false, &mut output).all(said, &Configuration::default()).unwrap();
        let told = |text: &str| Some(text.to_owned());
        let expected = Answers {
            data: told("data"),
            library: told("data/library"),
            listen: told("127.0.0.1:1"),
            nats: told("auto"),
            ..Answers::default()
        };
        assert_eq!((answers, printed.notes().as_str()), (expected, ""));
    }

    #[test]
    fn a_server_for_other_machines_has_a_first_token() {
        let printed = Printed::default();
        let mut output = printed.output(Format::Table);
        let said = Answers { listen: Some("0.0.0.0:8484".to_owned()), ..Answers::default() };
        let answers = Asking::new(false, &mut output).all(said, &Configuration::default()).unwrap();
        assert_eq!((answers.token.as_deref(), answers.tls_certificate), (Some("owner"), None));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "a\nb", "Cargo.toml"] {
            assert!(folder(text).is_err(), "{text}");
        }
        assert!(can_be_made(Path::new("/dev/null/data")).is_err());
        assert!(listen("8484").unwrap_err().contains("127.0.0.1:8484"));
        let refused = nats("nats//u:hidden@h").unwrap_err();
        assert!(refused.contains("nats://127.0.0.1:4222") && !refused.contains("hidden"), "{refused}");
        assert!(token("").is_err());
    }
}
