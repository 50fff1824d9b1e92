import { useState } from "react";

import { graphql, type ResultOf } from "../client/graphql";
import { useLive } from "../client/live";
import type { Problem } from "../client/problem";
import { EventGlyph } from "../drawer/kinds";
import { partsOf, Told } from "../drawer/Told";
import { count, day, number, time } from "../parts/format";
import { Fan } from "../parts/Picture";
import { Day, Event, Said } from "../parts/Spine";
import { Failed, Loading } from "../parts/states";
import { ThingLink } from "../parts/ThingLink";
import { type Fold, foldNews } from "./fold";

const NewsOf = graphql(`
  query News($first: Int!, $asOf: AsOfInput) {
    news(first: $first, asOf: $asOf) {
      events {
        id
        position
        kind
        stream
        at
        says
      }
      nextAfter
    }
  }
`);

/** What happened and is worth knowing. */
export type NewsEvent = ResultOf<typeof NewsOf>["news"]["events"][number];

interface NewsTold {
  events: readonly NewsEvent[];
  problem: Problem | undefined;
  isLoading: boolean;
  refetch(): void;
  /** Tells further back; none if that is all. */
  more: (() => void) | undefined;
}

const PAGE = 60;
const PAGE_MAX = 480;

/** What is worth knowing, the last first. */
export function useNews(): NewsTold {
  const [first, setFirst] = useState(PAGE);
  const { data, problem, isLoading, refetch } = useLive(NewsOf, { first }, [
    "playlist",
    "download",
    "file",
    "plan",
    "root",
  ]);
  const hasMore = data?.news.nextAfter != null && first < PAGE_MAX;
  return {
    events: data?.news.events ?? [],
    problem: data === undefined ? problem : undefined,
    isLoading,
    refetch,
    more: hasMore ? () => setFirst(first * 2) : undefined,
  };
}

/** What changed, day by day; runs of equals are one line. */
export function News({
  events,
  problem,
  isLoading,
  refetch,
  more,
  isFirst,
}: NewsTold & { isFirst: boolean }) {
  if (events.length === 0) {
    return isLoading ? (
      <Event first={isFirst} last>
        <Loading rows={6} label="Reading what happened" />
      </Event>
    ) : (
      <Event first={isFirst} last>
        {problem === undefined ? (
          <Said>Nothing happened here yet. Paste an address above, and the first entry begins.</Said>
        ) : (
          <Failed problem={problem} title="What happened could not be read." onRetry={refetch} />
        )}
      </Event>
    );
  }
  const folds = foldNews(events);
  return (
    <>
      {folds.map((fold, index) => {
        const before = folds[index - 1];
        const heading = day(fold.at);
        const isNewDay = before === undefined || day(before.at) !== heading;
        const ofDay = folds.filter(({ at }) => day(at) === heading);
        const entries = ofDay.reduce((sum, { events: folded }) => sum + folded.length, 0);
        return (
          <Line
            key={fold.events[0]?.id}
            fold={fold}
            heading={
              isNewDay
                ? { title: heading, note: count(entries, "entry", "entries"), first: isFirst && index === 0 }
                : undefined
            }
            last={index === folds.length - 1 && more === undefined}
          />
        );
      })}
      {more !== undefined && (
        <Event last>
          <button type="button" className="link q s" onClick={more}>
            Further back
          </button>
        </Event>
      )}
    </>
  );
}

interface LineProps {
  fold: Fold<NewsEvent>;
  heading: { title: string; note: string; first: boolean } | undefined;
  last: boolean;
}

function Line({ fold, heading, last }: LineProps) {
  const [first] = fold.events;
  if (first === undefined) {
    return null;
  }
  const isOne = fold.events.length === 1;
  const names = fold.events.map(({ says }) => partsOf(says)).map(({ name, before }) => name ?? before);
  return (
    <>
      {heading !== undefined && <Day {...heading} />}
      <Event time={time(fold.at)} dateTime={first.at} last={last} node={<EventGlyph kind={fold.kind} />}>
        <ThingLink id={first.stream} className="hit">
          <span className="grow">
            {isOne ? (
              <Said>
                <Told says={first.says} stream={first.stream} linked={false} />
              </Said>
            ) : (
              <Said evidence={<span className="two">{names.join(" · ")}</span>}>
                {number(fold.events.length)} {foldedWords(fold.kind)}.
              </Said>
            )}
          </span>
          {fold.kind === "download.completed" && <Fan ids={fold.events.map(({ stream }) => stream)} />}
        </ThingLink>
      </Event>
    </>
  );
}

/** What several of a kind come to. */
function foldedWords(kind: string): string {
  const words: Record<string, string> = {
    "download.completed": "kept and proved",
    "download.failed": "could not be had",
    "playlist.entry_removed": "left their lists",
    "playlist.entry_renamed": "are called otherwise at their source",
    "playlist.entry_availability_changed": "can be had otherwise than before",
    "playlist.refresh_completed": "lists have something new",
    "playlist.refresh_failed": "lists could not be read",
    "playlist.follow_requested": "lists were followed",
    "playlist.unfollowed": "lists are followed no longer",
    "file.lost": "files are not in their places",
    "file.changed": "files have other bytes than recorded",
    "file.moved": "files have another name",
    "file.restored": "files came back out of the trash",
    "root.added": "folders were registered",
    "plan.applied": "plans were carried out",
    "plan.undone": "plans were taken back",
    "plan.stopped": "plans were stopped in the middle",
  };
  return words[kind] ?? "more of the kind";
}
