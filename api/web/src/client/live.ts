// The one way in which a room reads: a query that is asked again when something was recorded of what it shows.

import type { TadaDocumentNode } from "gql.tada";
import { useCallback, useEffect, useRef } from "react";
import { type AnyVariables, useQuery } from "urql";

import { listen } from "./feed";
import { type Problem, problemOf } from "./problem";
import { useTense } from "./tense";

/** At most four times a second. */
const PAUSE_MS = 250;

/** What a query came to. */
export interface Live<Data> {
  /** The last answer; it stays while a newer one is on its way. */
  data: Data | undefined;
  problem: Problem | undefined;
  /** Whether there is neither an answer nor a problem yet. */
  isLoading: boolean;
  /** Asks now. */
  refetch(): void;
}

/** What the hook adds by itself. */
type Own = "asOf" | "minPosition";

type Given<Variables> = Omit<Variables, Own>;

interface Options {
  /** Asks nothing as long as this holds. */
  pause?: boolean;
}

/**
 * Asks, and asks again whenever something was recorded of `of`: concerns (`job`) or things (`playlist-…`).
 *
 * A query that declares `$asOf: AsOfInput` is answered as of the moment that the page shows, and then never again. One that
 * declares `$minPosition: Position` is answered no older than what the page has heard of.
 */
export function useLive<Data, Variables extends AnyVariables>(
  query: TadaDocumentNode<Data, Variables>,
  variables: Given<Variables>,
  of: readonly string[],
  { pause = false }: Options = {},
): Live<Data> {
  const { asOf, isPast } = useTense();
  const [result, ask] = useQuery<Data, AnyVariables>({
    query,
    variables: { ...variables, ...(declares(query, "asOf") && asOf !== undefined ? { asOf } : {}) },
    pause,
  });
  const refetch = useCallback(() => ask({ requestPolicy: "network-only" }), [ask]);
  useTouched(of, refetch, pause || isPast);

  // An answer that is all errors has `null` for its data: nothing is there, as before the first answer.
  const data = result.data ?? undefined;

  return {
    data,
    problem: result.error === undefined || result.stale ? undefined : problemOf(result.error),
    isLoading: !pause && data === undefined && result.error === undefined,
    refetch,
  };
}

/** Calls `run` when something was recorded of these, at most four times a second, and once more for the last. */
export function useTouched(of: readonly string[], run: () => void, pause = false): void {
  const latest = useRef(run);
  latest.current = run;
  const key = of.join(" ");
  useEffect(() => {
    if (pause) {
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let at = Number.NEGATIVE_INFINITY;
    const end = listen(key === "" ? [] : key.split(" "), () => {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          at = performance.now();
          latest.current();
        },
        Math.max(0, at + PAUSE_MS - performance.now()),
      );
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [key, pause]);
}

function declares(query: TadaDocumentNode<unknown, never>, name: string): boolean {
  return query.definitions.some(
    (definition) =>
      "variableDefinitions" in definition &&
      definition.variableDefinitions?.some(({ variable }) => variable.name.value === name),
  );
}
