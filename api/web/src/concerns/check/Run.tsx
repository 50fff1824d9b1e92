import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Refused } from "../../parts/states";
import type { Check } from "./check";

const RunCheck = graphql(`
  mutation RunCheck($id: ID!) {
    checkRun(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);

type Of = Pick<Check, "id" | "name" | "kind" | "isPaused" | "isRunning" | "requestedRunId">;

/** Looks now, too. What reports by itself can't be looked at, and what is paused goes on first. */
export function Run({ check }: { check: Of }) {
  const may = useMay("check");
  const act = useAct(RunCheck);
  if (!may.isShown || check.kind === "push" || check.isPaused) {
    return null;
  }
  const isLooking = act.isRunning || check.isRunning || check.requestedRunId !== null;
  return (
    <>
      <Button
        small
        off={may.off}
        running={isLooking && "Looking…"}
        aria-label={`Run now: ${check.name}`}
        onClick={() => void act.run({ id: check.id })}
      >
        Run now
      </Button>
      <Refused problem={act.problem} />
    </>
  );
}
