import { useAnswer } from "../../client/answer";
import { graphql, type ResultOf } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { count, moment, span } from "../../parts/format";
import { Refused } from "../../parts/states";
import type { Rule } from "./draft";

const BacktestOfCheck = graphql(`
  query BacktestOfCheck($id: ID!, $rule: CheckRuleInput!) {
    before: checkBacktest(id: $id) { firstRunAt runCount alertCount }
    after: checkBacktest(id: $id, rule: $rule) { alertCount wrongSeconds }
  }
`);

type Found = ResultOf<typeof BacktestOfCheck>;

/** How often somebody would have been told of a check by the rule that stands in its form: nobody is told anything. */
export function Backtest({ id, rule }: { id: string; rule: Rule }) {
  const { answer, problem, isAsking, ask } = useAnswer(BacktestOfCheck);
  return (
    <div className="wide backtest">
      <Button small running={isAsking && "Reading…"} onClick={() => void ask({ id, rule })}>
        How often would it have told?
      </Button>
      <Refused problem={problem} />
      <div role="status">{answer !== undefined && <p className="s">{told(answer)}</p>}</div>
    </div>
  );
}

function told({ before, after }: Found): string {
  if (before === null || after === null || before.firstRunAt === null) {
    return "Nothing that it found is recorded in the last 30 days.";
  }
  const since = `Of ${count(before.runCount, "look")} since ${moment(before.firstRunAt)}`;
  const wrong =
    after.alertCount === 0
      ? ""
      : `, and that something is wrong for ${span(after.wrongSeconds * 1_000)} in all`;
  return `${since} its rule makes ${count(before.alertCount, "alert")}; this one makes ${after.alertCount}${wrong}. Nobody is told of this.`;
}
