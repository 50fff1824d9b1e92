import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useProgress } from "../../client/progress";
import { number, rate } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { Failed, Loading } from "../../parts/states";
import { type Job, JobRowFields } from "./job";
import { Row } from "./Row";
import { useSteady } from "./steady";
import type { Choice } from "./use-choice";
import type { JobActs } from "./use-job-acts";
import { inTurn, laneName } from "./words";

const LaneJobs = graphql(
  `
    query LaneJobs($kind: WorkKind!, $minPosition: Position, $asOf: AsOfInput) {
      running: jobs(first: 12, filter: { kind: $kind, state: RUNNING }, minPosition: $minPosition, asOf: $asOf) {
        totalCount
        nodes { ...JobRow }
      }
      leased: jobs(first: 12, filter: { kind: $kind, state: LEASED }, minPosition: $minPosition, asOf: $asOf) {
        totalCount
        nodes { ...JobRow }
      }
      queued: jobs(
        first: 40
        filter: { kind: $kind, state: QUEUED }
        orderBy: { field: QUEUED_AT, direction: ASC }
        minPosition: $minPosition
        asOf: $asOf
      ) {
        totalCount
        nodes { ...JobRow }
      }
      paused: jobs(first: 5, filter: { kind: $kind, state: PAUSED }, minPosition: $minPosition, asOf: $asOf) {
        totalCount
        nodes { ...JobRow }
      }
    }
  `,
  [JobRowFields],
);

/** Rows of a lane before the rest is a number. */
const SHOWN_MAX = 8;

interface Props {
  kind: Job["kind"];
  /** How many of it run at once. */
  atOnce: number;
  acts: JobActs;
  choice: Choice;
}

/** A lane: what is at work and what waits of one kind of work. */
export function Lane({ kind, atOnce, acts, choice }: Props) {
  const { data, problem, isLoading, refetch } = useLive(LaneJobs, { kind }, ["job", "lane", "setting"]);
  const [isPointed, setPointed] = useState(false);
  const latest =
    data === undefined
      ? []
      : [
          ...data.running.nodes,
          ...data.leased.nodes,
          ...inTurn(data.queued.nodes),
          ...data.paused.nodes,
        ].slice(0, Math.max(SHOWN_MAX, data.running.nodes.length + 3));
  const { rows, changes, adopt } = useSteady(latest, isPointed || choice.ids.size > 0);
  const progress = useProgress(rows.filter(({ state }) => state === "RUNNING").map(({ id }) => id));
  const name = laneName(kind);

  if (problem !== undefined && data === undefined) {
    return <Failed problem={problem} title={`The lane ${name} could not be read.`} onRetry={refetch} />;
  }
  if (data === undefined) {
    return isLoading ? <Loading rows={3} label={name} /> : null;
  }
  const atWork = data.running.totalCount + data.leased.totalCount;
  const waiting = data.queued.totalCount;
  const held = data.paused.totalCount;
  const total = atWork + waiting + held;
  if (total === 0 && rows.length === 0) {
    return null;
  }
  const speed = rows.reduce((sum, { id }) => {
    const now = progress.get(id);
    return sum + (now?.unit === "bytes" ? (now.ratePerSecond ?? 0) : 0);
  }, 0);
  const said = [
    `${number(atWork)} of ${number(atOnce)} at work`,
    `${number(waiting)} ${waiting === 1 ? "waits" : "wait"}`,
    held > 0 && `${number(held)} on hold`,
    speed > 0 && rate(speed),
  ].filter(Boolean);

  return (
    // While somebody points at it, nothing moves.
    <section
      className="lane"
      aria-label={name}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
    >
      <header>
        <h2>{name}</h2>
        <Slots atWork={atWork} atOnce={atOnce} />
        <span className="s q cut grow">{said.join(", ")}</span>
        {changes > 0 && (
          <button type="button" className="chip" onClick={adopt}>
            <Icon name="top" />
            {number(changes)} {changes === 1 ? "change" : "changes"}
          </button>
        )}
      </header>
      <ol>
        {rows.map((job, index) => (
          <Row
            key={job.id}
            job={job}
            place={index + 1}
            progress={progress.get(job.id) ?? job.progress}
            acts={acts}
            isChosen={choice.ids.has(job.id)}
            onChoose={(_, isChosen, isRange) => choice.choose(rows, job.id, isChosen, isRange)}
            onDrop={(dragged, onto) => void acts.prioritise([dragged], onto.priority)}
          />
        ))}
      </ol>
      {total > rows.length && (
        <Link
          className="more"
          to="/queue"
          search={(before: Record<string, unknown>) => ({ at: before.at, kind })}
        >
          <Icon name="down" />
          {number(total - rows.length)} more in this lane
        </Link>
      )}
    </section>
  );
}

/** How many could be at work, and how many are: at most twelve squares. */
function Slots({ atWork, atOnce }: { atWork: number; atOnce: number }) {
  const shown = Math.min(12, Math.max(atWork, atOnce));
  return (
    <span className="slots" role="img" aria-label={`${number(atWork)} of ${number(atOnce)} at work`}>
      {Array.from({ length: shown }, (_, slot) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a slot is nothing but its place.
        <i key={slot} className={slot < atWork ? "on" : undefined} />
      ))}
    </span>
  );
}
