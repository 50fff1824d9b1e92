import { lazy, Suspense } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { useCrumbs } from "../../frame/Crumbs";
import { Button } from "../../parts/Button";
import { count, moment } from "../../parts/format";
import { State, type StateName } from "../../parts/State";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { partWords } from "./words";
import "./workers.css";

const WorkersOf = graphql(`
  query WorkersOf($asOf: AsOfInput) {
    workers(asOf: $asOf) { id parts { name state reason since } }
  }
`);
const ResumePart = graphql(`
  mutation ResumePart($part: String!) {
    workerResume(input: { part: $part }) { position userErrors { code message advice retryable } }
  }
`);

/** Drawn by a chunk of its own: who the workers are is said without it. */
const Graphs = lazy(() => import("../telemetry/Graphs").then((module) => ({ default: module.Graphs })));

type Part = ResultOf<typeof WorkersOf>["workers"][number]["parts"][number];

const STATES: Record<string, [StateName, string]> = {
  STARTING: ["waiting", "Starts"],
  RUNNING: ["kept", "Runs"],
  RESTARTING: ["late", "Starts again"],
  HALTED: ["failed", "Halted"],
};

/** Who does the work, part by part: what runs, what is halted and why, and the verb that lets it go on. */
export function Workers() {
  useCrumbs({ name: "Workers" });
  const { data, problem, isLoading, refetch } = useLive(WorkersOf, {}, ["worker"]);
  if (problem !== undefined && data === undefined) {
    return (
      <main id="main">
        <h1 className="sr">Workers</h1>
        <Failed problem={problem} title="The workers could not be read." onRetry={refetch} />
      </main>
    );
  }
  return (
    <main id="main">
      <h1 className="sr">Workers</h1>
      {data === undefined ? (
        isLoading && <Loading label="Reading the workers" />
      ) : data.workers.length === 0 ? (
        <Empty title="No worker has joined yet." />
      ) : (
        data.workers.map((worker, index) => (
          <section key={worker.id} className="lane worker" aria-label={nameOf(index)}>
            <header>
              <h2>{nameOf(index)}</h2>
              <span className="s q grow">{summary(worker.parts)}</span>
            </header>
            <ol>
              {worker.parts.map((part) => (
                <PartRow key={part.name} part={part} />
              ))}
            </ol>
          </section>
        ))
      )}
      <Suspense fallback={<Loading rows={3} />}>
        <Graphs />
      </Suspense>
    </main>
  );
}

function nameOf(index: number): string {
  return index === 0 ? "This machine" : `Worker ${index + 1}`;
}

function summary(parts: readonly Part[]): string {
  const halted = parts.filter(({ state }) => state === "HALTED").length;
  const running = parts.filter(({ state }) => state === "RUNNING").length;
  return halted > 0
    ? `${count(halted, "part")} halted; what needs ${halted === 1 ? "it" : "them"} waits, and nothing is lost.`
    : `${running} of ${count(parts.length, "part")} run.`;
}

function PartRow({ part }: { part: Part }) {
  const may = useMay("operate");
  const resume = useAct(ResumePart);
  const [is, word] = STATES[part.state] ?? ["waiting", part.state];
  return (
    <li className="worker-part">
      <State is={is}>{word}</State>
      <div className="grow">
        <b>{partWords(part.name)}</b> <span className="proof qq">{part.name}</span>
        <p className="s q">
          {part.reason === null ? "" : `${sentence(part.reason)} `}
          {part.state === "RUNNING" ? "" : `Since ${moment(part.since)}.`}
        </p>
        <Refused problem={resume.problem} />
      </div>
      {may.isShown && part.state === "HALTED" && (
        <Button
          small
          off={may.off}
          running={resume.isRunning && "Going on…"}
          onClick={() => void resume.run({ part: part.name })}
        >
          Go on
        </Button>
      )}
    </li>
  );
}
