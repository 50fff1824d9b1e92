import { Glyph, type Tone } from "../parts/Icon";
import type { GlyphName } from "../parts/icons";

/** How an event is drawn on a spine, by the last word of its name. */
const LOOKS: readonly [RegExp, GlyphName, Tone][] = [
  [/failed|lost$|stranded|refused/, "bad", "bad"],
  [/^job\.(attempt_|parked)|changed$/, "warn", "warn"],
  [/removed|not_seen|unfollowed|trashed|purged|deleted|revoked|withdrawn|erased|shredded/, "minus", "bad"],
  [/renamed|moved|described|replaced|set$|prioritised/, "wave", "warn"],
  [/skipped/, "skip", "quiet"],
  [/paused|held/, "hold", "quiet"],
  [/completed|succeeded|recorded|found|applied|proved|sent$/, "ok", "ok"],
  [/added|returned|restored|created|saved|resolved/, "plus", "ok"],
  [/requested|asked|resumed|given/, "user", "run"],
  [/started|leased|begun/, "run", "run"],
  [/queued/, "wait", "quiet"],
];

/** The glyph of an event: its outline says what kind of thing happened. */
export function EventGlyph({ kind }: { kind: string }) {
  const look = LOOKS.find(([pattern]) => pattern.test(kind));
  return look === undefined ? <i className="dot" /> : <Glyph name={look[1]} tone={look[2]} />;
}
