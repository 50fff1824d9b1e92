import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Refused } from "../../parts/states";
import type { Check } from "./check";

const AcknowledgeCheck = graphql(`
  mutation AcknowledgeCheck($id: ID!, $note: String) {
    checkAcknowledge(input: { id: $id, note: $note }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

type Of = Pick<Check, "id" | "name" | "incidentId" | "isAcknowledged">;

/** Says that somebody knows of what is wrong, and what he has to say. It is there as long as something is wrong. */
export function Acknowledge({ check: { id, name, incidentId, isAcknowledged } }: { check: Of }) {
  const may = useMay("check");
  const act = useAct(AcknowledgeCheck);
  const [note, setNote] = useState<string>();
  if (!may.isShown || incidentId === null || isAcknowledged) {
    return null;
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    const said = note?.trim() ?? "";
    if ((await act.run({ id, note: said === "" ? null : said })) !== null) {
      setNote(undefined);
    }
  }

  return note === undefined ? (
    <>
      <Button small look="bare" off={may.off} aria-label={`Acknowledge: ${name}`} onClick={() => setNote("")}>
        Acknowledge
      </Button>
      <Refused problem={act.problem} />
    </>
  ) : (
    <form className="check-note" onSubmit={(event) => void submit(event)}>
      <span className="field grow">
        <input
          // biome-ignore lint/a11y/noAutofocus: whoever asked for it is about to type.
          autoFocus
          aria-label="What others should know, if anything"
          placeholder="What others should know, if anything"
          value={note}
          maxLength={500}
          onChange={({ target }) => setNote(target.value)}
          onKeyDown={({ key }) => key === "Escape" && setNote(undefined)}
        />
      </span>
      <Button small type="submit" off={may.off} running={act.isRunning && "Saying…"}>
        I know of it
      </Button>
      <Button small look="bare" onClick={() => setNote(undefined)}>
        Leave it
      </Button>
      <Refused problem={act.problem} />
    </form>
  );
}
