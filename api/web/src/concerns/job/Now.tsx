import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useProgress } from "../../client/progress";
import { Button } from "../../parts/Button";
import { count, moment, percent, size, span } from "../../parts/format";
import { Hair } from "../../parts/Rate";
import { State } from "../../parts/State";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { JobRowFields } from "./job";
import { Log } from "./Log";
import { useJobActs } from "./use-job-acts";
import { laneName, standing, timeLeft, verbOf, why } from "./words";
import "./queue.css";

const JobNow = graphql(
  `
    query JobNow($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
      job(id: $id, minPosition: $minPosition, asOf: $asOf) {
        ...JobRow
        tags
        at
        cpuMs
        memoryPeakBytes
        template { name version }
        predecessor { id title }
      }
    }
  `,
  [JobRowFields],
);

/** A job as it is: its state and why, its facts, and what its programs wrote. */
export function Now({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(JobNow, { id }, [id, "lane"]);
  const job = data?.job;
  const told = useProgress(job?.state === "RUNNING" ? [id] : []).get(id);
  const acts = useJobActs();
  if (problem !== undefined && data === undefined) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  if (isLoading) {
    return <Loading />;
  }
  if (job == null) {
    return <Empty title="It was not there yet." />;
  }
  const progress = told ?? job.progress;
  const { is, word } = standing(job, progress);
  const verb = verbOf(job);
  const isOpen = job.endedAt === null;
  const left = timeLeft(job, progress);
  const facts: [string, React.ReactNode][] = [
    ["Work", laneName(job.kind)],
    ["Queued", moment(job.queuedAt)],
    ...(job.startedAt === null ? [] : [["Begun", moment(job.startedAt)] as [string, string]]),
    ...(job.endedAt === null ? [] : [["Ended", moment(job.endedAt)] as [string, string]]),
    ...(job.attempts === 0 ? [] : [["Tries", count(job.attempts, "try", "tries")] as [string, string]]),
    ["Priority", `${job.priority} of 9`],
    ...(job.predecessor === null
      ? []
      : [
          [
            "After",
            <ThingLink key="after" id={job.predecessor.id}>
              {job.predecessor.title}
            </ThingLink>,
          ] as [string, React.ReactNode],
        ]),
    ...(job.batch === null ? [] : [["Batch", job.batch] as [string, string]]),
    ...(job.tags.length === 0 ? [] : [["Tags", job.tags.join(", ")] as [string, string]]),
    ...(job.template === null
      ? []
      : [["Template", `${job.template.name}, version ${job.template.version}`] as [string, string]]),
    ...(job.cpuMs === 0 ? [] : [["Processor", span(job.cpuMs)] as [string, string]]),
    ...(job.memoryPeakBytes === 0 ? [] : [["Memory at most", size(job.memoryPeakBytes)] as [string, string]]),
  ];
  return (
    <>
      <div className="job-now">
        <State is={is} badge>
          {word}
        </State>
        {progress?.percent != null && job.state === "RUNNING" && <b>{percent(progress.percent)}</b>}
        {left !== "" && <span className="q">{left} left</span>}
      </div>
      {progress?.percent != null && job.state === "RUNNING" && (
        <Hair of={progress.percent / 100} label={job.title} />
      )}
      <p className="record">{why(job)}</p>
      {acts.isShown && verb !== null && (
        <p className="acts">
          <Button off={acts.off} running={acts.isRunning && "…"} onClick={() => void acts.run(verb[0], [id])}>
            {verb[1]}
          </Button>
          {isOpen && verb[0] !== "pause" && job.state !== "PAUSED" && (
            <Button look="bare" off={acts.off} onClick={() => void acts.run("pause", [id])}>
              Hold
            </Button>
          )}
          {isOpen && (
            <Button look="bare" off={acts.off} onClick={() => void acts.run("cancel", [id])}>
              Remove from queue
            </Button>
          )}
        </p>
      )}
      <Refused problem={acts.problem} />
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Log id={id} progress={progress} />
    </>
  );
}
