import { useState } from "react";
import { useClient } from "urql";

import { graphql, type VariablesOf } from "../client/graphql";
import { problemOf } from "../client/problem";
import { useTense } from "../client/tense";
import { Button } from "../parts/Button";
import { Refused } from "../parts/states";

const ExcerptOf = graphql(`
  query Excerpt($of: ExcerptInput!, $asOf: AsOfInput) {
    excerpt(of: $of, asOf: $asOf) {
      name
      html
      withoutPayload
    }
  }
`);

type Wanted = VariablesOf<typeof ExcerptOf>["of"];

/** Saves what is shown as one file that proves itself, without a server. */
export function SaveAsHtml({ of }: { of: Wanted }) {
  const client = useClient();
  const { asOf } = useTense();
  const [isRunning, setRunning] = useState(false);
  const [said, setSaid] = useState<string>();
  const [problem, setProblem] = useState<ReturnType<typeof problemOf>>();

  async function save() {
    setRunning(true);
    setSaid(undefined);
    const variables = { of, ...(asOf === undefined ? {} : { asOf }) };
    const { data, error } = await client
      .query(ExcerptOf, variables, { requestPolicy: "network-only" })
      .toPromise();
    setRunning(false);
    setProblem(error === undefined ? undefined : problemOf(error));
    const excerpt = data?.excerpt;
    if (excerpt == null) {
      return;
    }
    const url = URL.createObjectURL(new Blob([excerpt.html], { type: "text/html" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = excerpt.name;
    link.click();
    URL.revokeObjectURL(url);
    const mute = excerpt.withoutPayload.length;
    setSaid(
      mute === 0
        ? "Saved. The file proves itself, also without Mediary."
        : `Saved. Of ${mute} of its events the file proves that they happened, and not what they say.`,
    );
  }

  return (
    <>
      <p className="save-line">
        <Button small icon="down" running={isRunning && "Saving…"} onClick={() => void save()}>
          Save as HTML
        </Button>
        <span role="status" className="q">
          {said}
        </span>
      </p>
      {problem !== undefined && <Refused problem={problem} />}
    </>
  );
}
