import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Refused } from "../../parts/states";
import { IntoCollection } from "../collection/Into";
import { usePlanMaker } from "../plan/maker";
import { Make } from "../transcode/Make";

const Verify = graphql(`
  mutation FileVerify($id: ID!) {
    fileVerify(input: { ids: [$id] }) {
      position
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);

interface Props {
  file: { id: string; state: string };
}

/** What can be done with a file; each act only for whoever may do it. */
export function Acts({ file }: Props) {
  const operate = useMay("operate");
  const remove = useMay("delete");
  const collect = useMay("collect");
  const verify = useAct(Verify);
  const maker = usePlanMaker();
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const isThere = file.state === "PRESENT";
  const isTrashed = file.state === "TRASHED";
  return (
    <div className="stack">
      <div className="acts wrap">
        {collect.isShown && isThere && <IntoCollection thingId={file.id} off={collect.off} />}
        {operate.isShown && isThere && (
          <Button
            small
            icon="refresh"
            off={operate.off}
            running={verify.isRunning && "Asking…"}
            onClick={async () => setAsked((await verify.run({ id: file.id })) !== null)}
          >
            {isAsked ? "Being proved" : "Prove again"}
          </Button>
        )}
        {remove.isShown && isThere && (
          <Button
            small
            icon="trash"
            off={remove.off}
            running={maker.isRunning && "Planning…"}
            onClick={async () => {
              const plan = await maker.make({ deleteFiles: [file.id] });
              if (plan !== null) {
                void navigate({ to: `/library/plans/${plan}` });
              }
            }}
          >
            Delete…
          </Button>
        )}
        {remove.isShown && isTrashed && (
          <Button
            small
            icon="undo"
            off={remove.off}
            running={maker.isRunning && "Restoring…"}
            onClick={() => void maker.make({ restoreFiles: [file.id] }, true)}
          >
            Restore
          </Button>
        )}
      </div>
      {isThere && <Make fileId={file.id} />}
      <Refused problem={verify.problem ?? maker.problem} />
    </div>
  );
}
