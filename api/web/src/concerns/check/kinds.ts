// The kinds of checks that have fields of their own: which fields, and what they come to.

import type { Probe } from "./address";

/** A field of a kind. */
export interface KindField {
  /** What it is in the probe. */
  key: string;
  label: string;
  hint?: string;
  placeholder?: string;
  /** What stands in it at first. */
  usual: string;
  is: "text" | "number" | "numbers" | "lines" | "record" | "pointer" | "pairs" | "yes";
  /** How many of what the server counts are one of what is typed: 3600 seconds are one hour. */
  scale?: number;
  /** It may stay empty. */
  isOptional?: boolean;
  /** It stands in `expect` of the probe. */
  isExpected?: boolean;
  /** Most leave it as it is. */
  isMore?: boolean;
}

export interface Kind {
  kind: string;
  word: string;
  /** What is looked at, in a sentence. */
  says: string;
  fields: readonly KindField[];
  /** It needs this permission. */
  needs?: string;
  /** It has an address, and is guessed from it. */
  hasAddress?: boolean;
}

const text = (key: string, label: string, more: Partial<KindField> = {}): KindField => ({
  key,
  label,
  usual: "",
  is: "text",
  ...more,
});
const amount = (key: string, label: string, usual: string, more: Partial<KindField> = {}): KindField => ({
  key,
  label,
  usual,
  is: "number",
  ...more,
});
const more = (key: string, label: string, is: KindField["is"], also: Partial<KindField> = {}): KindField => ({
  ...text(key, label, { is, isOptional: true, isExpected: true, isMore: true }),
  ...also,
});
const HOURS = { scale: 3600 };
const HOST = text("host", "Host", { placeholder: "nas" });

export const KINDS: readonly Kind[] = [
  {
    kind: "http",
    word: "Web address",
    says: "An address that answers, with a status from 200 to 399.",
    hasAddress: true,
    fields: [
      text("url", "Address"),
      text("body", "Has to have in it", {
        isOptional: true,
        isExpected: true,
        hint: "Left empty, its status is enough.",
      }),
      amount("latency_max_ms", "At most, in milliseconds", "", { isOptional: true, isExpected: true }),
      more("status", "Status", "numbers", {
        placeholder: "200, 204",
        hint: "Left empty, any from 200 to 399.",
      }),
      more("json", "Has to be in its JSON", "pointer", {
        placeholder: "/status = up",
        hint: "The place, and what has to stand there.",
      }),
      more("headers", "Headers that it has to have", "pairs", {
        placeholder: "server: nginx",
        hint: "One a line.",
      }),
      more("stays", "A redirect is its answer", "yes"),
    ],
  },
  {
    kind: "tcp",
    word: "Port",
    says: "A port that takes connections.",
    hasAddress: true,
    fields: [HOST, amount("port", "Port", "22")],
  },
  {
    kind: "tls",
    word: "Certificate",
    says: "A certificate that is valid, for the name, for a while to come.",
    hasAddress: true,
    fields: [HOST, amount("port", "Port", "443"), amount("days_min", "Valid for days more", "14")],
  },
  {
    kind: "dns",
    word: "Name",
    says: "A name that stands for something.",
    hasAddress: true,
    fields: [text("name", "Name to ask for"), text("record", "Record", { usual: "A", is: "record" })],
  },
  {
    kind: "ping",
    word: "Ping",
    says: "A host that answers an echo request.",
    hasAddress: true,
    fields: [HOST],
  },
  {
    kind: "nats",
    word: "NATS",
    says: "A NATS server that takes connections.",
    hasAddress: true,
    fields: [text("url", "Address", { placeholder: "nats://nas:4222" })],
  },
  {
    kind: "disk",
    word: "Disk",
    says: "Room on a disk of Mediary’s machine.",
    fields: [
      text("path", "A folder on it", { placeholder: "/srv/media" }),
      amount("free_min_percent", "At least so much free, in percent", "10"),
    ],
  },
  {
    kind: "process",
    word: "Program that runs",
    says: "A program that runs on Mediary’s machine.",
    fields: [
      text("name", "Program", { placeholder: "nginx" }),
      amount("count_min", "At least so many of it", "1"),
    ],
  },
  {
    kind: "file_age",
    word: "File that changes",
    says: "A file of Mediary’s machine that changed lately.",
    fields: [
      text("path", "File", { placeholder: "/srv/backup/last.tar" }),
      amount("age_max_seconds", "Changed within hours", "24", HOURS),
    ],
  },
  {
    kind: "docker",
    word: "Container",
    says: "A container of Docker that runs, and is healthy if it says so.",
    fields: [
      text("container", "Container"),
      text("socket", "Socket of Docker", { usual: "/var/run/docker.sock" }),
    ],
  },
  {
    kind: "events",
    word: "Events",
    says: "That such a thing was recorded here lately.",
    fields: [
      text("event", "Event", {
        placeholder: "download.completed",
        hint: "Its stored name, as Raw shows it.",
      }),
      amount("age_max_seconds", "Recorded within hours", "24", HOURS),
    ],
  },
  {
    kind: "domain",
    word: "Domain",
    says: "The registration of a domain, which lasts for a while to come.",
    fields: [
      text("name", "Domain", { placeholder: "example.org" }),
      amount("days_min", "Lasts for days more", "30"),
    ],
  },
  {
    kind: "push",
    word: "Reports by itself",
    says: "Something that reports to Mediary: it fails when it reports so, or not in time.",
    fields: [],
  },
  {
    kind: "command",
    word: "Command",
    says: "A program of Mediary’s machine: 0 is well, 1 and 2 are not, 3 is unknown, as plug-ins of Nagios say it.",
    needs: "check_by_command",
    fields: [
      text("argv", "Program and arguments", {
        is: "lines",
        hint: "One a line, the program first; no shell reads them.",
        placeholder: "/usr/local/bin/check-backup\n--days\n1",
      }),
    ],
  },
];

