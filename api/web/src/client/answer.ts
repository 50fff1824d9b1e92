// A question that is asked when somebody wants to know: by a click, and not before.

import type { TadaDocumentNode } from "gql.tada";
import { useCallback, useState } from "react";
import { type AnyVariables, useClient } from "urql";

import { type Problem, problemOf } from "./problem";

/** How a question stands that a person asks. */
export interface Answer<Data, Variables> {
  /** What was answered last. */
  answer: Data | undefined;
  problem: Problem | undefined;
  isAsking: boolean;
  /** Asks now. */
  ask(variables: Variables): Promise<void>;
}

/** Asks when it is told to, of the server itself each time. */
export function useAnswer<Data, Variables extends AnyVariables>(
  query: TadaDocumentNode<Data, Variables>,
): Answer<Data, Variables> {
  const client = useClient();
  const [answer, setAnswer] = useState<Data>();
  const [problem, setProblem] = useState<Problem>();
  const [isAsking, setAsking] = useState(false);
  const ask = useCallback(
    async (variables: Variables) => {
      setAsking(true);
      setProblem(undefined);
      const { data, error } = await client
        .query(query, variables, { requestPolicy: "network-only" })
        .toPromise();
      setAsking(false);
      setAnswer(data);
      setProblem(error === undefined ? undefined : problemOf(error));
    },
    [client, query],
  );
  return { answer, problem, isAsking, ask };
}
