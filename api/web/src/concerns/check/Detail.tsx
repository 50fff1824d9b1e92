import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useTense } from "../../client/tense";
import { useCrumbs } from "../../frame/Crumbs";
import { Button } from "../../parts/Button";
import { span } from "../../parts/format";
import { State } from "../../parts/State";
import { Empty, Failed, Loading } from "../../parts/states";
import { Acknowledge } from "./Acknowledge";
import { Aside } from "./Aside";
import { CheckForm } from "./CheckForm";
import { CheckWhole, type WholeCheck } from "./check";
import { DaysSection } from "./Days";
import { Flags } from "./Flags";
import { Graphs } from "./Graphs";
import { Incidents } from "./Incidents";
import { Log } from "./Log";
import { MonthReport } from "./MonthReport";
import { Pause } from "./Pause";
import { Remove } from "./Remove";
import { Reports } from "./Reports";
import { Run } from "./Run";
import { Snooze } from "./Snooze";
import { Turns } from "./Turns";
import { useRuns } from "./use-runs";
import { found, seenWords, share, sinceWords, standing } from "./words";
import "./check.css";

const CheckOf = graphql(
  `
    query CheckOf($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
      check(id: $id, minPosition: $minPosition, asOf: $asOf) {
        ...CheckWhole
        day: uptime(days: 1)
        month: uptime(days: 30)
        year: uptime(days: 365)
      }
    }
  `,
  [CheckWhole],
);

/** A check: how it stands, since when and why, how it went, and what is looked at. */
export function Detail() {
  const { id = "" } = useParams({ strict: false });
  return <OfCheck key={id} id={id} />;
}

function OfCheck({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(CheckOf, { id }, [id]);
  useRuns(refetch, [id]);
  const check = data?.check;
  useCrumbs({ name: "Checks", to: "/checks" }, { name: check?.name ?? "Check" });
  const [isChanging, setChanging] = useState(false);
  if (check == null) {
    return (
      <main id="main">
        {problem !== undefined ? (
          <Failed problem={problem} title="The check could not be read." onRetry={refetch} isPage />
        ) : isLoading ? (
          <>
            <h1 className="sr">Check</h1>
            <Loading label="Reading the check" />
          </>
        ) : (
          <Empty title="There is no such check." isPage>
            It was removed, or was not there yet.
          </Empty>
        )}
      </main>
    );
  }
  return (
    <main id="main">
      <Head check={check} isChanging={isChanging} onChange={() => setChanging(!isChanging)} />
      {isChanging && <CheckForm of={check} onDone={() => setChanging(false)} />}
      <div className="check-cols">
        <div>
          {check.kind === "push" && <Reports id={id} />}
          <DaysSection id={id} lastRunAt={check.lastRunAt} />
          <Uptime day={check.day} month={check.month} year={check.year} />
          <Incidents check={check} />
          <Graphs check={check} />
          {check.kind === "command" && <Log id={id} />}
          <Turns id={id} hasLog={check.kind === "command"} />
          <MonthReport id={id} />
        </div>
        <Aside check={check} />
      </div>
    </main>
  );
}

interface HeadProps {
  check: WholeCheck;
  isChanging: boolean;
  onChange(): void;
}

function Head({ check, isChanging, onChange }: HeadProps) {
  const { name, isPaused, stateSinceAt } = check;
  const { is, word } = standing(check);
  const may = useMay("check");
  const lasts = stateSinceAt === null || isPaused ? undefined : Date.now() - Date.parse(stateSinceAt);
  return (
    <div className="head check-page-head">
      <div className="grow">
        <div className="check-head">
          <State is={is} badge>
            {word} {isPaused ? "" : sinceWords(check)}
          </State>
          {isPaused && <span className="s q">It was {found(check).word} when it was paused.</span>}
          {lasts !== undefined && <span className="s q">{span(lasts)}</span>}
          <Flags check={check} />
        </div>
        <h1>{name}</h1>
        <p className="record check-says">{seenWords(check)}</p>
      </div>
      <div className="check-acts">
        <Run check={check} />
        <Pause check={check} />
        <Acknowledge check={check} />
        <Snooze check={check} />
        {may.isShown && check.file === null && (
          <Button small look="bare" aria-expanded={isChanging} onClick={onChange}>
            Change
          </Button>
        )}
        {check.file === null && <Remove check={check} />}
      </div>
    </div>
  );
}

/** Which part of its looks was well, of three spans. Of a moment that is past it is not told. */
function Uptime({ day, month, year }: { day: number | null; month: number | null; year: number | null }) {
  const { isPast } = useTense();
  if (isPast) {
    return null;
  }
  const spans: [string, number | null][] = [
    ["24 hours", day],
    ["30 days", month],
    ["a year", year],
  ];
  return (
    <dl className="check-uptime" aria-label="Looks that were well">
      {spans.map(([name, part]) => (
        <div key={name}>
          <dt>Well in {name}</dt>
          <dd>{part === null ? "nobody looked" : share(part)}</dd>
        </div>
      ))}
    </dl>
  );
}
