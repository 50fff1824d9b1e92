import { useNavigate } from "@tanstack/react-router";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Confirm } from "../../parts/Confirm";
import { Refused } from "../../parts/states";
import type { Check } from "./check";

const RemoveCheck = graphql(`
  mutation RemoveCheck($id: ID!) {
    checkRemove(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);

/** Looks no more, for good. What was found stays in the record. */
export function Remove({ check: { id, name } }: { check: Pick<Check, "id" | "name"> }) {
  const may = useMay("check");
  const act = useAct(RemoveCheck);
  const navigate = useNavigate();
  if (!may.isShown) {
    return null;
  }
  return (
    <>
      <Confirm
        word="Remove"
        label={`Remove: ${name}`}
        says={`Remove ${name}`}
        off={may.off}
        running={act.isRunning && "Removing…"}
        onYes={async () => {
          if ((await act.run({ id })) !== null) {
            void navigate({ to: "/checks" });
          }
        }}
      />
      <Refused problem={act.problem} />
    </>
  );
}
