// What a check is in words: how it stands, what is looked at, when, and what counts as wrong.

import { sentence } from "../../client/problem";
import { moment, number, span } from "../../parts/format";
import type { StateName } from "../../parts/State";
import { rhythmWords } from "../schedule/rhythm";
import type { Check, WholeCheck } from "./check";

interface Standing {
  is: StateName;
  word: string;
}

type Found = Pick<Check, "state" | "reason">;

/** What was found, whatever is done with it. */
export function found({ state, reason }: Found): Standing {
  switch (state) {
    case "OK":
      return { is: "kept", word: "OK" };
    case "FAILING":
      return { is: "failed", word: "Failing" };
    default:
      return reason === "NEVER_RAN"
        ? { is: "waiting", word: "Not looked yet" }
        : { is: "late", word: "Unknown" };
  }
}

/** How it stands with a check. What is not looked at any more is never better than paused. */
export function standing(check: Found & Pick<Check, "isPaused">): Standing {
  return check.isPaused ? { is: "held", word: "Paused" } : found(check);
}

const REASONS: Record<string, string> = {
  NEVER_RAN: "Nobody has looked yet.",
  COULD_NOT_RUN: "The look could not be made.",
  TIMED_OUT: "The look did not end in time.",
  LATE: "The moment of a look went by without one.",
  NOT_LISTENING: "Mediary was not there when it would have looked.",
  SAID_SO: "The look itself says that it can’t tell.",
};

/** Why nobody can say, as a sentence; nothing where there is no reason. */
function reasonWords(reason: string | null): string {
  return reason === null ? "" : (REASONS[reason] ?? "Nobody can say.");
}

/** What was seen, as a sentence; why nobody can say, where nothing was. */
export function seenWords({ message, reason }: Pick<Check, "message" | "reason">): string {
  return message === null || message === "" ? reasonWords(reason) : sentence(message);
}

/** Since when it is so, in the few words of a row. */
export function sinceWords({ stateSinceAt }: Pick<Check, "stateSinceAt">): string {
  return stateSinceAt === null ? "" : `since ${moment(stateSinceAt).replace("today ", "")}`;
}

const KINDS: Record<string, string> = {
  http: "Web address",
  tcp: "Port",
  tls: "Certificate",
  dns: "Name",
  domain: "Domain",
  ping: "Ping",
  disk: "Disk",
  process: "Program that runs",
  file_age: "File that changes",
  nats: "NATS",
  docker: "Container",
  events: "Events",
  push: "Reports by itself",
  command: "Command",
};

/** Which kind of check it is; one that came later by its own word. */
export function kindWord(kind: string): string {
  return KINDS[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("_", " ");
}

/** When it is looked at: "every 5 minutes". */
export function everyWords({
  cron,
  zone,
  everySeconds,
}: Pick<WholeCheck, "cron" | "zone" | "everySeconds">): string {
  return rhythmWords({ cron, zone, everySeconds });
}

/** What counts as wrong, as a sentence. */
export function ruleWords({
  failAfter,
  failOf,
  clearAfter,
  isInverted,
}: Pick<WholeCheck, "failAfter" | "failOf" | "clearAfter" | "isInverted">): string {
  const looks = isInverted ? "looks that find it there" : "looks that fail";
  const begins =
    failAfter === 1 && failOf === 1
      ? `Fails by one ${isInverted ? "look that finds it there" : "look that fails"}`
      : failOf > failAfter
        ? `Fails by ${number(failAfter)} of ${number(failOf)} ${looks}`
        : `Fails after ${number(failAfter)} ${looks} in a row`;
  return `${begins}, and is over after ${clearAfter === 1 ? "one that is well" : `${number(clearAfter)} that are well`}.`;
}

/** A part of looks that were well, in hundredths: 100 % only if all were. */
export function share(part: number): string {
  const hundredths = part >= 1 ? 100 : Math.floor(part * 10_000) / 100;
  return `${hundredths === 100 || hundredths === 0 ? hundredths : hundredths.toFixed(2)} %`;
}

/** How long a look took: 41 ms, 1.2 s. */
export function took(milliseconds: number): string {
  if (milliseconds < 1) {
    return "under 1 ms";
  }
  return milliseconds < 1000
    ? `${number(milliseconds)} ms`
    : milliseconds < 10_000
      ? `${(milliseconds / 1000).toFixed(1)} s`
      : span(milliseconds);
}
