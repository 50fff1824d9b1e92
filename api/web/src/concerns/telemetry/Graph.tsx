import { type KeyboardEvent, useRef, useState } from "react";

import { moment } from "../../parts/format";
import { Failed } from "../../parts/states";
import { type Line, type Measure, piece, RANGES, type Range, said, valued } from "./measures";
import { Plot } from "./Plot";
import { type News, type Shown, useTelemetry } from "./use-telemetry";

interface Props {
  measure: Measure;
  range: Range;
  /** Up to when, if that is not now. */
  until: number | undefined;
  news: News;
  /** Told of the piece of time that is pointed at, here or in a graph beside it. */
  onPoint?(piece: Piece): void;
}

/** A piece of time: milliseconds since 1970, without its end. */
export interface Piece {
  since: number;
  until: number;
}

/** A graph: its lines, what they say in words, and all of it as a table. */
export function Graph({ measure: { key, name, lines }, range, until, news, onPoint }: Props) {
  const { shown, problem, retry } = useTelemetry(lines, range, until, news);
  const [place, setPlace] = useState<number>();
  const swatches = useRef<(HTMLElement | null)[]>([]);
  const pointed = shown === undefined || place === undefined || place >= shown.at.length ? undefined : place;
  function pointAt(next: number | undefined) {
    setPlace(next);
    const since = next === undefined ? undefined : shown?.at[next];
    if (shown !== undefined && since !== undefined) {
      onPoint?.({ since, until: since + shown.stepMs });
    }
  }
  const isEmpty = shown?.points.every((points) => points.every((point) => point == null)) ?? false;
  const heading = `graph-${key.replace(/\W/g, "-")}`;
  return (
    <figure className="graph" aria-labelledby={heading}>
      <figcaption>
        <h3 id={heading}>{name}</h3>
        <p className="s q end">{shown === undefined ? "" : whenOf(lines, shown, pointed, until)}</p>
      </figcaption>
      <ul className="legend">
        {lines.map((line, index) => (
          <li key={line.series.name}>
            <i
              className={line.isLimit ? "swatch limit" : `swatch line-${index}`}
              ref={(element) => {
                swatches.current[index] = element;
              }}
            />
            {line.word}
            <b>{shown === undefined ? "" : textOf(line, shown, index, pointed, until)}</b>
          </li>
        ))}
      </ul>
      {shown !== undefined && problem === undefined && (
        <p className="sr">{lines.map((line, index) => said(line, shown.points[index] ?? [])).join(" ")}</p>
      )}
      {shown === undefined ? (
        problem === undefined ? (
          <div className="plot" />
        ) : (
          <Failed problem={problem} title="It could not be read what was measured." onRetry={retry} />
        )
      ) : isEmpty ? (
        <p className="plot none s q">
          Nothing was measured in {until === undefined ? RANGES[range].said : "that time"}.
        </p>
      ) : (
        <Pointing name={name} lines={lines} shown={shown} place={pointed} onPlace={pointAt}>
          <Plot
            lines={lines}
            shown={shown}
            range={range}
            swatches={swatches.current}
            place={pointed}
            onPlace={pointAt}
          />
        </Pointing>
      )}
      {shown !== undefined && !isEmpty && <AsTable name={name} lines={lines} shown={shown} />}
    </figure>
  );
}

/** Goes from piece to piece by the arrow keys; what is there is said. */
function Pointing({
  name,
  lines,
  shown,
  place,
  onPlace,
  children,
}: {
  name: string;
  lines: readonly Line[];
  shown: Shown;
  place: number | undefined;
  onPlace(place: number | undefined): void;
  children: React.ReactNode;
}) {
  const last = shown.at.length - 1;
  const at = place ?? last;
  function onKeyDown(event: KeyboardEvent) {
    const goes: Record<string, number | undefined> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - 12,
      PageUp: at + 12,
      Home: 0,
      End: last,
    };
    const next = goes[event.key];
    if (next !== undefined) {
      event.preventDefault();
      onPlace(Math.max(0, Math.min(last, next)));
    }
  }
  const words = lines.map((line, index) => `${line.word} ${textOf(line, shown, index, at)}`);
  return (
    <div
      className="pointing"
      role="slider"
      tabIndex={0}
      aria-label={`${name}: which piece of time`}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at}
      aria-valuetext={`${piece(shown.at[at] ?? 0, shown.stepMs)}: ${words.join(", ")}`}
      onKeyDown={onKeyDown}
      onBlur={() => onPlace(undefined)}
    >
      {children}
    </div>
  );
}

/** Every piece of it in numbers; a piece without a sample says so. */
function AsTable({ name, lines, shown }: { name: string; lines: readonly Line[]; shown: Shown }) {
  const [isOpen, setOpen] = useState(false);
  const rows = shown.at.map((at, place) => ({ at, place })).reverse();
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
        <section className="table-box" aria-label={`${name} as a table`} tabIndex={0}>
          <table className="tbl">
            <thead>
              <tr>
                <th>From</th>
                {lines.map(({ word, series }) => (
                  <th key={series.name} className="num">
                    {word}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ at, place }) => (
                <tr key={at}>
                  <td>{moment(at)}</td>
                  {lines.map((line, index) => (
                    <td key={line.series.name} className="num">
                      {textOf(line, shown, index, place)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}

/** What a line says of a piece, or last of all. */
function textOf(line: Line, shown: Shown, index: number, place: number | undefined, until?: number): string {
  if (place === undefined) {
    return until === undefined ? valued(line.series, line.series.last) : "";
  }
  const point = shown.points[index]?.[place];
  return point == null ? "not measured" : valued(line.series, point.mean);
}

/** Which piece is pointed at, or how old the last sample is. */
function whenOf(
  lines: readonly Line[],
  shown: Shown,
  place: number | undefined,
  until: number | undefined,
): string {
  if (place !== undefined) {
    return piece(shown.at[place] ?? 0, shown.stepMs);
  }
  if (until !== undefined) {
    return `up to ${moment(until)}`;
  }
  const last = lines.map(({ series }) => new Date(series.lastAt).getTime());
  return `last measured ${moment(Math.max(...last))}`;
}
