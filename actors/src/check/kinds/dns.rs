//! What a name stands for.
//!
//! Those servers are asked that the machine has in its configuration, or the one that is said, which the guard has to let pass.
//! Nothing is remembered from one look to the next, and no file of the machine says what a name stands for.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    Resolver, TokioResolver,
    config::{NameServerConfig, ResolveHosts, ResolverConfig},
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{
        op::ResponseCode,
        rr::{Name, RData, RecordType as Type},
    },
};
use mediary_schema::check::{Finding, Reason, RecordType, Value};
use tokio::time::Instant;

use super::{milliseconds, unreachable};
use crate::net::{Error, Net};

/// The longest that one server is waited for.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// How often it is asked again.
const AGAIN: usize = 2;
/// Where servers listen unless said otherwise.
const PORT: u16 = 53;

pub(in crate::check) async fn look(
    net: &Net,
    within: Duration,
    name: &str,
    record: RecordType,
    expect: &[String],
    server: Option<&str>,
) -> Finding {
    let kind = kind_of(record);
    let Ok(asked) = whole(name) else {
        return Finding::unknown(Reason::CouldNotRun, format!("{name} is no name"));
    };
    let server = match server {
        Some(server) => match addresses(net, server).await {
            Ok(addresses) => Some(addresses),
            Err(error) => return of_server(server, &error),
        },
        None => None,
    };
    let resolver = match resolver(server, within) {
        Ok(resolver) => resolver,
        Err(error) => return Finding::unknown(Reason::CouldNotRun, format!("no server is known: {error}")),
    };
    let begun = Instant::now();
    let answer = resolver.lookup(asked, kind).await;
    let took = begun.elapsed();
    let found: Vec<String> = match answer {
        Ok(answer) => {
            let of_kind = answer.answers().iter().filter(|found| found.record_type() == kind);
            of_kind.map(|found| value(&found.data)).collect()
        }
        Err(error) => return without_records(name, kind, &error, took),
    };
    judged(name, kind, &found, expect, took)
}

fn kind_of(record: RecordType) -> Type {
    match record {
        RecordType::A => Type::A,
        RecordType::Aaaa => Type::AAAA,
        RecordType::Cname => Type::CNAME,
        RecordType::Mx => Type::MX,
        RecordType::Ns => Type::NS,
        RecordType::Txt => Type::TXT,
    }
}

/// A name with a dot is a whole one: within a domain of the machine's own that takes any name it would always be found.
fn whole(name: &str) -> Result<Name, impl std::error::Error> {
    let mut parsed = Name::from_str_relaxed(name.trim());
    if let Ok(parsed) = &mut parsed
        && name.contains('.')
    {
        parsed.set_fqdn(true);
    }
    parsed
}

/// The addresses of a server that may be asked, and its port: `192.0.2.1`, `2001:db8::1`, `ns.example`, each with `:port` if it
/// is another than the usual, and then an IPv6 address in brackets.
async fn addresses(net: &Net, server: &str) -> Result<Vec<SocketAddr>, Error> {
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) if server.parse::<IpAddr>().is_err() && !server.ends_with(']') => {
            (host, port.parse().map_err(|_| Error::Malformed)?)
        }
        _ => (server, PORT),
    };
    let found = net.addresses(host).await?;
    Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
}

/// Without its server nobody can say what a name is, whoever's fault that is.
fn of_server(server: &str, error: &Error) -> Finding {
    let found = unreachable(error);
    match error {
        Error::Malformed | Error::Credentials => {
            Finding::unknown(Reason::CouldNotRun, format!("{server} is no address of a server"))
        }
        _ if found.reason.is_some() => found,
        error => Finding::unknown(Reason::CouldNotRun, format!("{server} can't be asked: {error}")),
    }
}

