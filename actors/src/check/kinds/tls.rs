//! A certificate that is valid, for the name, for a while to come.
//!
//! Whether it is believed says the same verifier as for everything else that is asked of other machines. The certificate itself
//! is read only to say what is wrong with it, and for how long it is valid.

use mediary_schema::{
    Timestamp,
    check::{Finding, Reason, Value},
};
use rustls::CertificateError;
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, parse_x509_certificate, x509::X509Name,
};

use super::{days, unreachable};
use crate::net::{Error, Net, Shown, Unreachable};

pub(in crate::check) async fn look(
    net: &Net,
    host: &str,
    port: u16,
    days_min: u32,
    now: Timestamp,
) -> Finding {
    match net.certificate(host, port, now).await {
        Ok(shown) => judged(&shown, host, days_min, now),
        Err(Error::Unreachable(Unreachable::Certificate { reason })) => {
            Finding::failing(format!("{host}:{port} does not go over to TLS: {reason}"))
        }
        Err(error) => unreachable(&error),
    }
}

fn judged(shown: &Shown, host: &str, days_min: u32, now: Timestamp) -> Finding {
    let Ok((_, certificate)) = parse_x509_certificate(&shown.certificate) else {
        return match &shown.refused {
            Some(error) => Finding::failing(error.to_string()),
            None => Finding::unknown(Reason::CouldNotRun, "the certificate is believed, but can't be read"),
        };
    };
    let facts = Facts::of(&certificate, now);
    let days_left = days::until(facts.to, now);
    let finding = match &shown.refused {
        Some(error) => Finding::failing(facts.with_what_is_wrong(error, host, &certificate)),
        None if days_left < i64::from(days_min) => {
            Finding::failing(format!("{}: {} are too few", facts.words(), days::words(days_left)))
        }
        None => Finding::ok(facts.words()),
    };
    finding.with([Value::new("days_left", days_left as f64, "d")])
}

/// What a certificate says of itself.
#[derive(Debug)]
struct Facts {
    from: Timestamp,
    to: Timestamp,
    issuer: String,
    now: Timestamp,
}

impl Facts {
    fn of(certificate: &X509Certificate<'_>, now: Timestamp) -> Self {
        let moment = |seconds: i64| Timestamp::from_micros(seconds.saturating_mul(1_000_000));
        let validity = certificate.validity();
        let (from, to) = (moment(validity.not_before.timestamp()), moment(validity.not_after.timestamp()));
        Self { from, to, issuer: name_of(certificate.issuer()), now }
    }

    fn is_over(&self) -> bool {
        self.now > self.to
    }

    fn is_to_come(&self) -> bool {
        self.now < self.from
    }

    fn words(&self) -> String {
        let Self { from, to, issuer, now } = self;
        let (to_day, from_day) = (days::date(*to), days::date(*from));
        if self.is_over() {
            let ago = days::words(days::since(*to, *now));
            return format!("expired {ago} ago, on {to_day}, issued by {issuer}");
        }
        if self.is_to_come() {
            return format!("valid from {from_day} on, which is to come, issued by {issuer}");
        }
        let left = days::words(days::until(*to, *now));
        format!("valid for {left} more, until {to_day}, issued by {issuer}")
    }

    fn with_what_is_wrong(&self, error: &rustls::Error, host: &str, shown: &X509Certificate<'_>) -> String {
        use CertificateError as Wrong;
        let rustls::Error::InvalidCertificate(wrong) = error else {
            return format!("{error}: {}", self.words());
        };
        let what = match wrong {
            Wrong::Expired | Wrong::ExpiredContext { .. } if self.is_over() => return self.words(),
            Wrong::NotValidYet | Wrong::NotValidYetContext { .. } if self.is_to_come() => {
                return self.words();
            }
            Wrong::Expired | Wrong::ExpiredContext { .. } => {
                "the chain is not trusted, a certificate between this one and its authority expired"
                    .to_owned()
            }
            Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => {
                format!("not for {host}, but for {}", names(shown))
            }
            Wrong::UnknownIssuer => "the chain is not trusted, it leads to no known authority".to_owned(),
            Wrong::Revoked => "revoked".to_owned(),
            wrong => format!("the chain is not trusted, {wrong}"),
        };
        format!("{what}: {}", self.words())
    }
}

/// What people know somebody by who issues certificates.
fn name_of(name: &X509Name<'_>) -> String {
    let known = name.iter_common_name().chain(name.iter_organization()).find_map(|part| part.as_str().ok());
    known.map_or_else(|| name.to_string(), str::to_owned)
}

/// Whom a certificate is for: as many as can be read at a glance.
fn names(certificate: &X509Certificate<'_>) -> String {
    const SHOWN_MAX: usize = 4;
    let listed = certificate.subject_alternative_name().ok().flatten();
    let mut names: Vec<String> =
        listed.map_or_else(Vec::new, |listed| listed.value.general_names.iter().filter_map(shown).collect());
    if names.len() > SHOWN_MAX {
        let more = names.len() - SHOWN_MAX;
        names.truncate(SHOWN_MAX);
        names.push(format!("{more} more"));
    }
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn shown(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(|bytes| std::net::IpAddr::from(bytes).to_string());
            v4.or_else(|_| {
                <[u8; 16]>::try_from(*bytes).map(|bytes| std::net::IpAddr::from(bytes).to_string())
            })
            .ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
