import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Failed, Loading, Refused } from "../../parts/states";
import { laneName } from "../job/words";

const LimitsOf = graphql(`
  query LimitsOf($asOf: AsOfInput) {
    limits(asOf: $asOf) { total kinds { kind limit } }
  }
`);
const SetLimits = graphql(`
  mutation SetLimits($kinds: [KindLimitInput!]!, $total: Int!) {
    limitsSet(input: { kinds: $kinds, total: $total }) { position userErrors { code message advice retryable } }
  }
`);

type LimitsNow = ResultOf<typeof LimitsOf>["limits"];

/** How much runs at once, of each kind and in total. */
export function Limits() {
  const { data, problem, refetch } = useLive(LimitsOf, {}, ["setting"]);
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  return <Form key={JSON.stringify(data.limits)} now={data.limits} />;
}

function Form({ now }: { now: LimitsNow }) {
  const may = useMay("configure");
  const set = useAct(SetLimits);
  const [kinds, setKinds] = useState(now.kinds);
  const [total, setTotal] = useState(now.total);
  const isChanged =
    total !== now.total || kinds.some(({ limit }, index) => limit !== now.kinds[index]?.limit);
  const most = kinds.reduce((sum, { limit }) => sum + limit, 0);

  function submit(event: FormEvent) {
    event.preventDefault();
    void set.run({ kinds: [...kinds], total });
  }

  return (
    <form onSubmit={submit}>
      <ul className="rows">
        {kinds.map(({ kind, limit }) => (
          <li key={kind}>
            <span className="grow b" id={`limit-${kind}`}>
              {laneName(kind)}
            </span>
            <input
              type="number"
              min={1}
              max={64}
              aria-labelledby={`limit-${kind}`}
              readOnly={!may.isShown}
              value={limit}
              onChange={(event) => {
                const next = event.currentTarget.valueAsNumber;
                setKinds(kinds.map((one) => (one.kind === kind ? { ...one, limit: next || 1 } : one)));
              }}
            />
          </li>
        ))}
        <li>
          <span className="grow">
            <b id="limit-total">In total</b>
            <p className="s q">
              {total < most
                ? `Together they could be ${most}; no more than this run at once.`
                : "It limits nothing beyond the lines above."}
            </p>
          </span>
          <input
            type="number"
            min={1}
            max={256}
            aria-labelledby="limit-total"
            readOnly={!may.isShown}
            value={total}
            onChange={(event) => setTotal(event.currentTarget.valueAsNumber || 1)}
          />
        </li>
      </ul>
      {may.isShown && (
        <p className="acts save">
          <Button
            type="submit"
            look="main"
            off={may.off ?? (isChanged ? undefined : "Nothing is changed yet.")}
            running={set.isRunning && "Keeping…"}
          >
            Keep these limits
          </Button>
        </p>
      )}
      <Refused problem={set.problem} />
    </form>
  );
}
