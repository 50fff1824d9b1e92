// What was measured, asked for when it is first shown, and again when the server says that more came.

import { useEffect, useRef, useState } from "react";
import { useClient, useSubscription } from "urql";

import { graphql } from "../../client/graphql";
import { type Problem, problemOf } from "../../client/problem";
import { type Line, type Plotted, plotted, RANGES, type Range } from "./measures";

const TelemetryOf = graphql(`
  query TelemetryOf($series: String!, $since: DateTime!, $until: DateTime!, $stepMs: Long!) {
    telemetry(series: $series, since: $since, until: $until, stepMs: $stepMs) {
      stepMs
      points { at count min max mean sum }
    }
  }
`);
const TelemetryNews = graphql(`
  subscription TelemetryNews {
    telemetrySamples { samples { series at value } }
  }
`);

/** The last sample of each series, as the server tells: first of all there are, then of those that come. */
export type News = ReadonlyMap<string, { at: string; value: number }>;

/** Listens to what is measured. */
export function useNews(pause: boolean): News {
  const [{ data }] = useSubscription<NewsSaid, News>({ query: TelemetryNews, pause }, (before, said) => {
    const next = new Map(before);
    for (const { series, ...sample } of said.telemetrySamples.samples) {
      next.set(series, sample);
    }
    return next;
  });
  return data ?? NOTHING;
}

interface NewsSaid {
  telemetrySamples: { samples: { series: string; at: string; value: number }[] };
}

const NOTHING: News = new Map();

/** Lines over a time, as they were answered. */
export interface Shown extends Plotted {
  since: number;
  until: number;
  stepMs: number;
}

interface Loaded {
  key: string;
  shown: Shown | undefined;
  problem: Problem | undefined;
}

/** Lines over a range of time that ends now, or at `until`. A piece is asked for anew a few times as long as it lasts. */
export function useTelemetry(
  lines: readonly Line[],
  range: Range,
  until: number | undefined,
  news: News,
): { shown: Shown | undefined; problem: Problem | undefined; retry(): void } {
  const client = useClient();
  const names = lines.map(({ series }) => series.name);
  const key = JSON.stringify([names, range, until ?? null]);
  const [loaded, setLoaded] = useState<Loaded>();
  const [turn, setTurn] = useState(0);
  const asked = useRef({ key: "", at: Number.NEGATIVE_INFINITY });
  const latest = names.map((name) => news.get(name)?.at ?? "").join(" ");

  // biome-ignore lint/correctness/useExhaustiveDependencies: `latest` and `turn` say only that it is time to ask again.
  useEffect(() => {
    const { ms, stepMs } = RANGES[range];
    const isNew = asked.current.key !== key;
    const wait = isNew ? 0 : Math.max(0, asked.current.at + stepMs / 6 - performance.now());
    const timer = setTimeout(async () => {
      const mine = { key, at: performance.now() };
      asked.current = mine;
      const [, , end] = JSON.parse(key) as [string[], Range, number | null];
      const to = end ?? Date.now();
      const given = { since: new Date(to - ms).toISOString(), until: new Date(to).toISOString(), stepMs };
      const answers = await Promise.all(
        (JSON.parse(key) as [string[]])[0].map((series) =>
          client.query(TelemetryOf, { series, ...given }, { requestPolicy: "network-only" }).toPromise(),
        ),
      );
      // What came meanwhile waits for its turn; an answer to another question is nobody's.
      if (asked.current !== mine) {
        return;
      }
      const failed = answers.find(({ error }) => error !== undefined)?.error;
      if (failed !== undefined) {
        setLoaded((now) => ({
          key,
          shown: now?.key === key ? now.shown : undefined,
          problem: problemOf(failed),
        }));
        return;
      }
      const told = answers.map(({ data }) => data?.telemetry ?? { stepMs, points: [] });
      const longest = Math.max(...told.map((one) => one.stepMs));
      const shown = { ...plotted(told, to - ms, to), since: to - ms, until: to, stepMs: longest };
      setLoaded({ key, shown, problem: undefined });
    }, wait);
    return () => clearTimeout(timer);
  }, [client, key, range, latest, turn]);

  const own = loaded?.key === key ? loaded : undefined;
  return {
    shown: own?.shown,
    problem: own?.problem,
    retry() {
      asked.current = { key: "", at: Number.NEGATIVE_INFINITY };
      setTurn((before) => before + 1);
    },
  };
}
