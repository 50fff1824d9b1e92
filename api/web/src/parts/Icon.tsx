import { type GlyphName, glyphs, type IconName, icons } from "./icons";

/** An icon of 16 px beside a word; it says nothing to readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="ic" viewBox="0 0 16 16" aria-hidden="true">
      <path d={icons[name]} />
    </svg>
  );
}

/** What a colour of a state is for. */
export type Tone = "run" | "ok" | "warn" | "bad" | "safe" | "quiet";

interface GlyphProps {
  name: GlyphName;
  tone?: Tone | undefined;
}

/** A glyph; the word beside it says the same. */
export function Glyph({ name, tone }: GlyphProps) {
  return (
    <svg className={tone === undefined ? "gl" : `gl is-${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={glyphs[name]} />
    </svg>
  );
}
