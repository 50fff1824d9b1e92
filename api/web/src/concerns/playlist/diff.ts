// The difference of a list between two moments, as it is told: what a person may have lost first, what is as it was last.

/** What a change says that is needed to fold it. */
export interface Change {
  kind: string;
  entryId: string;
  entry: { download: { state: string } | null } | null;
}

/** The groups, in the order in which they are told. */
export const GROUPS = ["safe", "never", "back", "added", "renamed", "moved", "described"] as const;
export type GroupName = (typeof GROUPS)[number];

const GONE = ["REMOVED", "NOT_SEEN", "UNAVAILABLE"];

/** The group that a change belongs to. */
export function groupOf(change: Change): GroupName {
  if (GONE.includes(change.kind)) {
    return change.entry?.download?.state === "KEPT" ? "safe" : "never";
  }
  switch (change.kind) {
    case "ADDED":
      return "added";
    case "RETURNED":
    case "AVAILABLE":
      return "back";
    case "RENAMED":
      return "renamed";
    case "MOVED":
      return "moved";
    default:
      return "described";
  }
}

/** Changes by group, each in its order; an entry that left its list and can't be had either is told once. */
export function foldDiff<C extends Change>(changes: readonly C[]): Map<GroupName, C[]> {
  const folded = new Map<GroupName, C[]>(GROUPS.map((name) => [name, []]));
  const gone = new Set<string>();
  for (const change of changes) {
    if (GONE.includes(change.kind)) {
      if (gone.has(change.entryId)) {
        continue;
      }
      gone.add(change.entryId);
    }
    folded.get(groupOf(change))?.push(change);
  }
  return folded;
}

/** What the server counts of each kind. */
export interface Counts {
  added: number;
  notSeen: number;
  removed: number;
  moved: number;
  renamed: number;
  described: number;
  unavailable: number;
  available: number;
  returned: number;
}

/** Which sign a kind of change has. */
export type Sign = "+" | "−" | "~";

/** The counts by sign, as the chips say them. */
export function signs(counts: Counts): Record<Sign, number> {
  return {
    "+": counts.added + counts.returned + counts.available,
    "−": counts.removed + counts.notSeen + counts.unavailable,
    "~": counts.renamed + counts.moved + counts.described,
  };
}

/** The sign of a group. */
export function signOf(group: GroupName): Sign {
  return group === "safe" || group === "never" ? "−" : group === "added" || group === "back" ? "+" : "~";
}

/**
 * How many entries are as they were: those of the list at the second moment, without those that came, and without those
 * that are there but otherwise. An entry that is both renamed and moved is one.
 */
export function unchanged(listed: number, changes: readonly Change[]): number {
  const there = new Set(changes.filter(({ kind }) => kind !== "REMOVED").map(({ entryId }) => entryId));
  return Math.max(0, listed - there.size);
}

/** A refresh that came to its end, with what it found. */
export interface Refreshed {
  position: number;
  at: string;
  added: number;
  removed: number;
}

/** Reads what was recorded of a refresh; none if it isn't one that can be read. */
export function refreshedOf(event: { position: number; at: string; payload: unknown }): Refreshed | null {
  const counts = (event.payload as { counts?: Record<string, unknown> } | null)?.counts;
  if (counts == null || typeof counts !== "object") {
    return null;
  }
  const of = (...names: string[]) =>
    names.reduce((sum, name) => {
      const value = counts[name];
      return sum + (typeof value === "number" ? value : 0);
    }, 0);
  return {
    position: event.position,
    at: event.at,
    added: of("added", "returned", "available"),
    removed: of("removed", "unavailable"),
  };
}

/** Refreshes side by side, in at most so many columns; what falls into one column is summed, and its last moment holds. */
export function columnsOf(refreshes: readonly Refreshed[], max: number): Refreshed[] {
  if (refreshes.length <= max) {
    return [...refreshes];
  }
  const columns: Refreshed[] = [];
  for (let index = 0; index < max; index += 1) {
    const from = Math.floor((index * refreshes.length) / max);
    const part = refreshes.slice(from, Math.floor(((index + 1) * refreshes.length) / max));
    const last = part.at(-1);
    if (last !== undefined) {
      columns.push({
        ...last,
        added: part.reduce((sum, { added }) => sum + added, 0),
        removed: part.reduce((sum, { removed }) => sum + removed, 0),
      });
    }
  }
  return columns;
}

/** The two ends as columns, of what the address says: the last refresh but one and the last, if it says nothing. */
export function endsOf(
  columns: readonly Refreshed[],
  from: string | undefined,
  to: string | undefined,
): { from: number; to: number } {
  const last = columns.length - 1;
  const at = (position: string | undefined, otherwise: number) => {
    const found = columns.findLastIndex((column) => column.position <= Number(position));
    return position === undefined || found === -1 ? otherwise : found;
  };
  const end = Math.max(Math.min(1, last), at(to, last));
  return { from: Math.max(0, Math.min(at(from, end - 1), end - 1)), to: end };
}
