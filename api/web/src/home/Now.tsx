import { Link } from "@tanstack/react-router";

import { graphql, type ResultOf } from "../client/graphql";
import { useLive } from "../client/live";
import { type Progress, useProgress } from "../client/progress";
import { number, time } from "../parts/format";
import { Glyph } from "../parts/Icon";
import { MovingRow } from "../parts/MovingRow";
import { Day, Event } from "../parts/Spine";
import { rooms } from "../rooms";

const Moving = graphql(`
  query Moving($minPosition: Position, $asOf: AsOfInput) {
    running: jobs(first: 5, filter: { state: RUNNING }, minPosition: $minPosition, asOf: $asOf) {
      totalCount
      nodes {
        id
        kind
        title
        startedAt
        subjectIds
        progress {
          stage
          done
          total
          unit
          percent
          ratePerSecond
          etaSeconds
        }
      }
    }
    waiting: jobs(first: 1, filter: { state: QUEUED }, minPosition: $minPosition, asOf: $asOf) {
      totalCount
    }
  }
`);

type Job = ResultOf<typeof Moving>["running"]["nodes"][number];

/** At most five. */
const SHOWN_MAX = 5;

/** What moves now, and whether anything moves or waits at all. */
export function useMoving() {
  const { data } = useLive(Moving, {}, ["job"]);
  return data === undefined || (data.running.totalCount === 0 && data.waiting.totalCount === 0)
    ? undefined
    : data;
}

/** What moves now: at most five rows; the rest is a count. */
export function Now({ moving: data }: { moving: NonNullable<ReturnType<typeof useMoving>> }) {
  const jobs = data.running.nodes.slice(0, SHOWN_MAX);
  const progress = useProgress(jobs.map(({ id }) => id));
  const queue = rooms.find(({ path }) => path === "/queue");
  const { totalCount } = data.running;
  const moving =
    totalCount > jobs.length
      ? `${number(jobs.length)} of ${number(totalCount)} that move`
      : totalCount === 0
        ? "nothing moves"
        : `${number(totalCount)} ${totalCount === 1 ? "moves" : "move"}`;
  return (
    <>
      <Day
        tense="now"
        first
        node={<Glyph name="run" tone="run" />}
        title="Now"
        note={`${moving}, ${number(data.waiting.totalCount)} wait`}
        end={
          queue !== undefined && (
            <Link className="s link q" to={queue.path}>
              Queue
            </Link>
          )
        }
      />
      {jobs.map((job) => (
        <Event
          key={job.id}
          tense="now"
          time={job.startedAt === null ? "" : time(job.startedAt)}
          dateTime={job.startedAt ?? undefined}
        >
          <MovingRow
            id={job.id}
            picture={job.subjectIds.find((id) => id.startsWith("download-")) ?? job.subjectIds[0] ?? job.id}
            title={job.title}
            step={stepOf(job, progress.get(job.id))}
            progress={progress.get(job.id) ?? job.progress ?? undefined}
          />
        </Event>
      ))}
    </>
  );
}

const STEPS: Record<Job["kind"], string> = {
  REFRESH: "Reading the list",
  DOWNLOAD: "Downloading",
  VERIFY: "Reading files again",
  MOVE: "Moving files",
  PREVIEW: "Looking what is there",
  TRANSCODE: "Making a file of it",
  ADOPT: "Taking it from its folder",
};

function stepOf(job: Job, progress: Progress | undefined): string {
  const now = progress ?? job.progress;
  if (now?.stage === "verifying") {
    return "Proving: decoding to its end";
  }
  if (now?.unit === "entries") {
    return `${STEPS[job.kind]}, ${number(now.done)} entries so far`;
  }
  return STEPS[job.kind];
}
