import { type RefObject, useEffect, useRef, useState } from "react";
import { useQuery } from "urql";

import { graphql } from "../../client/graphql";
import { useTense } from "../../client/tense";
import { day } from "../../parts/format";
import { type Cell, cellsOf, cellWords, DAY_MS, DAYS, daysWords, firstDay, wellOf } from "./days";
import { share } from "./words";

const DaysOf = graphql(`
  query CheckDays($series: String!, $since: DateTime!, $until: DateTime!, $stepMs: Long!) {
    telemetry(series: $series, since: $since, until: $until, stepMs: $stepMs) {
      points { at count sum }
    }
  }
`);

const NOTHING: readonly never[] = [];

/** So long an answer is good enough: a look more changes nothing that one sees of 90 days. */
const FRESH_MS = 60_000;

/** The last 90 days of a check; asked for once it is seen, and anew with a look a minute later. None before there is an answer. */
function useDays(id: string, lastRunAt: string | null, isSeen: boolean): Cell[] | undefined {
  const { asOf, isPast } = useTense();
  const until = asOf !== undefined && "time" in asOf ? Date.parse(asOf.time) : Date.now();
  const first = firstDay(until);
  const [{ data }, ask] = useQuery({
    query: DaysOf,
    // The end of the day, so that the same day is the same question; of a moment that is past, that moment.
    variables: {
      series: `check.up/${id}`,
      since: new Date(first).toISOString(),
      until: new Date(isPast ? until : first + DAYS * DAY_MS).toISOString(),
      stepMs: DAY_MS,
    },
    pause: !isSeen,
  });
  const asked = useRef({ lastRunAt, at: Date.now() });
  useEffect(() => {
    const { at, lastRunAt: before } = asked.current;
    // The first look is news.
    const isDue = before === null || Date.now() - at >= FRESH_MS;
    if (isSeen && before !== lastRunAt && isDue) {
      asked.current = { lastRunAt, at: Date.now() };
      ask({ requestPolicy: "network-only" });
    }
  }, [ask, isSeen, lastRunAt]);
  return data === undefined ? undefined : cellsOf(data.telemetry?.points ?? NOTHING, until);
}

/** Whether an element was in sight once: what is far below is not asked for. */
function useSeen(box: RefObject<Element | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null || isSeen) {
      return;
    }
    const watch = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setSeen(true),
      { rootMargin: "200px" },
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, [box, isSeen]);
  return isSeen;
}

interface Props {
  id: string;
  lastRunAt: string | null;
}

/** The bar of a row. */
export function DaysBar({ id, lastRunAt }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const cells = useDays(id, lastRunAt, useSeen(box));
  return (
    <div
      ref={box}
      className="days small"
      role="img"
      aria-label={cells === undefined ? "The last 90 days are being read" : daysWords(cells)}
    >
      {cells?.map((cell) => (
        <i key={cell.at} className={cell.how} title={cellWords(cell)} />
      ))}
    </div>
  );
}

/** The last 90 days with what its colours and heights mean. */
export function DaysSection({ id, lastRunAt }: Props) {
  const cells = useDays(id, lastRunAt, true);
  const well = cells === undefined ? null : wellOf(cells);
  const bad = cells?.filter(({ how }) => how === "bad").length ?? 0;
  const some = cells?.filter(({ how }) => how === "some").length ?? 0;
  return (
    <section aria-labelledby="days">
      <div className="hd">
        <h2 id="days">90 days</h2>
        <span className="s">
          {well === null ? "nobody looked yet" : `${share(well)} of all looks were well`}
        </span>
        <span className="end s q days-legend no-phone">
          <span>
            <i className="well" />
            all well
          </span>
          <span>
            <i className="some" />a few failed
          </span>
          <span>
            <i className="bad" />
            many failed
          </span>
          <span>
            <i className="none" />
            nobody looked
          </span>
        </span>
      </div>
      <div className="days" role="img" aria-label={cells === undefined ? "Being read" : daysWords(cells)}>
        {cells?.map((cell) => (
          <i key={cell.at} className={cell.how} title={cellWords(cell)} />
        ))}
      </div>
      <div className="days-axis">
        <span>{cells?.[0] === undefined ? "" : day(cells[0].at + DAY_MS / 2)}</span>
        <span>{bad + some === 0 ? "" : `${bad} with many failures, ${some} with a few`}</span>
        <span>today</span>
      </div>
    </section>
  );
}
