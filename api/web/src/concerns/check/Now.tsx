import { Fragment } from "react";

import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { moment } from "../../parts/format";
import { State } from "../../parts/State";
import { Empty, Failed, Loading } from "../../parts/states";
import { Acknowledge } from "./Acknowledge";
import { CheckWhole } from "./check";
import { DaysBar } from "./Days";
import { Flags } from "./Flags";
import { Pause } from "./Pause";
import { Run } from "./Run";
import { Snooze } from "./Snooze";
import { useRuns } from "./use-runs";
import { everyWords, kindWord, ruleWords, seenWords, sinceWords, standing, took } from "./words";
import "./check.css";

const CheckNow = graphql(
  `
    query CheckNow($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
      check(id: $id, minPosition: $minPosition, asOf: $asOf) { ...CheckWhole }
    }
  `,
  [CheckWhole],
);

/** A check as it is, in its drawer. */
export function Now({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(CheckNow, { id }, [id]);
  useRuns(refetch, [id]);
  if (problem !== undefined && data === undefined) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  if (isLoading) {
    return <Loading />;
  }
  const check = data?.check;
  if (check == null) {
    return <Empty title="There is no such check.">It was removed, or was not there yet.</Empty>;
  }
  const { is, word } = standing(check);
  const facts: [string, string][] = [
    ["Looked at", `${kindWord(check.kind)} ${check.target}`.trim()],
    ["How often", everyWords(check)],
    ["Rule", ruleWords(check)],
    ...(check.lastRunAt === null ? [] : [["Last", moment(check.lastRunAt)] as [string, string]]),
    ...(check.lastTookMs === null ? [] : [["It took", took(check.lastTookMs)] as [string, string]]),
    ...(check.nextRunAt === null ? [] : [["Next", moment(check.nextRunAt)] as [string, string]]),
  ];
  return (
    <>
      <div className="check-head">
        <State is={is} badge>
          {word} {sinceWords(check)}
        </State>
        <Flags check={check} />
      </div>
      <p className="record">{seenWords(check)}</p>
      <div className="check-acts in-drawer">
        <Run check={check} />
        <Pause check={check} />
        <Acknowledge check={check} />
        <Snooze check={check} />
      </div>
      <DaysBar id={id} lastRunAt={check.lastRunAt} />
      <dl className="facts">
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
    </>
  );
}
