// What the server tells everybody of checks, and what it comes to in words.

import type { Looks } from "../concerns/check/days";
import { count, moment, span } from "../parts/format";
import type { StateName } from "../parts/State";

type Verdict = "OK" | "FAILING" | "UNKNOWN";

export interface PublicCheck {
  name: string;
  group: string | null;
  state: Verdict;
  stateSinceAt: string | null;
  isPaused: boolean;
  inMaintenance: boolean;
  days: Looks[];
}

export interface PublicIncident {
  check: string;
  openedAt: string;
  closedAt: string | null;
}

export interface PublicStatus {
  at: string;
  state: Verdict;
  checks: PublicCheck[];
  incidents: PublicIncident[];
}

interface Standing {
  is: StateName;
  word: string;
}

/** How a check is. What is paused, or late, is not said to be well. */
export function standing({ state, isPaused, inMaintenance }: PublicCheck): Standing {
  if (isPaused) {
    return { is: "held", word: "Paused" };
  }
  switch (state) {
    case "OK":
      return { is: "kept", word: "OK" };
    case "FAILING":
      return inMaintenance ? { is: "waiting", word: "In maintenance" } : { is: "failed", word: "Failing" };
    default:
      return { is: "late", word: "Unknown" };
  }
}

/** What one came for, in one sentence. */
export function lede({ state, checks }: PublicStatus): string {
  const failing = checks.filter(
    (check) => check.state === "FAILING" && !check.isPaused && !check.inMaintenance,
  );
  if (failing.length > 0) {
    return failing.length === 1
      ? `${failing[0]?.name} is failing.`
      : `${count(failing.length, "thing")} of ${checks.length} are failing.`;
  }
  return state === "OK" ? "Everything is well." : "Nothing is known to fail, but not everything is known.";
}

/** By their groups, those without one first. */
export function grouped(checks: readonly PublicCheck[]): [string, PublicCheck[]][] {
  const groups = new Map<string, PublicCheck[]>();
  for (const check of checks) {
    const group = check.group ?? "";
    groups.set(group, [...(groups.get(group) ?? []), check]);
  }
  return [...groups].sort(([one], [other]) => one.localeCompare(other));
}

/** "From 21 Nov, 10:00, for 12 min", "Since 10:00". */
export function lasted({ openedAt, closedAt }: PublicIncident): string {
  return closedAt === null
    ? `Since ${moment(openedAt)}`
    : `${moment(openedAt)}, for ${span(Math.max(1_000, Date.parse(closedAt) - Date.parse(openedAt)))}`;
}
