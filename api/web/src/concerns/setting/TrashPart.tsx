import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { size } from "../../parts/format";
import { Failed, Loading, Refused } from "../../parts/states";

const TrashOf = graphql(`
  query TrashOf($asOf: AsOfInput) {
    trash(asOf: $asOf) { keepDays limitBytes usedBytes }
  }
`);
const SetTrash = graphql(`
  mutation SetTrash($keepDays: Int!, $limit: TrashLimitInput!) {
    trashSet(input: { keepDays: $keepDays, limit: $limit }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

type TrashNow = ResultOf<typeof TrashOf>["trash"];

const GB = 1_000_000_000;

/** How long what is deleted can be had back, and how much of it there may be. */
export function TrashPart() {
  const { data, problem, refetch } = useLive(TrashOf, {}, ["setting", "file", "plan"]);
  if (data === undefined) {
    return problem === undefined ? <Loading rows={2} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const { keepDays, limitBytes, usedBytes } = data.trash;
  return (
    <>
      <p className="s q over-form">{words(usedBytes)}</p>
      <Form key={`${keepDays} ${limitBytes}`} now={data.trash} />
    </>
  );
}

function words(usedBytes: number | null): string {
  if (usedBytes === null) {
    return "How much is in it can’t be known now.";
  }
  return usedBytes === 0 ? "Nothing is in it now." : `${size(usedBytes)} are in it now.`;
}

function Form({ now: { keepDays, limitBytes } }: { now: TrashNow }) {
  const may = useMay("configure");
  const set = useAct(SetTrash);
  const before = { days: String(keepDays), limit: limitBytes === null ? "" : String(limitBytes / GB) };
  const [days, setDays] = useState(before.days);
  const [limit, setLimit] = useState(before.limit);
  const isChanged = days !== before.days || limit !== before.limit;

  function submit(event: FormEvent) {
    event.preventDefault();
    const bytes = limit === "" ? null : Math.round(Number(limit) * GB);
    void set.run({ keepDays: Number(days), limit: { bytes } });
  }

  return (
    <form className="fields" aria-label="The trash" onSubmit={submit}>
      <Field label="Days that a file stays" hint="What is in it already stays as long as it was to stay.">
        {(control) => (
          <input
            {...control}
            type="number"
            min={1}
            max={3650}
            required
            readOnly={!may.isShown}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Gigabytes at most" hint="What would make it more waits until something is gone.">
        {(control) => (
          <input
            {...control}
            type="number"
            min={0}
            step="any"
            placeholder="not limited"
            readOnly={!may.isShown}
            value={limit}
            onChange={(event) => setLimit(event.currentTarget.value)}
          />
        )}
      </Field>
      <Refused problem={set.problem} />
      {may.isShown && (
        <p className="acts">
          <Button
            type="submit"
            look="main"
            off={may.off ?? (isChanged ? undefined : "Nothing is changed yet.")}
            running={set.isRunning && "Keeping…"}
          >
            Keep this
          </Button>
        </p>
      )}
    </form>
  );
}
