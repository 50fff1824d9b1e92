import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useClient } from "urql";

import { graphql, type VariablesOf } from "../../client/graphql";
import { useTouched } from "../../client/live";
import { type Problem, problemOf } from "../../client/problem";
import { useProgress } from "../../client/progress";
import { useTense } from "../../client/tense";
import { number } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { Empty, Failed, Loading } from "../../parts/states";
import { type Job, JobRowFields } from "./job";
import { Row } from "./Row";
import type { Choice } from "./use-choice";
import type { JobActs } from "./use-job-acts";

const FoundJobs = graphql(
  `
    query FoundJobs(
      $first: Int!
      $after: String
      $filter: JobFilterInput!
      $orderBy: JobOrder
      $minPosition: Position
      $asOf: AsOfInput
    ) {
      jobs(
        first: $first
        after: $after
        filter: $filter
        orderBy: $orderBy
        minPosition: $minPosition
        asOf: $asOf
      ) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { ...JobRow }
      }
    }
  `,
  [JobRowFields],
);

const JobsAgain = graphql(
  `
    query JobsAgain($ids: [ID!]!) {
      nodes(ids: $ids) { ...JobRow }
    }
  `,
  [JobRowFields],
);

type Filter = VariablesOf<typeof FoundJobs>["filter"];

const PAGE = 100;
const ROW_PX = 56;
/** How far before the end of what is there the next page is asked for. */
const AHEAD = 40;

interface Props {
  filter: Filter;
  newestFirst: boolean;
  acts: JobActs;
  choice: Choice;
  empty: string;
}

interface Pages {
  jobs: readonly Job[];
  totalCount: number;
  endCursor: string | null;
  hasMore: boolean;
  problem: Problem | undefined;
  isLoading: boolean;
}

const NOTHING: Pages = {
  jobs: [],
  totalCount: 0,
  endCursor: null,
  hasMore: true,
  problem: undefined,
  isLoading: true,
};

/** One list of jobs, however long: pages are fetched as one scrolls, and only what is seen is drawn. Rows stay where they are
 * and change in their place; what came since is a number to press. */
