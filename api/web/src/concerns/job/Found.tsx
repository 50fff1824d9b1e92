import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { CombinedError, useClient } from "urql";

import { useTouched } from "../../client/live";
import { LongList } from "../../client/long-list";
import { type Problem, problemOf } from "../../client/problem";
import { useProgress } from "../../client/progress";
import { useTense } from "../../client/tense";
import { number } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { Empty, Failed, Loading } from "../../parts/states";
import { type Asked, sourceOf } from "./found-source";
import type { Job } from "./job";
import { Row } from "./Row";
import type { Choice } from "./use-choice";
import type { JobActs } from "./use-job-acts";

interface Props {
  filter: Asked["filter"];
  newestFirst: boolean;
  acts: JobActs;
  choice: Choice;
  empty: string;
}

/** One list of jobs, however long: it has a place for each, those in sight are fetched and drawn. Rows stay where they are
 * and change in their place; what came since is a number to press. */
export function Found({ filter, newestFirst, acts, choice, empty }: Props) {
  const client = useClient();
  const { asOf, isPast } = useTense();
  // What is asked for, by its content: the same filter is not another list.
  const asked = JSON.stringify({
    filter,
    orderBy: { field: "QUEUED_AT", direction: newestFirst ? "DESC" : "ASC" },
    ...(asOf === undefined ? {} : { asOf }),
  });
  const source = useMemo(() => sourceOf(client, JSON.parse(asked) as Asked), [client, asked]);
  const list = useMemo(() => new LongList<Job>(source), [source]);
  useSyncExternalStore(list.subscribe, () => list.version);
  const [news, setNews] = useState(0);
  const open = useCallback(async () => {
    await list.open();
    setNews(0);
  }, [list]);
  useEffect(() => {
    void open();
    return () => list.close();
  }, [list, open]);

  const total = list.totalCount ?? 0;
  const { place, top: margin, rowPx } = usePlace();
  const rows = useWindowVirtualizer({
    count: total,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: margin,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height stand elsewhere.
  useLayoutEffect(() => rows.measure(), [rowPx]);
  const seen = rows.getVirtualItems();
  const [from, to] = [seen[0]?.index ?? 0, seen.at(-1)?.index ?? 0];
  useEffect(() => list.look(from, to), [list, from, to]);

  const jobs = seen.flatMap(({ index }) => list.at(index) ?? []);
  const again = useCallback(async () => {
    if (list.totalCount === undefined || list.problem !== undefined) {
      // It could not be read when the server was away; something was recorded, so the server is there again.
      list.retry();
      return;
    }
    const ids = Array.from({ length: to - from + 1 }, (_, place) => list.at(from + place)?.id ?? []).flat();
    try {
      const [changed, now] = await Promise.all([ids.length === 0 ? [] : source.again(ids), source.count()]);
      list.update(changed);
      setNews(Math.abs(now - (list.totalCount ?? now)));
    } catch {
      // What is shown stays, and is asked for again when the next thing is recorded.
    }
  }, [list, source, from, to]);
  useTouched(["job"], () => void again(), isPast);
  const progress = useProgress(jobs.filter(({ state }) => state === "RUNNING").map(({ id }) => id));

  const { choose: chooseOf } = choice;
  const choose = useCallback(
    (place: number, isChosen: boolean, isRange: boolean) => {
      const id = list.at(place - 1)?.id;
      if (id !== undefined) {
        const around = list.around(place - 1).map((other) => ({ id: other }));
        chooseOf(around, id, isChosen, isRange);
      }
    },
    [list, chooseOf],
  );
  const { prioritise } = acts;
  const drop = useCallback(
    (dragged: string, onto: Job) => void prioritise([dragged], onto.priority),
    [prioritise],
  );

  const problem = list.problem === undefined ? undefined : problemIn(list.problem);
  if (problem !== undefined && total === 0) {
    return <Failed problem={problem} onRetry={() => list.retry()} />;
  }
  if (total === 0) {
    return list.totalCount === undefined ? (
      <Loading rows={8} label="Reading the queue" />
    ) : (
      <Empty title={empty} />
    );
  }
  return (
    <section className="lane found" aria-label="Jobs">
      <header>
        <h2>{number(total)}</h2>
        <span className="s q grow">{total === 1 ? "job" : "jobs"}</span>
        {news > 0 && (
          <button type="button" className="chip" onClick={() => void open()}>
            <Icon name="top" />
            {number(news)} {news === 1 ? "change" : "changes"}
          </button>
        )}
      </header>
      <ol ref={place} style={{ height: rows.getTotalSize() }}>
        {seen.map(({ index, start }) => {
          const job = list.at(index);
          const top = start - margin;
          return job === undefined ? (
            <Unread key={index} place={index + 1} top={top} isGone={list.isGone(index)} />
          ) : (
            <Row
              key={job.id}
              top={top}
              job={job}
              place={index + 1}
              progress={progress.get(job.id) ?? job.progress}
              acts={acts}
              isChosen={choice.ids.has(job.id)}
              onChoose={choose}
              onDrop={drop}
            />
          );
        })}
      </ol>
      {problem !== undefined && <Failed problem={problem} onRetry={() => list.retry()} />}
    </section>
  );
}

/** A place whose row is on its way, or went since the list was read. */
function Unread({ place, top, isGone }: { place: number; top: number; isGone: boolean }) {
  return (
    <li className="job afloat unread" style={{ transform: `translateY(${top}px)` }} data-place={place}>
      <span className="pos">{number(place)}</span>
      {isGone ? (
        <span className="s q">No longer in this list.</span>
      ) : (
        <span className="bone-lines" role="img" aria-label={`Reading row ${number(place)}`}>
          <span className="bone" />
          <span className="bone" />
        </span>
      )}
    </li>
  );
}

/** Where the list begins in the document, and how high its rows are: all of them the same, so that the last of 100,000 has its
 * place before any was measured. */
function usePlace() {
  const element = useRef<HTMLOListElement>(null);
  const [at, setAt] = useState({ top: 0, rowPx: 56 });
  const measure = useCallback(() => {
    if (element.current !== null) {
      const top = element.current.getBoundingClientRect().top + window.scrollY;
      const rowPx = Number.parseFloat(getComputedStyle(element.current).getPropertyValue("--found-row"));
      setAt((before) => (before.top === top && before.rowPx === rowPx ? before : { top, rowPx }));
    }
  }, []);
  const place = useCallback(
    (list: HTMLOListElement | null) => {
      element.current = list;
      measure();
    },
    [measure],
  );
  useEffect(() => {
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, [measure]);
  return { place, ...at };
}

function problemIn(error: unknown): Problem {
  return problemOf(error instanceof CombinedError ? error : new CombinedError({}));
}
