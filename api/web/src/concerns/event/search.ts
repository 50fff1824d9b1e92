/** Since when the timeline is shown. */
export type Since = "day" | "week" | "month";

/** What the timeline's address carries. */
export interface TimelineSearch {
  /** Only what happened in this concern, or only this: `playlist`, `playlist.refresh_completed`. Left out: what is worth knowing of all. */
  of?: string | undefined;
  /** Everything, and not only what is worth knowing; for whoever may audit the log. */
  all?: boolean | undefined;
  since?: Since | undefined;
}

const SINCE: Record<Since, number> = { day: 1, week: 7, month: 31 };

/** Reads the timeline's address; whatever is not understood is left out. */
export function timelineSearch(search: Record<string, unknown>): TimelineSearch {
  const since = search.since;
  return {
    of: typeof search.of === "string" && /^[a-z_]+(\.[a-z_]+)?$/.test(search.of) ? search.of : undefined,
    all: search.all === true || search.all === "true" ? true : undefined,
    since: typeof since === "string" && since in SINCE ? (since as Since) : undefined,
  };
}

/** The moment from which on it is shown, to the hour, so that the same question stays the same. */
export function sinceMoment(since: Since | undefined, now = Date.now()): string | undefined {
  if (since === undefined) {
    return undefined;
  }
  const hour = 3_600_000;
  return new Date(Math.floor(now / hour) * hour - SINCE[since] * 24 * hour).toISOString();
}
