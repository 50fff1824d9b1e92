import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useState } from "react";

import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useCrumbs } from "../../frame/Crumbs";
import { Button, IconButton } from "../../parts/Button";
import { number } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { Seg } from "../../parts/Seg";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { Holds } from "../lane/Holds";
import { Found } from "./Found";
import { Lane } from "./Lane";
import { isOneList, type QueueSearch, type Shown } from "./search";
import { type Choice, useChoice } from "./use-choice";
import { type JobActs, useJobActs } from "./use-job-acts";
import { laneName, type Verb } from "./words";
import "./queue.css";

const QueueCounts = graphql(`
  query QueueCounts($minPosition: Position, $asOf: AsOfInput) {
    limits(asOf: $asOf) { total kinds { kind limit } }
    running: jobs(first: 1, filter: { state: RUNNING }, minPosition: $minPosition, asOf: $asOf) { totalCount }
    leased: jobs(first: 1, filter: { state: LEASED }, minPosition: $minPosition, asOf: $asOf) { totalCount }
    queued: jobs(first: 1, filter: { state: QUEUED }, minPosition: $minPosition, asOf: $asOf) { totalCount }
    paused: jobs(first: 1, filter: { state: PAUSED }, minPosition: $minPosition, asOf: $asOf) { totalCount }
    failed: jobs(first: 1, filter: { state: FAILED }, minPosition: $minPosition, asOf: $asOf) { totalCount }
    done: jobs(first: 1, filter: { state: SUCCEEDED }, minPosition: $minPosition, asOf: $asOf) { totalCount }
  }
`);

const STATES = {
  moving: "RUNNING",
  waiting: "QUEUED",
  held: "PAUSED",
  failed: "FAILED",
  done: "SUCCEEDED",
} as const;

const EMPTY: Record<Shown, string> = {
  moving: "Nothing moves.",
  waiting: "Nothing waits.",
  held: "Nothing is on hold.",
  failed: "Nothing failed.",
  done: "Nothing was done yet.",
};

