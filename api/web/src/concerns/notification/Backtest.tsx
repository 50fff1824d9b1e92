import { useAnswer } from "../../client/answer";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { count, moment } from "../../parts/format";
import { Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { type Draft, inputOf } from "./rule";

const BacktestOf = graphql(`
  query BacktestOf($rule: NotificationRuleInput!) {
    notificationRuleBacktest(rule: $rule) {
      eventCount
      raisedCount
      resolvedCount
      isWhole
      latest { subjectId title at channels }
    }
  }
`);

/** What a rule would have told of what is recorded: nobody is told anything. */
export function Backtest({ draft }: { draft: Draft }) {
  const { answer, problem, isAsking, ask } = useAnswer(BacktestOf);
  const found = answer?.notificationRuleBacktest;

  return (
    <div className="wide backtest">
      <Button
        small
        off={draft.event.trim() === "" ? "Name an event first." : undefined}
        running={isAsking && "Reading…"}
        onClick={() => void ask({ rule: inputOf(draft) })}
      >
        What would it have said?
      </Button>
      <Refused problem={problem} />
      <div role="status">
        {found !== undefined && (
          <p className="s">
            {found.eventCount === 0
              ? "No such event is recorded."
              : `Of ${count(found.eventCount, "event")} that ${found.isWhole ? "are" : "were looked at and are"} recorded it would have said something ${count(found.raisedCount, "time")}${found.resolvedCount === 0 ? "" : `, and that something is over ${count(found.resolvedCount, "time")}`}. Nobody is told of this.`}
          </p>
        )}
        {found !== undefined && found.latest.length > 0 && (
          <ul className="s q">
            {found.latest.slice(0, 5).map(({ subjectId, title, at, channels }) => (
              <li key={`${at} ${subjectId}`}>
                {moment(at)}: <ThingLink id={subjectId}>{title}</ThingLink>
                {channels.length > 0 && `, to ${channels.join(", ")}`}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
