// What an address that somebody typed is looked at by, and what that is called. The same that `mediary check add --url` takes.

/** What is looked at, in the form that the server takes. */
export type Probe = Record<string, Record<string, unknown>>;

/** What an address comes to, or why it is none. */
export type Guess =
  | { kind: string; probe: Probe; name: string; says: string }
  | { wrong: string; advice: string };

const TLS_PORT = 443;
/** For how many days more a certificate has to be valid, unless said otherwise. */
export const CERTIFICATE_DAYS = 14;
const SUCH_AS =
  "Such as https://example.org, tcp://nas:22, tls://example.org, ping://nas, dns://example.org, nats://nas:4222.";

/** Guesses what somebody means; nothing of a field that is empty. */
export function guess(text: string): Guess | undefined {
  const typed = text.trim();
  if (typed === "") {
    return undefined;
  }
  const address = withScheme(typed);
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(address) ?? [];
  const authority = rest.split(/[/?#]/)[0] ?? "";
  if (authority.includes("@")) {
    return {
      wrong: "An address of a check has no name and no password in it.",
      advice: "Everybody who reads the check would read them.",
    };
  }
  const [, host = "", portText] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(authority) ?? [];
  if (host === "" || /\s/.test(address)) {
    return { wrong: "There is no host in it.", advice: SUCH_AS };
  }
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) {
    return { wrong: "A port is from 1 to 65535.", advice: SUCH_AS };
  }
  const bare = host.replace(/^\[|\]$/g, "");
  const name = port === undefined ? bare : `${host}:${port}`;
  return ofScheme(scheme.toLowerCase(), { address, host: bare, port, name });
}

interface Parts {
  address: string;
  host: string;
  port: number | undefined;
  name: string;
}

function ofScheme(scheme: string, { address, host, port, name }: Parts): Guess {
  switch (scheme) {
    case "http":
    case "https":
      return { kind: "http", probe: { http: { url: address } }, name, says: `whether ${host} answers` };
    case "tcp":
      return port === undefined
        ? { wrong: "There is no port in it.", advice: `Such as tcp://${host}:22.` }
        : {
            kind: "tcp",
            probe: { tcp: { host, port } },
            name,
            says: `whether port ${port} of ${host} takes connections`,
          };
    case "tls":
      return {
        kind: "tls",
        probe: { tls: { host, port: port ?? TLS_PORT, days_min: CERTIFICATE_DAYS } },
        name,
        says: `whether the certificate of ${host} is valid for ${CERTIFICATE_DAYS} days more`,
      };
    case "ping":
      return { kind: "ping", probe: { ping: { host } }, name: host, says: `whether ${host} answers a ping` };
    case "dns":
      return {
        kind: "dns",
        probe: { dns: { name: host, record: "A" } },
        name: host,
        says: `whether the name ${host} stands for an address`,
      };
    case "nats":
      return {
        kind: "nats",
        probe: { nats: { url: address } },
        name,
        says: `whether NATS at ${name} answers`,
      };
    default:
      return { wrong: `Nothing is looked at by “${scheme}://”.`, advice: SUCH_AS };
  }
}

/** Puts what is meant before what has no scheme: a port is connected to, a name with dots is a site, all else is pinged. */
function withScheme(typed: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) {
    return typed;
  }
  const [host = ""] = typed.split(/[/?#]/);
  if (/^(\[.+\]|[^:]+):\d+$/.test(host) && host === typed) {
    return `tcp://${typed}`;
  }
  const isAddress = /^[\d.]+$/.test(host) || /^\[.+\]$/.test(host);
  return host.includes(".") && !isAddress
    ? `https://${typed}`
    : typed === host
      ? `ping://${typed}`
      : `http://${typed}`;
}
