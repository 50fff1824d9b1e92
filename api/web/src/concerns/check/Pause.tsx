import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Refused } from "../../parts/states";
import type { Check } from "./check";

const PauseCheck = graphql(`
  mutation PauseCheck($id: ID!) {
    checkPause(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);
const ResumeCheck = graphql(`
  mutation ResumeCheck($id: ID!) {
    checkResume(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);

/** Looks no more until it goes on. */
export function Pause({ check: { id, name, isPaused } }: { check: Pick<Check, "id" | "name" | "isPaused"> }) {
  const may = useMay("check");
  const pause = useAct(PauseCheck);
  const resume = useAct(ResumeCheck);
  if (!may.isShown) {
    return null;
  }
  const act = isPaused ? resume : pause;
  return (
    <>
      <Button
        small
        look={isPaused ? undefined : "bare"}
        off={may.off}
        aria-label={`${isPaused ? "Go on" : "Pause"}: ${name}`}
        onClick={() => void act.run({ id })}
      >
        {isPaused ? "Go on" : "Pause"}
      </Button>
      <Refused problem={act.problem} />
    </>
  );
}
