import { useEffect } from "react";

import { useTense } from "../client/tense";
import { Button } from "../parts/Button";
import { useTimeTravel } from "./TimePill";

/** The band under the top bar while the past is shown, and the tense of the whole page. */
export function Band() {
  const { isPast } = useTense();
  const go = useTimeTravel();

  useEffect(() => {
    const root = document.documentElement;
    if (!isPast) {
      delete root.dataset.tense;
      return;
    }
    root.dataset.tense = "past";
    const back = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) {
        go(undefined);
      }
    };
    addEventListener("keydown", back);
    return () => removeEventListener("keydown", back);
  }, [isPast, go]);

  return isPast ? (
    <section className="band" aria-label="A past moment">
      <p>
        <span className="b">Read only.</span> <span className="s q">Nothing can be done to the past.</span>
      </p>
      <span className="grow" />
      <Button small onClick={() => go(undefined)}>
        Back to now <kbd>Esc</kbd>
      </Button>
    </section>
  ) : null;
}
