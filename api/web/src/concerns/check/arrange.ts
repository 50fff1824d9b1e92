// The order of checks: what fails stands first, and what is a consequence stands under its cause.

import type { Check } from "./check";

type Arranged = Pick<Check, "id" | "name" | "state" | "reason" | "isPaused" | "behind" | "group">;

/** A check with those that are wrong because of it. */
export interface Branch<C> {
  check: C;
  behind: Branch<C>[];
}

/** Checks of one group. */
export interface Group<C> {
  /** None of those that are sorted under nothing. */
  name: string | null;
  branches: Branch<C>[];
}

const RANK = { FAILING: 0, UNKNOWN: 1, OK: 2 } as const;

function rank({ state, isPaused }: Pick<Arranged, "state" | "isPaused">): number {
  return isPaused ? 3 : RANK[state];
}

function compare(one: Arranged, other: Arranged): number {
  return rank(one) - rank(other) || one.name.localeCompare(other.name);
}

/** Groups of checks, those with something that fails first. A consequence goes with its cause into the cause's group. */
export function arrange<C extends Arranged>(checks: readonly C[]): Group<C>[] {
  const known = new Map(checks.map((check) => [check.id, check]));
  const causeOf = (check: C): string | undefined => {
    // A chain that comes back to where it began has no cause among these.
    const seen = new Set([check.id]);
    for (let next = check.behind; next !== null; next = known.get(next)?.behind ?? null) {
      if (seen.has(next)) {
        return undefined;
      }
      seen.add(next);
    }
    return check.behind !== null && known.has(check.behind) ? check.behind : undefined;
  };
  const under = new Map<string | undefined, C[]>();
  for (const check of checks) {
    const cause = causeOf(check);
    under.set(cause, [...(under.get(cause) ?? []), check]);
  }
  const branches = (cause: string | undefined): Branch<C>[] =>
    [...(under.get(cause) ?? [])].sort(compare).map((check) => ({ check, behind: branches(check.id) }));

  const groups = new Map<string | null, Branch<C>[]>();
  for (const branch of branches(undefined)) {
    groups.set(branch.check.group, [...(groups.get(branch.check.group) ?? []), branch]);
  }
  const worst = ({ branches }: Group<C>) =>
    Math.min(...branches.map(({ check }) => Math.min(rank(check), 2)));
  return [...groups]
    .map(([name, branches]) => ({ name, branches }))
    .sort(
      (one, other) =>
        worst(one) - worst(other) ||
        Number(one.name === null) - Number(other.name === null) ||
        (one.name ?? "").localeCompare(other.name ?? ""),
    );
}
