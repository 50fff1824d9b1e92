import { useAct } from "../../client/act";
import { graphql, type VariablesOf } from "../../client/graphql";
import type { Problem } from "../../client/problem";

const PlanMake = graphql(`
  mutation PlanMake($goal: PlanGoalInput!, $apply: Boolean!) {
    planMake(input: { goal: $goal, apply: $apply }) {
      position
      plan {
        id
        undoId
      }
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);

/** What a plan is for. */
export type PlanGoal = VariablesOf<typeof PlanMake>["goal"];

/** Makes plans. */
export interface PlanMaker {
  isRunning: boolean;
  problem: Problem | undefined;
  /** Makes a plan and says its id; nothing is done by it yet, unless that is asked for. None if it was refused. */
  make(goal: PlanGoal, apply?: boolean): Promise<string | null>;
}

/** Makes plans: what would become of files, exactly, before it does. */
export function usePlanMaker(): PlanMaker {
  const act = useAct(PlanMake);
  return {
    isRunning: act.isRunning,
    problem: act.problem,
    async make(goal, apply = false) {
      const answer = await act.run({ goal, apply });
      return answer?.planMake.plan?.id ?? null;
    },
  };
}
