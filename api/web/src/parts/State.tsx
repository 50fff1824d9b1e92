import type { ReactNode } from "react";

import { Glyph, type Tone } from "./Icon";
import type { GlyphName } from "./icons";

/** The ten states that anything can be in, in their order of importance. */
export type StateName =
  | "moving"
  | "waiting"
  | "held"
  | "kept"
  | "late"
  | "failed"
  | "safe"
  | "gone"
  | "skipped"
  | "next";

interface Look {
  glyph: GlyphName;
  tone: Tone;
  word: string;
}

export const states: Record<StateName, Look> = {
  moving: { glyph: "run", tone: "run", word: "Moving" },
  waiting: { glyph: "wait", tone: "quiet", word: "Waiting" },
  held: { glyph: "hold", tone: "quiet", word: "On hold" },
  kept: { glyph: "ok", tone: "ok", word: "Kept and proved" },
  late: { glyph: "warn", tone: "warn", word: "Tries again" },
  failed: { glyph: "bad", tone: "bad", word: "Failed" },
  safe: { glyph: "safe", tone: "safe", word: "Gone upstream, safe here" },
  gone: { glyph: "gone", tone: "bad", word: "Gone and never kept" },
  skipped: { glyph: "skip", tone: "quiet", word: "Skipped by rule" },
  next: { glyph: "next", tone: "quiet", word: "To come" },
};

interface Props {
  is: StateName;
  /** A closer word: Downloading instead of Moving. */
  children?: ReactNode;
  /** On a wash, where it stands alone. */
  badge?: boolean;
}

/** A state: glyph, word and colour together, never one without the others. */
export function State({ is, children, badge = false }: Props) {
  const { glyph, tone, word } = states[is];
  return (
    <span className={`st is-${tone}${badge ? " badge" : ""}`}>
      <Glyph name={glyph} />
      {children ?? word}
    </span>
  );
}

/** The glyph of a state, for the node of a spine or the corner of a tile. */
export function StateGlyph({ is }: { is: StateName }) {
  const { glyph, tone } = states[is];
  return <Glyph name={glyph} tone={tone} />;
}