/** What a kind is; none of one that came later. */
export function kindOf(kind: string): Kind | undefined {
  return KINDS.find((known) => known.kind === kind);
}

/** What stands in the fields of a probe, by their keys. */
export function typedOf(kind: Kind, probe: Probe = {}): Record<string, string> {
  const own = probe[kind.kind];
  return Object.fromEntries(
    kind.fields.map((field) => {
      const { key, usual, scale = 1, is, isExpected } = field;
      const from = isExpected ? (own?.expect as Record<string, unknown> | undefined) : own;
      const value = from?.[key];
      if (value === undefined || value === null) {
        return [key, own === undefined ? usual : ""];
      }
      return [key, shownAs(is, value, scale)];
    }),
  );
}

/** A value of a probe as it is typed. */
function shownAs(is: KindField["is"], value: unknown, scale: number): string {
  switch (is) {
    case "lines":
      return (value as string[]).join("\n");
    case "number":
      return String(Number(value) / scale);
    case "numbers":
      return (value as number[]).join(", ");
    case "pairs":
      return Object.entries(value as Record<string, string>)
        .map(([name, said]) => `${name}: ${said}`)
        .join("\n");
    case "pointer": {
      const { pointer, equals } = value as { pointer: string; equals?: string };
      return equals === undefined ? pointer : `${pointer} = ${equals}`;
    }
    case "yes":
      return value === true ? "yes" : "";
    default:
      return String(value);
  }
}

/** What was typed, as a value of a probe. */
function meantBy(is: KindField["is"], said: string, scale: number): unknown {
  const lines = () => said.split("\n").map((line) => line.trim());
  switch (is) {
    case "lines":
      return lines();
    case "number":
      return Math.round(Number(said) * scale);
    case "numbers":
      return said
        .split(/[\s,]+/)
        .filter(Boolean)
        .map(Number);
    case "pairs":
      return Object.fromEntries(
        lines()
          .filter(Boolean)
          .map((line) => {
            const [name = "", ...rest] = line.split(":");
            return [name.trim(), rest.join(":").trim()];
          }),
      );
    case "pointer": {
      const [pointer = "", equals] = said.split(/\s+=\s+/, 2);
      return equals === undefined ? { pointer } : { pointer, equals };
    }
    case "yes":
      return true;
    default:
      return said;
  }
}

/** What was typed as a probe; what the fields don't show of the one before stays as it is. */
export function probeOf(kind: Kind, typed: Readonly<Record<string, string>>, before: Probe = {}): Probe {
  const own: Record<string, unknown> = { ...before[kind.kind] };
  const expect: Record<string, unknown> = { ...(own.expect as object | undefined) };
  for (const { key, is, scale = 1, isExpected } of kind.fields) {
    const said = (typed[key] ?? "").trim();
    const into = isExpected ? expect : own;
    if (said === "") {
      delete into[key];
    } else {
      into[key] = meantBy(is, said, scale);
    }
  }
  if (Object.keys(expect).length > 0) {
    own.expect = expect;
  } else {
    delete own.expect;
  }
  return { [kind.kind]: own };
}
