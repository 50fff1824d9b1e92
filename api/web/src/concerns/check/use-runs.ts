import { useEffect, useRef } from "react";
import { useSubscription } from "urql";

import { graphql } from "../../client/graphql";
import { useTense } from "../../client/tense";

const CheckRunsOf = graphql(`
  subscription CheckRunsOf($ids: [ID!]) {
    checkRuns(ids: $ids) { checks { id } }
  }
`);

/**
 * Asks again when a look began or ended, of these checks or of any: at most once a second, and while the page is in sight. Not
 * every look is recorded: when it was, how long it took and what it saw changes without anything in the log.
 */
export function useRuns(refetch: () => void, ids?: readonly string[]): void {
  const { isPast } = useTense();
  const latest = useRef(refetch);
  latest.current = refetch;
  const [has, isBehind] = [useRef(false), useRef(false)];
  const [{ data }] = useSubscription({
    query: CheckRunsOf,
    variables: { ids: ids === undefined ? null : [...ids] },
    pause: isPast,
  });
  useEffect(() => {
    if (data == null) {
      return;
    }
    // The first item tells only that it begins; a later one without any begins anew, after a break in which looks were made.
    const isFirst = !has.current;
    has.current = true;
    if (isFirst) {
      return;
    }
    if (document.visibilityState === "visible") {
      latest.current();
    } else {
      isBehind.current = true;
    }
  }, [data, has, isBehind]);
  useEffect(() => {
    const onSight = () => {
      if (document.visibilityState === "visible" && isBehind.current) {
        isBehind.current = false;
        latest.current();
      }
    };
    document.addEventListener("visibilitychange", onSight);
    return () => document.removeEventListener("visibilitychange", onSight);
  }, [isBehind]);
}
