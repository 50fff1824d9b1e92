// The account of a list: what became of every row of it, in parts that add up.

import type { Tone } from "../../parts/Icon";
import type { GlyphName } from "../../parts/icons";

/** What the server counts. */
export interface Account {
  listed: number;
  kept: number;
  wanted: number;
  skipped: number;
  failed: number;
  reasons: readonly { standing: StandingName; reason: string | null; count: number }[];
}

export type StandingName = "KEPT" | "WANTED" | "SKIPPED" | "FAILED";

/** One part, and where its rows are. */
export interface Part {
  word: string;
  count: number;
  glyph: GlyphName;
  tone: Tone;
  /** The colour of its bar, as a role. */
  bar: string;
  standing: StandingName;
  /** Only those with this reason. */
  reason?: string;
  /** All but those with this reason. */
  not?: string;
}

/** What somebody deleted counts as skipped; it is a part of its own, so that the sum tells the truth. */
export const DELETED = "deleted";

/** The parts of an account, those that are none left out; they add up to what is listed. */
export function partsOf(account: Account): Part[] {
  const deleted = account.reasons
    .filter(({ standing, reason }) => standing === "SKIPPED" && reason === DELETED)
    .reduce((sum, { count }) => sum + count, 0);
  const skipped = account.skipped - deleted;
  const parts: Part[] = [
    { word: "kept", count: account.kept, glyph: "ok", tone: "run", bar: "var(--accent)", standing: "KEPT" },
    {
      word: "skipped",
      count: skipped,
      glyph: "skip",
      tone: "quiet",
      bar: "var(--line-2)",
      standing: "SKIPPED",
      ...(deleted > 0 ? { not: DELETED } : {}),
    },
    {
      word: account.wanted === 1 ? "waits" : "wait",
      count: account.wanted,
      glyph: "wait",
      tone: "warn",
      bar: "var(--warn-bar)",
      standing: "WANTED",
    },
    {
      word: "failed",
      count: account.failed,
      glyph: "bad",
      tone: "bad",
      bar: "var(--bad)",
      standing: "FAILED",
    },
    {
      word: "deleted here",
      count: deleted,
      glyph: "minus",
      tone: "bad",
      bar: "var(--control-line)",
      standing: "SKIPPED",
      reason: DELETED,
    },
  ];
  return parts.filter(({ count }) => count > 0);
}

/** The account as a sentence, for readers. */
export function accountWords(account: Account, number: (value: number) => string): string {
  const parts = partsOf(account).map(({ count, word }) => `${number(count)} ${word}`);
  return `${number(account.listed)} listed: ${parts.join(", ")}`;
}
