//! A host that answers an echo request.

use std::time::Duration;

use mediary_schema::check::{Finding, Reason, Value};

use super::{milliseconds, unreachable};
use crate::net::{EchoError, Echoes, Net};

/// How often a host is asked: one packet can always be lost.
const REQUESTS: u16 = 3;
/// The longest that one answer is waited for: from the other side of the world it takes a third of a second, by way of
/// a satellite half of one.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

pub(in crate::check) async fn look(net: &Net, within: Duration, host: &str) -> Finding {
    // Each version of IP may be asked, and what was answered is told before the time is over.
    let waits = u32::from(REQUESTS) * 2 + 2;
    match net.echo(host, REQUESTS, ANSWERS_WITHIN.min(within / waits)).await {
        Ok(echoes) => judged(&echoes),
        Err(EchoError::NotPermitted) => Finding::unknown(
            Reason::CouldNotRun,
            "this program may not send echo requests: whoever runs the server puts its group into the sysctl \
             net.ipv4.ping_group_range, or gives it CAP_NET_RAW",
        ),
        Err(error @ EchoError::Socket(_)) => Finding::unknown(Reason::CouldNotRun, error.to_string()),
        Err(EchoError::Net(error)) => unreachable(&error),
    }
}

fn judged(echoes: &Echoes) -> Finding {
    let Echoes { address, asked, took, refused } = echoes;
    let lost = *asked - u32::try_from(took.len()).unwrap_or(*asked);
    let lost_part = Value::new("lost", f64::from(lost) / f64::from((*asked).max(1)), "");
    let Some(best) = took.iter().min() else {
        let message = match refused {
            Some(error) => format!("{address} can't be reached: {error}"),
            None => format!("{address} answers none of {asked} requests"),
        };
        return Finding::failing(message).with([lost_part]);
    };
    let message = format!("{address} answers in {} ms", milliseconds(*best));
    let message = if lost == 0 { message } else { format!("{message}, and not at all to {lost} of {asked}") };
    Finding::ok(message).with([Value::new("latency", best.as_secs_f64(), "s"), lost_part])
}

#[cfg(test)]
mod tests {
    use std::io;

    use mediary_schema::check::Verdict;

    use super::*;
    use crate::net::{Options, tests::support};

    const WITHIN: Duration = Duration::from_secs(30);

    fn echoes(took: &[u64], refused: Option<io::Error>) -> Finding {
        let took = took.iter().copied().map(Duration::from_millis).collect();
        let address = "192.0.2.1".parse().unwrap();
        judged(&Echoes { address, asked: 3, took, refused })
    }

    // Where the machine lets nobody ask, that is what it says.
    #[tokio::test]
    async fn this_machine_answers_where_asking_is_allowed() {
        let (net, _folder) = support::net(&["127.0.0.0/8", "::1/128"]);
        for (host, answers) in [("127.0.0.1", true), ("::1", false), ("[::1]", false)] {
            let found = look(&net, WITHIN, host).await;
            match found.verdict {
                Verdict::Ok => {
                    assert!(found.message.contains(" answers in "), "{}", found.message);
                    let [latency, lost] = &found.values[..] else { panic!("{:?}", found.values) };
                    assert!(latency.name == "latency" && latency.value < 1.0, "{latency:?}");
                    assert_eq!(*lost, Value::new("lost", 0.0, ""));
                }
                Verdict::Unknown => assert!(found.message.contains("echo requests"), "{}", found.message),
                // A machine can be without IPv6.
                Verdict::Failing => assert!(!answers, "{}", found.message),
            }
        }
    }

    // The guard stands before an echo request as before everything else.
    #[tokio::test]
    async fn a_network_that_is_not_open_is_not_asked() {
        let (net, _folder) = support::net(&[]);
        for host in ["127.0.0.1", "localhost", "[::1]", "::ffff:127.0.0.1", "10.0.0.1", "2130706433"] {
            let found = look(&net, WITHIN, host).await;
            assert_eq!(
                (found.verdict, found.reason),
                (Verdict::Unknown, Some(Reason::CouldNotRun)),
                "{host}"
            );
            assert!(found.message.contains("allow_network"), "{}", found.message);
        }
    }

    // Who reaches the internet by a proxy does not want to be seen there.
    #[tokio::test]
    async fn nothing_goes_around_a_proxy_but_to_a_network_that_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let upstream = Some("http://127.0.0.1:1".parse().unwrap());
        let options = Options { upstream, ..support::options(folder.path(), &["127.0.0.0/8"]) };
        let net = Net::try_new(options).unwrap();
        let found = look(&net, WITHIN, "1.1.1.1").await;
        assert_eq!((found.verdict, found.reason), (Verdict::Unknown, Some(Reason::CouldNotRun)));
        assert!(found.message.starts_with("the proxy carries connections only"), "{}", found.message);
        let found = look(&net, WITHIN, "127.0.0.1").await;
        assert!(!found.message.contains("proxy"), "{}", found.message);
    }

    #[tokio::test]
    async fn a_name_that_is_none_is_not_asked() {
        let (net, _folder) = support::net(&[]);
        let found = look(&net, WITHIN, "a host/../with a path").await;
        assert_eq!(found.verdict, Verdict::Unknown, "{}", found.message);
    }

    #[test]
    fn one_answer_is_enough_and_none_is_not() {
        let found = echoes(&[12, 7], None);
        assert_eq!(found.verdict, Verdict::Ok);
        assert_eq!(found.message, "192.0.2.1 answers in 7 ms, and not at all to 1 of 3");
        assert_eq!(found.values[0], Value::new("latency", 0.007, "s"));
        let found = echoes(&[], None);
        assert_eq!(
            (found.verdict, found.message.as_str()),
            (Verdict::Failing, "192.0.2.1 answers none of 3 requests")
        );
        assert_eq!(found.values, [Value::new("lost", 1.0, "")]);
        let found = echoes(&[], Some(io::ErrorKind::HostUnreachable.into()));
        assert!(found.message.starts_with("192.0.2.1 can't be reached: "), "{}", found.message);
    }
}