/** Everything that moves, waits, failed or was done, in lanes or as one list. */
export function Queue() {
  useCrumbs({ name: "Queue" });
  const search = useSearch({ strict: false }) as QueueSearch;
  const navigate = useNavigate();
  const { data, problem, refetch } = useLive(QueueCounts, {}, ["job", "setting"]);
  const acts = useJobActs();
  const choice = useChoice();
  const { show, kind, find, batch, tag } = search;
  // Another list is another choice.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is cleared when these change.
  useEffect(choice.clear, [show, kind, find, batch, tag]);

  const go = (change: Partial<QueueSearch>) =>
    void navigate({
      to: "/queue",
      search: (before: Record<string, unknown>) => ({ ...before, ...change }),
      replace: true,
    });

  if (problem !== undefined && data === undefined) {
    return (
      <main id="main" className="wide">
        <h1 className="sr">Queue</h1>
        <Failed problem={problem} title="The queue could not be read." onRetry={refetch} />
      </main>
    );
  }
  const moving = data === undefined ? undefined : data.running.totalCount + data.leased.totalCount;
  const open =
    data === undefined || moving === undefined
      ? undefined
      : moving + data.queued.totalCount + data.paused.totalCount;
  return (
    <main id="main" className="wide">
      <h1 className="sr">Queue</h1>
      <div className="tools">
        <Seg<Shown | "all">
          label="State"
          value={show ?? "all"}
          onChange={(value) => go({ show: value === "all" ? undefined : value })}
          options={[
            { value: "all", word: "Open", count: open },
            { value: "moving", word: "Moving", is: "moving", count: moving },
            { value: "waiting", word: "Waiting", is: "waiting", count: data?.queued.totalCount },
            ...(data !== undefined && (data.paused.totalCount > 0 || show === "held")
              ? [
                  {
                    value: "held" as const,
                    word: "On hold",
                    is: "held" as const,
                    count: data.paused.totalCount,
                  },
                ]
              : []),
            { value: "failed", word: "Failed", is: "failed", count: data?.failed.totalCount },
            { value: "done", word: "Done", is: "kept", count: data?.done.totalCount },
          ]}
        />
        <Find value={find ?? ""} onChange={(value) => go({ find: value === "" ? undefined : value })} />
        {(["kind", "batch", "tag"] as const).map((key) => {
          const value = search[key];
          return (
            value !== undefined && (
              <button key={key} type="button" className="only" onClick={() => go({ [key]: undefined })}>
                <span>{key === "kind" ? `Only ${laneName(value).toLowerCase()}` : `${key} ${value}`}</span>
                <Icon name="x" />
                <span className="sr">Show all again</span>
              </button>
            )
          );
        })}
        <span className="grow" />
        {show === "failed" && data !== undefined && data.failed.totalCount > 0 && choice.ids.size === 0 && (
          <span className="s q no-phone">Choose rows to try them again together.</span>
        )}
      </div>
      <Refused problem={acts.problem} />
      {isOneList(search) ? (
        <Found
          filter={{
            ...(show === undefined ? {} : { state: STATES[show] }),
            ...(kind === undefined ? {} : { kind: kind as "DOWNLOAD" }),
            ...(find === undefined ? {} : { search: find }),
            ...(batch === undefined ? {} : { batch }),
            ...(tag === undefined ? {} : { tag }),
          }}
          newestFirst={show !== "waiting"}
          acts={acts}
          choice={choice}
          empty={
            find === undefined
              ? show === undefined
                ? "There is no such job."
                : EMPTY[show]
              : "Nothing has these words in its name."
          }
        />
      ) : data === undefined ? (
        <Loading rows={8} label="Reading the queue" />
      ) : open === 0 ? (
        <Empty title="Nothing moves and nothing waits.">
          <p>What you follow or download shows up here, with why it is where it is.</p>
        </Empty>
      ) : (
        <>
          <Holds />
          {data.limits.kinds.map(({ kind, limit }) => (
            <Lane key={kind} kind={kind} atOnce={limit} acts={acts} choice={choice} />
          ))}
        </>
      )}
      {acts.isShown && choice.ids.size > 0 && <Chosen choice={choice} acts={acts} show={show} />}
    </main>
  );
}

/** Words to look for; they go into the address once one stops typing. */
function Find({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value);
  const settled = useDeferredValue(text);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed is told.
  useEffect(() => {
    const timer = setTimeout(() => settled !== value && onChange(settled), 250);
    return () => clearTimeout(timer);
  }, [settled]);
  return (
    <label className="field find-jobs no-phone">
      <Icon name="search" />
      <input
        aria-label="Find in the queue"
        placeholder="Find by title, address or folder"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}

/** What can be done to all that is chosen. */
function Chosen({ choice, acts, show }: { choice: Choice; acts: JobActs; show: Shown | undefined }) {
  const ids = [...choice.ids];
  const isEnded = show === "failed" || show === "done";
  const verbs: [Verb, string][] = isEnded
    ? [["retry", "Try again"]]
    : [
        ["first", "To the top"],
        ["pause", "Hold"],
        ["resume", "Go on"],
        ["cancel", "Remove from queue"],
      ];
  return (
    <section className="float" aria-label={`${number(ids.length)} selected`}>
      <span className="b">{number(ids.length)} selected</span>
      <span className="qq s no-phone hint">Shift-click for a range</span>
      {verbs.map(([verb, word]) => (
        <Button
          key={verb}
          small
          look={verb === "cancel" ? "bare" : undefined}
          off={acts.off}
          running={acts.isRunning && "…"}
          onClick={async () => {
            if (await acts.run(verb, ids)) {
              choice.clear();
            }
          }}
        >
          {word}
        </Button>
      ))}
      <IconButton icon="x" label="Clear the selection" onClick={choice.clear} />
    </section>
  );
}
