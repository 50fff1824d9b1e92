import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Failed, Loading, Refused } from "../../parts/states";
import { askedOf, type LayoutAsked, LayoutFields, LayoutPreview, typedOf } from "./LayoutFields";
import "../../parts/fields.css";

const LayoutOf = graphql(`
  query LayoutOf($asOf: AsOfInput) {
    layout(asOf: $asOf) { name template templateIsOwn sidecars sidecarsAreOwn }
  }
`);
const SetLayout = graphql(`
  mutation SetLayout($layout: LayoutInput!) {
    layoutSet(input: { layout: $layout }) { position userErrors { code message advice retryable } }
  }
`);

/** How files of the library are named, where their list says nothing. */
export function LayoutPart() {
  const { data, problem, refetch } = useLive(LayoutOf, {}, ["setting"]);
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  return <Form key={JSON.stringify(data.layout)} now={data.layout} />;
}

function Form({ now }: { now: ResultOf<typeof LayoutOf>["layout"] }) {
  const may = useMay("configure");
  const set = useAct(SetLayout);
  const [typed, setTyped] = useState(typedOf(now));
  const [previewed, setPreviewed] = useState<LayoutAsked>(askedOf(typedOf(now)));
  const asked = askedOf(typed);
  const isChanged = JSON.stringify(asked) !== JSON.stringify(askedOf(typedOf(now)));
  const isPreviewed = JSON.stringify(asked) === JSON.stringify(previewed);

  function submit(event: FormEvent) {
    event.preventDefault();
    void set.run({ layout: asked });
  }

  return (
    <form className="fields" aria-label="How files are named" onSubmit={submit}>
      {may.isShown ? (
        <LayoutFields value={typed} onChange={setTyped} />
      ) : (
        <p className="wide proof">{now.template}</p>
      )}
      {isPreviewed ? (
        <LayoutPreview asked={previewed} />
      ) : (
        <p className="acts wide">
          <Button small onClick={() => setPreviewed(asked)}>
            Where would files lie?
          </Button>
        </p>
      )}
      <Refused problem={set.problem} />
      {may.isShown && (
        <p className="acts">
          <Button
            type="submit"
            look="main"
            off={may.off ?? (isChanged ? undefined : "Nothing is changed yet.")}
            running={set.isRunning && "Keeping…"}
          >
            Name files so
          </Button>
        </p>
      )}
    </form>
  );
}
