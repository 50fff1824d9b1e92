import { useEffect, useRef } from "react";

import { useTense } from "../../client/tense";

/** Asks again after so many milliseconds each while the page is in sight: of what changes without anybody being told. */
export function useFresh(refetch: () => void, everyMs: number): void {
  const { isPast } = useTense();
  const latest = useRef(refetch);
  latest.current = refetch;
  useEffect(() => {
    if (isPast) {
      return;
    }
    const timer = setInterval(() => document.visibilityState === "visible" && latest.current(), everyMs);
    return () => clearInterval(timer);
  }, [isPast, everyMs]);
}
