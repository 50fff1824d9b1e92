import { useEffect, useRef } from "react";

import { useTense } from "../../client/tense";

const EVERY_MS = 10_000;

/**
 * Asks again each 10 s while the page is in sight. Not every look is recorded: when it was, how long it took and what it saw
 * changes without anybody being told.
 */
export function useFresh(refetch: () => void): void {
  const { isPast } = useTense();
  const latest = useRef(refetch);
  latest.current = refetch;
  useEffect(() => {
    if (isPast) {
      return;
    }
    const timer = setInterval(() => document.visibilityState === "visible" && latest.current(), EVERY_MS);
    return () => clearInterval(timer);
  }, [isPast]);
}