export function Found({ filter, newestFirst, acts, choice, empty }: Props) {
  const client = useClient();
  const { asOf, isPast } = useTense();
  const [pages, setPages] = useState<Pages>(NOTHING);
  const [news, setNews] = useState(0);
  const asking = useRef<string>(undefined);
  // What is asked for, by its content: the same filter is not another list.
  const asked = JSON.stringify({
    filter,
    orderBy: { field: "QUEUED_AT", direction: newestFirst ? "DESC" : "ASC" },
    ...(asOf === undefined ? {} : { asOf }),
  });

  const latest = useRef(asked);
  latest.current = asked;

  const ask = useCallback(
    (after: string | null, first: number) =>
      client
        .query(FoundJobs, { ...JSON.parse(asked), first, after }, { requestPolicy: "network-only" })
        .toPromise(),
    [client, asked],
  );

  const load = useCallback(
    async (after: string | null) => {
      const mine = `${asked} ${after}`;
      if (asking.current === mine) {
        return;
      }
      asking.current = mine;
      const { data, error } = await ask(after, PAGE);
      if (asking.current !== mine) {
        // Another list is asked for by now, or this one from its beginning.
        return;
      }
      asking.current = undefined;
      setPages((before) => {
        if (data == null) {
          const problem = error === undefined ? undefined : problemOf(error);
          return { ...before, problem, isLoading: false };
        }
        const { nodes, totalCount, pageInfo } = data.jobs;
        const known = new Set(after === null ? [] : before.jobs.map(({ id }) => id));
        return {
          jobs: after === null ? nodes : [...before.jobs, ...nodes.filter(({ id }) => !known.has(id))],
          totalCount,
          endCursor: pageInfo.endCursor,
          hasMore: pageInfo.hasNextPage,
          problem: undefined,
          isLoading: false,
        };
      });
      if (after === null) {
        setNews(0);
      }
    },
    [ask, asked],
  );

  useEffect(() => {
    asking.current = undefined;
    setPages(NOTHING);
    setNews(0);
    void load(null);
  }, [load]);

  const [margin, setMargin] = useState(0);
  const place = useCallback((list: HTMLOListElement | null) => {
    if (list !== null) {
      setMargin(topOf(list));
    }
  }, []);
  const rows = useWindowVirtualizer({
    count: pages.jobs.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => pages.jobs[index]?.id ?? index,
  });
  const seen = rows.getVirtualItems();
  const end = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    // What could not be read is asked for again by its button alone.
    if (
      pages.hasMore &&
      !pages.isLoading &&
      pages.problem === undefined &&
      end >= pages.jobs.length - AHEAD
    ) {
      void load(pages.endCursor);
    }
  }, [end, pages, load]);

  const ids = useMemo(
    () => pages.jobs.slice(seen[0]?.index ?? 0, end + 1).map(({ id }) => id),
    [pages.jobs, seen[0]?.index, end],
  );
  const again = useCallback(async () => {
    const [changed, front] = await Promise.all([
      ids.length === 0
        ? undefined
        : client.query(JobsAgain, { ids }, { requestPolicy: "network-only" }).toPromise(),
      ask(null, 1),
    ]);
    const now = new Map((changed?.data?.nodes ?? []).flatMap((job) => (isJob(job) ? [[job.id, job]] : [])));
    setPages((before) => ({ ...before, jobs: before.jobs.map((job) => now.get(job.id) ?? job) }));
    const totalCount = front.data?.jobs.totalCount;
    if (totalCount !== undefined && !pages.isLoading && latest.current === asked) {
      setNews(Math.abs(totalCount - pages.totalCount));
    }
  }, [client, ids, ask, asked, pages.totalCount, pages.isLoading]);
  useTouched(["job"], () => void again(), isPast);
  const progress = useProgress(
    pages.jobs
      .slice(seen[0]?.index ?? 0, end + 1)
      .filter(({ state }) => state === "RUNNING")
      .map(({ id }) => id),
  );

  if (pages.problem !== undefined && pages.jobs.length === 0) {
    return <Failed problem={pages.problem} onRetry={() => void load(null)} />;
  }
  if (pages.jobs.length === 0) {
    return pages.isLoading ? <Loading rows={8} label="Reading the queue" /> : <Empty title={empty} />;
  }
  return (
    <section className="lane found" aria-label="Jobs">
      <header>
        <h2>{number(pages.totalCount)}</h2>
        <span className="s q grow">{pages.totalCount === 1 ? "job" : "jobs"}</span>
        {news > 0 && (
          <button type="button" className="chip" onClick={() => void load(null)}>
            <Icon name="top" />
            {number(news)} {news === 1 ? "change" : "changes"}
          </button>
        )}
      </header>
      <ol ref={place} style={{ height: rows.getTotalSize() }}>
        {seen.map(({ index, start }) => {
          const job = pages.jobs[index];
          return (
            job !== undefined && (
              <Row
                key={job.id}
                at={{ index, top: start - margin, measure: rows.measureElement }}
                job={job}
                place={index + 1}
                progress={progress.get(job.id) ?? job.progress}
                acts={acts}
                isChosen={choice.ids.has(job.id)}
                onChoose={(isChosen, isRange) => choice.choose(pages.jobs, job.id, isChosen, isRange)}
                onDrop={(dragged, onto) => void acts.prioritise([dragged], onto.priority)}
              />
            )
          );
        })}
      </ol>
      {pages.problem !== undefined && (
        <Failed problem={pages.problem} onRetry={() => void load(pages.endCursor)} />
      )}
    </section>
  );
}

/** Pixels from the top of the document. */
function topOf(list: HTMLElement): number {
  return list.getBoundingClientRect().top + window.scrollY;
}

function isJob(node: unknown): node is Job {
  return typeof node === "object" && node !== null && "waitsFor" in node;
}
