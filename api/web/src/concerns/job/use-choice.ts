import { useCallback, useRef, useState } from "react";

/** What is chosen of rows: one by one, or with Shift from the last one on. */
export interface Choice {
  ids: ReadonlySet<string>;
  choose(rows: readonly { id: string }[], id: string, isChosen: boolean, isRange: boolean): void;
  clear(): void;
}

/** The rows from one to another, both included, whichever is first. */
export function between(rows: readonly { id: string }[], one: string | undefined, other: string): string[] {
  const places = [one, other].map((id) => rows.findIndex((row) => row.id === id));
  const [from, to] = [Math.min(...places), Math.max(...places)];
  return from < 0 ? [other] : rows.slice(from, to + 1).map(({ id }) => id);
}

export function useChoice(): Choice {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>(undefined);
  const choose = useCallback<Choice["choose"]>((rows, id, isChosen, isRange) => {
    const touched = isRange ? between(rows, last.current, id) : [id];
    last.current = id;
    setIds((before) => {
      const next = new Set(before);
      for (const one of touched) {
        if (isChosen) {
          next.add(one);
        } else {
          next.delete(one);
        }
      }
      return next;
    });
  }, []);
  const clear = useCallback(() => setIds(new Set()), []);
  return { ids, choose, clear };
}
