import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import { day, moment, number, time } from "../../parts/format";
import type { Refreshed } from "./diff";

interface Props {
  columns: readonly Refreshed[];
  /** The columns at whose ends the two dates are. */
  from: number;
  to: number;
  onChange(from: number, to: number): void;
}

const WIDTH = 1096;
const LINE = 40;
const ABOVE = 34;
const BELOW = 24;
const LABELS = 6;

/** Two dates over bars: added above the line, removed below. Handles drag, and take arrow keys. */
export function TwoDates({ columns, from, to, onChange }: Props) {
  const plot = useRef<HTMLDivElement>(null);
  // While one drags, nothing is asked yet.
  const [held, setHeld] = useState<{ from: number; to: number }>();
  const shown = held ?? { from, to };
  const step = WIDTH / columns.length;
  const bar = Math.max(2, Math.min(18, step * 0.55));
  const most = Math.max(1, ...columns.map(({ added, removed }) => Math.max(added, removed)));
  const last = columns.length - 1;
  // A date stands behind its refresh: what that found is part of it.
  const edge = (column: number) => (column + 1) * step;

  function moved(which: "from" | "to", column: number): { from: number; to: number } {
    return which === "from"
      ? { ...shown, from: Math.max(0, Math.min(column, shown.to - 1)) }
      : { ...shown, to: Math.min(last, Math.max(column, shown.from + 1)) };
  }
  function onDrag(which: "from" | "to", event: PointerEvent) {
    const box = plot.current?.getBoundingClientRect();
    if (box !== undefined && event.buttons === 1) {
      const share = (event.clientX - box.left) / box.width;
      setHeld(moved(which, Math.round(share * columns.length) - 1));
    }
  }
  function drop() {
    if (held !== undefined) {
      onChange(held.from, held.to);
      setHeld(undefined);
    }
  }
  function onKey(which: "from" | "to", event: KeyboardEvent) {
    const at = shown[which];
    const goes: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      Home: 0,
      End: last,
    };
    const next = goes[event.key];
    if (next !== undefined) {
      event.preventDefault();
      const ends = moved(which, next);
      onChange(ends.from, ends.to);
    }
  }
  const labelled = Math.max(1, Math.ceil(columns.length / LABELS));

  return (
    <section className="dates" aria-label="Two dates">
      <div className="ends">
        <End of={columns[shown.from]} />
        <span className="qq">to</span>
        {shown.to === last ? <span className="dt">now</span> : <End of={columns[shown.to]} />}
        <span className="grow" />
        <span className="s qq no-phone">added above the line, removed below</span>
      </div>
      <div className="plot" ref={plot}>
        <svg
          viewBox={`0 0 ${WIDTH} 72`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`What ${number(columns.length)} refreshes found: added above the line, removed below`}
        >
          <rect
            x={edge(shown.from)}
            width={edge(shown.to) - edge(shown.from)}
            y="0"
            height="66"
            fill="var(--accent)"
            opacity=".06"
          />
          <path d={`M0 ${LINE}H${WIDTH}`} stroke="var(--line-2)" vectorEffect="non-scaling-stroke" />
          {columns.map(({ position, added, removed }, index) => {
            const isIn = index > shown.from && index <= shown.to;
            const x = (index + 0.5) * step - bar / 2;
            const above = added === 0 ? 0 : Math.max(3, (added / most) * ABOVE);
            const below = removed === 0 ? 0 : Math.max(3, (removed / most) * BELOW);
            return (
              <g key={position}>
                <rect
                  x={x}
                  y={LINE - 2 - above}
                  width={bar}
                  height={above}
                  fill={isIn ? "var(--good-bar)" : "var(--line-2)"}
                />
                <rect
                  x={x}
                  y={LINE + 2}
                  width={bar}
                  height={below}
                  fill={isIn ? "var(--bad)" : "var(--line-2)"}
                />
              </g>
            );
          })}
        </svg>
        {(["from", "to"] as const).map((which) => {
          const column = columns[shown[which]];
          return (
            <div
              key={which}
              className="handle"
              role="slider"
              tabIndex={0}
              aria-label={which === "from" ? "From" : "To"}
              aria-valuemin={1}
              aria-valuemax={columns.length}
              aria-valuenow={shown[which] + 1}
              aria-valuetext={which === "to" && shown.to === last ? "now" : moment(column?.at ?? 0)}
              style={{ left: `${(edge(shown[which]) / WIDTH) * 100}%` }}
              onKeyDown={(event) => onKey(which, event)}
              onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
              onPointerMove={(event) => onDrag(which, event)}
              onPointerUp={drop}
              onPointerCancel={() => setHeld(undefined)}
            />
          );
        })}
      </div>
      <div className="axis" aria-hidden="true">
        {columns
          .filter((_, index) => index % labelled === 0)
          .map(({ position, at }, index, all) => (
            <span key={position}>
              {index > 0 && day(all[index - 1]?.at ?? 0) === day(at) ? time(at) : day(at)}
            </span>
          ))}
      </div>
    </section>
  );
}

function End({ of }: { of: Refreshed | undefined }) {
  return of === undefined ? null : (
    <span className="dt">
      {day(of.at)}
      <small>{time(of.at)}</small>
    </span>
  );
}
