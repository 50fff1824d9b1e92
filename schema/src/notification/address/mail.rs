//! Addresses of mailboxes, as Apprise spells them: `mailtos://USER:PASSWORD@HOST?from=…&to=…`.

use std::fmt;

use super::{AddressRefused, Parts, Target};

/// Mailboxes, by a server that takes mail for them.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The server: a name, or an address as a URL spells it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What keeps others from reading on the way.
    pub encryption: Encryption,
    /// A name and a password, if the server wants to know who sends.
    pub login: Option<(String, String)>,
    /// Whose mail it is.
    pub from: String,
    /// To whom it goes.
    pub to: Vec<String>,
}

/// What keeps others from reading on the way to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Nothing: within a network of one's own.
    None,
    /// TLS, which is asked for once connected (RFC 3207), and without which nothing is sent.
    StartTls,
    /// TLS from the first byte on (RFC 8314).
    Tls,
}

impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Mail")
    }
}

/// The port on which TLS begins with the first byte.
const TLS_PORT: u16 = 465;
/// Mailboxes of one channel.
const TO_MAX: usize = 20;
/// The longest address of a mailbox, in bytes (RFC 5321, 4.5.3.1).
const MAILBOX_BYTES_MAX: usize = 254;

pub(super) fn mail(parts: &Parts) -> Result<Target, AddressRefused> {
    let form = "mailtos://[USER:PASSWORD@]HOST[:PORT]?from=ADDRESS&to=ADDRESS[,ADDRESS]";
    let refused = || AddressRefused::Incomplete { form };
    let encryption = match (parts.is_secure, parts.query("mode").as_deref(), parts.url.port()) {
        (false, _, _) => Encryption::None,
        (true, Some("ssl"), _) | (true, None, Some(TLS_PORT)) => Encryption::Tls,
        (true, _, _) => Encryption::StartTls,
    };
    let usual = match encryption {
        Encryption::None => 25,
        Encryption::StartTls => 587,
        Encryption::Tls => TLS_PORT,
    };
    let of_user = |user: String| if user.contains('@') { user } else { format!("{user}@{}", parts.host) };
    let from = parts.query("from").or_else(|| parts.user().map(of_user)).ok_or_else(refused)?;
    let to = parts.query("to").unwrap_or_else(|| from.clone());
    let to: Vec<String> = to.split(',').map(|mailbox| mailbox.trim().to_owned()).collect();
    if to.len() > TO_MAX || !to.iter().chain([&from]).all(|mailbox| is_mailbox(mailbox)) {
        return Err(refused());
    }
    let port = parts.url.port().unwrap_or(usual);
    let login = parts.user().zip(parts.password());
    Ok(Target::Email(Mail { host: parts.host.clone(), port, encryption, login, from, to }))
}

/// `anna@example.org`: nothing that could be taken for more than one mailbox, or for a command.
fn is_mailbox(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_graphic() && !"<>()[],;:\\\"".contains(letter);
    let (local, domain) = text.split_once('@').unwrap_or_default();
    let is_whole = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
    is_whole && text.len() <= MAILBOX_BYTES_MAX && text.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str) -> Mail {
        match text.parse() {
            Ok(Target::Email(mail)) => mail,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn mailboxes_are_spelt_as_elsewhere() {
        let mail = read("mailtos://anna%40a.example:p%40ss@smtp.a.example?to=bert@b.example,cara@c.example");
        assert!(mail.login == Some(("anna@a.example".to_owned(), "p@ss".to_owned())));
        assert_eq!((mail.host.as_str(), mail.port), ("smtp.a.example", 587));
        assert_eq!((mail.from.as_str(), mail.to.len()), ("anna@a.example", 2));
        assert_eq!(mail.encryption, Encryption::StartTls);
        for (text, port, encryption) in [
            ("mailto://127.0.0.1?from=a@b.example", 25, Encryption::None),
            ("mailto://127.0.0.1:1025?from=a@b.example", 1025, Encryption::None),
            ("mailtos://a.example:465?from=a@b.example", 465, Encryption::Tls),
            ("mailtos://a.example?from=a@b.example&mode=ssl", 465, Encryption::Tls),
            ("mailtos://a.example:2525?from=a@b.example&mode=starttls", 2525, Encryption::StartTls),
        ] {
            let mail = read(text);
            assert_eq!(
                (mail.port, mail.encryption, mail.login.is_none()),
                (port, encryption, true),
                "{text}"
            );
            assert_eq!(mail.to, ["a@b.example"], "{text}");
        }
        assert_eq!(read("mailto://anna@a.example").from, "anna@a.example");
    }

    #[test]
    fn what_could_be_a_command_is_no_mailbox() {
        for to in ["", "anna", "a@b@c", "a%20@b.example", "a%3E%0D%0ADATA@b.example", "%22a%22@b.example"] {
            let text = format!("mailto://hunter2.example?from=a@b.example&to={to}");
            let refused = text.parse::<Target>().unwrap_err().to_string();
            assert!(refused.contains("mailtos://") && !refused.contains("hunter2"), "{refused}");
        }
    }
}
