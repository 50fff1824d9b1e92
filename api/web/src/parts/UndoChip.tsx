import { useEffect, useState } from "react";

import { createStore, useStore } from "../client/store";
import { Button, IconButton } from "./Button";

/** Something that was done and can be taken back. */
export interface Undoable {
  id: string;
  /** What was done: "41 files deleted". */
  done: string;
  /** Until when the chip stays, in milliseconds since 1970; taking back from History lasts as long as the bytes. */
  until: number;
  undo(): Promise<unknown>;
}

const undoables = createStore<readonly Undoable[]>([]);

/** How long a chip stays. */
export const UNDO_MS = 30_000;

/** Offers to take something back. */
export function offerUndo(undoable: Undoable): void {
  undoables.set([...undoables.get().filter(({ id }) => id !== undoable.id), undoable]);
}

function close(id: string): void {
  undoables.set(undoables.get().filter((one) => one.id !== id));
}

/** What was done last and can be taken back: it stays until its time ends or it is closed. */
export function UndoChips() {
  const last = useStore(undoables).at(-1);
  return last === undefined ? null : <UndoChip key={last.id} of={last} />;
}

const AROUND = 2 * Math.PI * 10;

function UndoChip({ of }: { of: Undoable }) {
  const [now, setNow] = useState(Date.now);
  const [isRunning, setRunning] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= of.until) {
        close(of.id);
      }
    }, 250);
    return () => clearInterval(timer);
  }, [of]);
  const left = Math.max(0, Math.min(1, (of.until - now) / UNDO_MS));

  async function undo() {
    setRunning(true);
    await of.undo();
    close(of.id);
  }

  return (
    <output className="undo">
      <svg className="ringt" viewBox="0 0 26 26" aria-hidden="true">
        <circle cx="13" cy="13" r="10" stroke="var(--line-2)" />
        <circle
          cx="13"
          cy="13"
          r="10"
          stroke="var(--accent)"
          strokeDasharray={AROUND}
          strokeDashoffset={AROUND * (1 - left)}
        />
      </svg>
      <span className="b">{of.done}</span>
      <Button small icon="undo" running={isRunning && "Taking back…"} onClick={undo}>
        Undo
      </Button>
      <IconButton icon="x" label="Close" onClick={() => close(of.id)} />
    </output>
  );
}
