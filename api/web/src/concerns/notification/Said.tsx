import { Glyph } from "../../parts/Icon";
import { piecesOf, SEVERITIES, type SeverityName } from "./words";

/** How much something matters: glyph, word and colour. */
export function Severity({ is }: { is: SeverityName }) {
  const { glyph, tone, word } = SEVERITIES[is];
  return (
    <span className={`st is-${tone}`}>
      <Glyph name={glyph} />
      {word}
    </span>
  );
}

/** What else is said: its lines as they are, what is to be typed as code. */
export function Body({ text }: { text: string }) {
  return (
    <p className="s q said">
      {piecesOf(text).map(({ text: piece, isCode }, index) =>
        isCode ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have nothing but their place.
          <code key={index} className="proof">
            {piece}
          </code>
        ) : (
          piece
        ),
      )}
    </p>
  );
}
