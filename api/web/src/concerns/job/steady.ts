import { useRef, useState } from "react";

/** What is shown of a list that goes on while somebody points at it. */
export interface Steady<Row> {
  rows: readonly Row[];
  /** How many rows came, went or moved and are not shown so yet. */
  changes: number;
}

interface HasId {
  id: string;
}

/**
 * Rows in the order in which they stood, each as it is now: nothing moves under the pointer. What went stays as it was last
 * seen; what came waits.
 */
export function steady<Row extends HasId>(shown: readonly Row[], latest: readonly Row[]): Steady<Row> {
  const now = new Map(latest.map((row) => [row.id, row]));
  const before = new Set(shown.map(({ id }) => id));
  const came = latest.filter(({ id }) => !before.has(id)).length;
  const stayed = shown.filter(({ id }) => now.has(id));
  const order = latest.filter(({ id }) => before.has(id));
  const moved = stayed.filter(({ id }, place) => order[place]?.id !== id).length;
  return {
    rows: shown.map((row) => now.get(row.id) ?? row),
    changes: came + (shown.length - stayed.length) + moved,
  };
}

/** The rows to show; they stand still as long as somebody points at them or has chosen some. */
export function useSteady<Row extends HasId>(
  latest: readonly Row[],
  isHeld: boolean,
): Steady<Row> & { adopt(): void } {
  const shown = useRef<readonly Row[]>(latest);
  const [, again] = useState(0);
  if (!isHeld || shown.current.length === 0) {
    shown.current = latest;
  }
  const now = steady(shown.current, latest);
  return {
    ...now,
    adopt() {
      shown.current = latest;
      again((times) => times + 1);
    },
  };
}
