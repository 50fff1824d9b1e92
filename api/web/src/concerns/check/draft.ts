// A check as it is typed, and which field a refusal of the server belongs to.

import type { VariablesOf } from "../../client/graphql";
import type { SeverityName } from "../notification/words";
import { guess, type Probe } from "./address";
import type { AddCheck } from "./CheckForm";
import type { WholeCheck } from "./check";
import { kindOf, probeOf, typedOf } from "./kinds";
import { saidOf, type Time, timeOf } from "./maintenance";
import { linesOf, thresholdsOf } from "./thresholds";

export interface Draft {
  /** Left empty, it is what the address is called. */
  name: string;
  /** Which kind; `address` is whatever the address says. */
  kind: string;
  address: string;
  /** What stands in the fields of the kind. */
  typed: Record<string, string>;
  /** Seconds, or `cron`. */
  every: string;
  cron: string;
  zone: string;
  timeout: string;
  failAfter: string;
  failOf: string;
  severity: SeverityName;
  dependsOn: readonly string[];
  channels: readonly string[];
  group: string;
  tags: string;
  /** Seconds after which it is told again; empty is once. */
  repeat: string;
  isInverted: boolean;
  isPublic: boolean;
  jitter: string;
  clearAfter: string;
  /** What a number has to be, a line. */
  thresholds: string;
  /** A name and an address a line. */
  links: string;
  maintenance: readonly Time[];
}

/** A field of the form. */
export type FieldName =
  | "name"
  | "what"
  | "every"
  | "timeout"
  | "fail"
  | "dependsOn"
  | "maintenance"
  | "thresholds"
  | "words"
  | "form";

/** A draft of a check that is there, or of a new one. */
export function draftOf(check?: WholeCheck): Draft {
  const zone = check?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const kind = check === undefined ? undefined : kindOf(check.kind);
  return {
    name: check?.name ?? "",
    kind: check?.kind ?? "address",
    address: "",
    typed: kind === undefined ? {} : typedOf(kind, check?.probe as Probe),
    every: check === undefined ? "60" : check.cron === null ? String(check.everySeconds) : "cron",
    cron: check?.cron ?? "0 3 * * *",
    zone,
    timeout: String(check?.timeoutSeconds ?? 30),
    failAfter: String(check?.failAfter ?? 1),
    failOf: String(check?.failOf ?? 1),
    severity: check?.severity ?? "ERROR",
    dependsOn: check?.dependsOn ?? [],
    channels: check?.channels ?? [],
    group: check?.group ?? "",
    tags: check?.tags.join(", ") ?? "",
    repeat: String(check?.repeatSeconds ?? ""),
    isInverted: check?.isInverted ?? false,
    isPublic: check?.isPublic ?? false,
    jitter: String(check?.jitterSeconds ?? 0),
    clearAfter: String(check?.clearAfter ?? 1),
    thresholds: check === undefined ? "" : linesOf(check.thresholds),
    links: check?.links.map(({ name, url }) => `${name} ${url}`).join("\n") ?? "",
    maintenance: check?.maintenance.flatMap((said) => timeOf(said) ?? []) ?? [],
  };
}

/** What is looked at by a draft; none as long as nothing was typed that is understood. */
export function wanted(draft: Draft, before?: WholeCheck): { probe: Probe; name: string } | undefined {
  if (draft.kind === "address") {
    const guessed = guess(draft.address);
    return guessed !== undefined && "probe" in guessed ? guessed : undefined;
  }
  const kind = kindOf(draft.kind);
  // Of a kind that this page doesn't know it keeps what there is.
  const probe =
    kind === undefined
      ? (before?.probe as Probe | undefined)
      : probeOf(kind, draft.typed, before?.kind === draft.kind ? (before.probe as Probe) : {});
  return probe === undefined ? undefined : { probe, name: usualName(draft) };
}

/** What something without an address is called unless said otherwise. */
function usualName({ kind, typed }: Draft): string {
  const own = {
    disk: "path",
    process: "name",
    file_age: "path",
    docker: "container",
    events: "event",
    domain: "name",
  };
  const key = own[kind as keyof typeof own];
  const first =
    kind === "command" ? (typed.argv?.split("\n")[0]?.split("/").at(-1) ?? "") : (typed[key] ?? "");
  return first.trim().slice(0, 80);
}

type Input = VariablesOf<typeof AddCheck>["input"];

/** A draft as the server takes it; what has no field of its own stays as it was. */
export function inputOf(
  draft: Draft,
  { probe, name }: { probe: Probe; name: string },
  before?: WholeCheck,
): Input {
  const words = draft.tags.split(",").map((tag) => tag.trim());
  return {
    name: draft.name.trim() === "" ? name : draft.name.trim(),
    probe,
    timing:
      draft.every === "cron"
        ? { cron: { expression: draft.cron.trim(), zone: draft.zone } }
        : { everySeconds: Number(draft.every) },
    timeoutSeconds: Number(draft.timeout),
    ...ruleOf(draft, before),
    severity: draft.severity,
    repeatSeconds: draft.repeat === "" ? null : Number(draft.repeat),
    dependsOn: [...draft.dependsOn],
    channels: [...draft.channels],
    group: draft.group.trim() === "" ? null : draft.group.trim(),
    tags: words.filter((tag) => tag !== ""),
    jitterSeconds: Number(draft.jitter),
    isInverted: draft.isInverted,
    thresholds: thresholdsOf(draft.thresholds),
    isPublic: draft.isPublic,
    links: linksOf(draft.links),
    replace: before !== undefined,
  };
}

/** What counts as wrong. */
export type Rule = ReturnType<typeof ruleOf>;

export function ruleOf(draft: Draft, before?: WholeCheck) {
  const failAfter = Number(draft.failAfter);
  return {
    failAfter,
    failOf: Math.max(failAfter, Number(draft.failOf)),
    clearAfter: Number(draft.clearAfter),
    maintenance: [...draft.maintenance.map(saidOf), ...withoutFields(before)],
  };
}

/** Times of maintenance that have no fields stay as they were. */
function withoutFields(before: WholeCheck | undefined) {
  const kept = before?.maintenance.filter(({ cron }) => cron === null) ?? [];
  return kept.map(({ everySeconds, seconds }) => ({
    timing: { everySeconds: everySeconds ?? 0 },
    seconds,
  }));
}

/** The links of lines such as `Runbook https://…`; one without a name is called as its address. */
export function linksOf(lines: string): { name: string; url: string }[] {
  return lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const at = line.search(/\S+$/);
      const name = line.slice(0, at).trim();
      const url = line.slice(at);
      return { name: name === "" ? url : name, url };
    });
}

const FIELDS: Record<string, FieldName> = {
  CHECK_BAD_NAME: "name",
  CHECK_EXISTS: "name",
  CHECK_BAD_PROBE: "what",
  CHECK_BAD_TIMING: "every",
  CHECK_BAD_TIMEOUT: "timeout",
  CHECK_BAD_ALERTING: "fail",
  CHECK_BAD_DEPENDENCY: "dependsOn",
  CHECK_BAD_THRESHOLD: "thresholds",
  CHECK_BAD_MAINTENANCE: "maintenance",
  CHECK_TOO_MUCH: "words",
};

/** At which field a refusal is shown. */
export function fieldOf(code: string | null): FieldName {
  return FIELDS[code ?? ""] ?? "form";
}
