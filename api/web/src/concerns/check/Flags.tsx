import { moment } from "../../parts/format";
import { Glyph, type Tone } from "../../parts/Icon";
import type { GlyphName } from "../../parts/icons";
import type { Check } from "./check";

type Of = Pick<
  Check,
  "isLate" | "isPaused" | "inMaintenance" | "isAcknowledged" | "snoozedUntil" | "incidentId"
>;

/** What there is to know besides the state: that it is late, that nobody is told, that somebody knows. */
export function Flags({ check }: { check: Of }) {
  const { isLate, isPaused, inMaintenance, isAcknowledged, snoozedUntil, incidentId } = check;
  const isSnoozed = snoozedUntil !== null && Date.parse(snoozedUntil) > Date.now();
  return (
    <>
      {isLate && !isPaused && <Flag glyph="warn" tone="warn" word="Late" />}
      {inMaintenance && <Flag glyph="hold" tone="quiet" word="In maintenance" />}
      {isAcknowledged && incidentId !== null && <Flag glyph="user" tone="quiet" word="Somebody knows" />}
      {isSnoozed && (
        <Flag
          glyph="wait"
          tone="quiet"
          word={`Snoozed until ${moment(snoozedUntil).replace("today ", "")}`}
        />
      )}
    </>
  );
}

function Flag({ glyph, tone, word }: { glyph: GlyphName; tone: Tone; word: string }) {
  return (
    <span className={`st is-${tone}`}>
      <Glyph name={glyph} />
      {word}
    </span>
  );
}
