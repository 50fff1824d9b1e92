// Rules as forms have them, as the server takes them, and in words.

import type { SeverityName } from "./words";

/** What must be so of a field. */
export type Is = "equals" | "greater" | "there" | "missing";

/** A condition as a form has it. */
export interface Condition {
  field: string;
  is: Is;
  value: string;
}

/** A rule as a form has it. */
export interface Draft {
  name: string;
  event: string;
  when: readonly Condition[];
  /** Whether something is said, or what was said is over. */
  says: boolean;
  severity: SeverityName;
  title: string;
  body: string;
  channels: readonly string[];
  about: string;
  topic: string;
}

export const EMPTY: Draft = {
  name: "",
  event: "",
  when: [],
  says: true,
  severity: "INFO",
  title: "",
  body: "",
  channels: [],
  about: "",
  topic: "",
};

/** A rule as the server tells it. */
export interface Told {
  name: string;
  event: string;
  when: readonly {
    field: string;
    oneOf: readonly string[];
    greater: number | null;
    present: boolean | null;
  }[];
  about: string | null;
  topic: string | null;
  resolves: boolean;
  severity: SeverityName | null;
  title: string | null;
  body: string | null;
  channels: readonly string[];
}

/** What a form begins with, where a rule is changed. */
export function draftOf(rule: Told): Draft {
  return {
    name: rule.name,
    event: rule.event,
    when: rule.when.map(({ field, oneOf, greater, present }) =>
      greater !== null
        ? { field, is: "greater", value: String(greater) }
        : present !== null
          ? { field, is: present ? "there" : "missing", value: "" }
          : { field, is: "equals", value: oneOf.join(", ") },
    ),
    says: !rule.resolves,
    severity: rule.severity ?? "INFO",
    title: rule.title ?? "",
    body: rule.body ?? "",
    channels: rule.channels,
    about: rule.about ?? "",
    topic: rule.topic ?? "",
  };
}

/** What the server takes. A value with commas is one of several; a number that isn't one is refused by the server. */
export function inputOf(draft: Draft) {
  const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
  return {
    event: draft.event.trim(),
    when: draft.when
      .filter(({ field }) => field.trim() !== "")
      .map(({ field, is, value }) => ({ field: field.trim(), is: testOf(is, value) })),
    about: orNull(draft.about),
    topic: orNull(draft.topic),
    // What was said is over: there is nothing more to be said of that.
    // biome-ignore lint/suspicious/noThenProperty: it is called so by the server.
    then: draft.says
      ? {
          raise: {
            severity: draft.severity,
            title: draft.title.trim(),
            body: orNull(draft.body),
            channels: [...draft.channels],
          },
        }
      : { resolve: true },
  };
}

function testOf(is: Is, value: string) {
  switch (is) {
    case "greater":
      return { greater: Number(value) };
    case "there":
      return { present: true };
    case "missing":
      return { present: false };
    default: {
      const values = value
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "");
      return values.length > 1 ? { oneOf: values } : { equals: values[0] ?? "" };
    }
  }
}

/** What an event is, in words: `playlist.refresh_failed` is "playlist: refresh failed". */
export function eventWords(event: string): string {
  return event.replace(".", ": ").replaceAll("_", " ");
}

/** When a rule holds: "work kind is download, and counts added is more than 0". */
export function whenWords(when: Told["when"]): string {
  return when
    .map(({ field, oneOf, greater, present }) => {
      const named = field.replaceAll(/[._]/g, " ");
      if (greater !== null) {
        return `${named} is more than ${greater}`;
      }
      if (present !== null) {
        return present ? `there is ${named}` : `there is no ${named}`;
      }
      return `${named} is ${oneOf.join(" or ")}`;
    })
    .join(", and ");
}