fn resolver(servers: Option<Vec<SocketAddr>>, within: Duration) -> Result<TokioResolver, NetError> {
    let mut builder = match servers {
        None => TokioResolver::builder_tokio()?,
        Some(servers) => {
            let servers = servers.into_iter().map(listening).collect();
            let config = ResolverConfig::from_name_servers(servers);
            Resolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
    };
    let options = builder.options_mut();
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.attempts = AGAIN;
    // All of it is over before the look is, so that it says by itself what is wrong.
    options.timeout = ANSWERS_WITHIN.min(within / (AGAIN as u32 + 2));
    builder.build()
}

fn listening(address: SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    for connection in &mut server.connections {
        connection.port = address.port();
    }
    server
}

/// A record as people write it.
fn value(data: &RData) -> String {
    match data {
        RData::CNAME(name) => shown(&name.0),
        RData::NS(name) => shown(&name.0),
        RData::MX(mail) => format!("{} {}", mail.preference, shown(&mail.exchange)),
        // A long text lies in pieces, which belong together.
        RData::TXT(text) => String::from_utf8_lossy(&text.txt_data.concat()).into_owned(),
        other => other.to_string(),
    }
}

/// A name in ASCII, which is how those are compared that are written in more than one way.
fn shown(name: &Name) -> String {
    without_dot(&name.to_ascii()).to_owned()
}

fn without_dot(text: &str) -> &str {
    text.strip_suffix('.').unwrap_or(text)
}

fn judged(name: &str, kind: Type, found: &[String], expect: &[String], took: Duration) -> Finding {
    if found.is_empty() {
        return without_any(name, kind, took);
    }
    let listed = found.join(", ");
    let missing: Vec<&str> =
        expect.iter().filter(|wanted| !is_among(wanted, kind, found)).map(String::as_str).collect();
    let finding = if missing.is_empty() {
        Finding::ok(format!("{name} is {listed}, after {} ms", milliseconds(took)))
    } else {
        Finding::failing(format!("{name} is not {}, but {listed}", missing.join(", ")))
    };
    finding.with(values(found.len(), took))
}

/// Whether a value was found: in any case, and with or without the last dot; who takes mail also without the preference.
fn is_among(wanted: &str, kind: Type, found: &[String]) -> bool {
    let wanted = normal(wanted, kind);
    let is_it = |found: &String| {
        let found = normal(found, kind);
        let taker = found.split_once(' ').map(|(_, taker)| taker);
        found == wanted || (kind == Type::MX && taker == Some(wanted.as_str()))
    };
    found.iter().any(is_it)
}

fn normal(text: &str, kind: Type) -> String {
    let text = text.trim();
    let spelled = match kind {
        Type::A | Type::AAAA => {
            text.parse::<IpAddr>().map_or_else(|_| text.to_owned(), |address| address.to_string())
        }
        Type::CNAME | Type::NS => ascii(text),
        Type::MX => match text.split_once(char::is_whitespace) {
            Some((preference, taker)) => format!("{preference} {}", ascii(taker.trim_start())),
            None => ascii(text),
        },
        _ => text.to_owned(),
    };
    without_dot(&spelled).to_lowercase()
}

fn ascii(name: &str) -> String {
    Name::from_str_relaxed(name).map_or_else(|_| name.to_owned(), |name| name.to_ascii())
}

/// What it says that there is no answer.
fn without_records(name: &str, kind: Type, error: &NetError, took: Duration) -> Finding {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) if none.response_code == ResponseCode::NXDomain => {
            Finding::failing(format!("there is no {name}")).with(values(0, took))
        }
        NetError::Dns(DnsError::NoRecordsFound(_)) => without_any(name, kind, took),
        NetError::Dns(DnsError::ResponseCode(code)) => {
            Finding::unknown(Reason::SaidSo, format!("the server does not say what {name} is: {code}"))
        }
        error => Finding::unknown(Reason::CouldNotRun, format!("no server can be asked: {error}")),
    }
}

fn without_any(name: &str, kind: Type, took: Duration) -> Finding {
    Finding::failing(format!("{name} has no {kind} record")).with(values(0, took))
}

fn values(records: usize, took: Duration) -> [Value; 2] {
    [Value::new("latency", took.as_secs_f64(), "s"), Value::new("records", records as f64, "")]
}

#[cfg(test)]
mod tests;
