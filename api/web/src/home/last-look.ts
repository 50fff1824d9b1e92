// When this browser looked last: what stands on Home is told since then.

const KEY = "mediary.looked";
/** Whoever comes back sooner has not been away. */
const AWAY_MS = 30 * 60_000;

let before: number | null | undefined;

/** When one looked last before this visit, in milliseconds since 1970; null the first time. */
export function lastLook(): number | null {
  before ??= begin();
  return before;
}

function begin(): number | null {
  const kept = read();
  // A page that is loaded again within a visit goes on telling since the same moment.
  const since = kept !== null && Date.now() - kept.at < AWAY_MS ? kept.since : (kept?.at ?? null);
  const write = () => localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), since }));
  write();
  document.addEventListener("visibilitychange", write);
  return since;
}

interface Kept {
  /** When the page was last in sight. */
  at: number;
  /** Since when that visit told. */
  since: number | null;
}

function read(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Kept> | null;
    return typeof kept?.at === "number" ? { at: kept.at, since: kept.since ?? null } : null;
  } catch {
    return null;
  }
}
