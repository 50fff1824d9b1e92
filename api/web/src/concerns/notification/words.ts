// What one is told, in groups and in words.

import type { Tone } from "../../parts/Icon";
import type { GlyphName } from "../../parts/icons";

export type SeverityName = "INFO" | "WARNING" | "ERROR" | "URGENT";

interface Look {
  word: string;
  /** What it means for whoever reads it. */
  says: string;
  glyph: GlyphName;
  tone: Tone;
}

/** How much something matters, the least first. */
export const SEVERITIES: Record<SeverityName, Look> = {
  INFO: { word: "To know", says: "nothing is to be done", glyph: "book", tone: "quiet" },
  WARNING: {
    word: "Look some time",
    says: "somebody should look at it some time",
    glyph: "warn",
    tone: "warn",
  },
  ERROR: { word: "Needs you", says: "something was not done", glyph: "bad", tone: "bad" },
  URGENT: { word: "Urgent", says: "it can’t wait", glyph: "bad", tone: "bad" },
};
const ORDER = Object.keys(SEVERITIES) as SeverityName[];

/** How much it matters, as a number to compare by. */
export function rank(severity: SeverityName): number {
  return ORDER.indexOf(severity);
}

/** What the standard rules tell, as the heading of a group. */
const RULES: Record<string, string> = {
  "listing-started": "Lists that are being refreshed",
  "listing-failed": "Lists that could not be refreshed",
  "listing-new": "New in lists",
  "listing-unchanged": "Lists without anything new",
  "download-started": "Being fetched",
  "download-failed": "Could not be kept",
  "download-done": "Kept",
  "transcode-failed": "Could not be transcoded",
  "transcode-done": "Transcoded",
  "transcode-larger": "Would be larger",
  "taking-failed": "Could not be taken from a watched folder",
  "watch-stopped": "Watched folders from which nothing is taken",
  "file-changed": "Files with other bytes in them",
  "file-lost": "Files that are gone",
  "root-away": "Folders that are not there",
  "trash-full": "The trash is full",
  "schedule-failed": "Schedules that came to nothing",
  "channel-dead": "Channels that take nothing",
  "channel-failing": "Channels that take nothing just now",
  "part-halted": "Parts that are halted",
};

/** A rule as the heading of what it tells; one that somebody added is called what he called it. */
export function ruleWords(rule: string): string {
  const words = RULES[rule] ?? rule.replaceAll(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface Told {
  id: string;
  rule: string;
  severity: SeverityName;
  raisedAt: string;
}

/** What one rule tells. */
export interface Group<Row> {
  rule: string;
  severity: SeverityName;
  rows: readonly Row[];
}

/**
 * Rows in groups by the rules that tell them: what matters most first, then what was said last. Within a group what was said
 * last is first.
 */
export function groupsOf<Row extends Told>(rows: readonly Row[]): readonly Group<Row>[] {
  const byRule = new Map<string, Row[]>();
  for (const row of rows) {
    byRule.set(row.rule, [...(byRule.get(row.rule) ?? []), row]);
  }
  const newest = (of: readonly Row[]) => Math.max(...of.map(({ raisedAt }) => Date.parse(raisedAt)));
  return [...byRule]
    .map(([rule, told]) => ({
      rule,
      severity: told.reduce<SeverityName>(
        (worst, { severity }) => (rank(severity) > rank(worst) ? severity : worst),
        "INFO",
      ),
      rows: [...told].sort((one, other) => Date.parse(other.raisedAt) - Date.parse(one.raisedAt)),
    }))
    .sort((one, other) => rank(other.severity) - rank(one.severity) || newest(other.rows) - newest(one.rows));
}

/** A text in pieces: what stands between backquotes is code. */
export function piecesOf(text: string): readonly { text: string; isCode: boolean }[] {
  return text
    .split("`")
    .map((piece, index) => ({ text: piece, isCode: index % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
