import { useEffect, useRef, useState } from "react";

import { Button } from "./Button";
import "./fields.css";

interface Props {
  /** The verb: Remove. */
  word: string;
  /** What it is done to, for readers: "Remove anna". */
  label: string;
  /** What is lost, as the button that does it says it: "Remove anna and end his sessions". */
  says: string;
  /** What the other button says. */
  keep?: string;
  /** What it says while it does it. */
  running: string | false;
  off?: string | undefined;
  onYes(): void;
}

/** An act that nothing takes back: asked for once more, in words that say what is lost, beside the button that leaves it. */
export function Confirm({ word, label, says, keep = "Keep", running, off, onYes }: Props) {
  const [isAsked, setAsked] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const was = useRef(false);
  // The button that was pressed is gone: whoever uses the keyboard goes on at the one that changes nothing, and back.
  useEffect(() => {
    if (was.current !== isAsked) {
      was.current = isAsked;
      box.current?.querySelector<HTMLElement>("button:last-of-type")?.focus();
    }
  }, [isAsked]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Esc in either button leaves it as it is.
    <span
      ref={box}
      className="confirm-in-place"
      onKeyDown={(event) => {
        if (isAsked && event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          setAsked(false);
        }
      }}
    >
      {isAsked ? (
        <>
          <Button small off={off} running={running} onClick={onYes}>
            {says}
          </Button>
          <Button small look="bare" onClick={() => setAsked(false)}>
            {keep}
          </Button>
        </>
      ) : (
        <Button small look="bare" off={off} aria-label={label} onClick={() => setAsked(true)}>
          {word}
        </Button>
      )}
    </span>
  );
}
