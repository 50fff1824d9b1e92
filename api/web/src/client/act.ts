// The one way in which a room does something.

import type { TadaDocumentNode } from "gql.tada";
import { useCallback, useState } from "react";
import { type AnyVariables, useMutation } from "urql";

import { connection } from "./connection";
import { hear } from "./feed";
import { type Problem, problemOf, refused } from "./problem";
import { session } from "./session";
import { useStore } from "./store";
import { useTense } from "./tense";

/** What every payload of a mutation has. */
interface Payload {
  position?: number | null;
  userErrors: { code: string; message: string; advice: string | null; retryable: boolean }[];
}

/** An act, and how it stands with it. */
export interface Act<Data, Variables> {
  isRunning: boolean;
  /** Why it was not done the last time, if it was not. */
  problem: Problem | undefined;
  /** Does it; the answer is null if it was not done. */
  run(variables: Variables): Promise<Data | null>;
  /** Forgets the problem. */
  forget(): void;
}

/**
 * Does what a mutation says. Its payload selects `position` (so that what is shown next is no older) and
 * `userErrors { code message advice retryable }`.
 */
export function useAct<Data, Variables extends AnyVariables>(
  mutation: TadaDocumentNode<Data, Variables>,
): Act<Data, Variables> {
  const [, execute] = useMutation<Data, Variables>(mutation);
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  const run = useCallback(
    async (variables: Variables) => {
      setRunning(true);
      setProblem(undefined);
      const { data, error } = await execute(variables);
      setRunning(false);
      if (error !== undefined || data == null) {
        setProblem(error === undefined ? undefined : problemOf(error));
        return null;
      }
      const payloads = Object.values(data as Record<string, Payload | null>);
      const refusal = payloads.flatMap((payload) => payload?.userErrors ?? [])[0];
      for (const payload of payloads) {
        hear(payload?.position);
      }
      if (refusal !== undefined) {
        setProblem(refused(refusal));
        return null;
      }
      return data;
    },
    [execute],
  );
  const forget = useCallback(() => setProblem(undefined), []);
  return { isRunning, problem, run, forget };
}

/** Whether acts are there at all, and why they are off: what can't be done to the past is gone, not greyed. */
export interface MayAct {
  /** Whether the act is shown: not in the past, and not to whoever may not do it. */
  isShown: boolean;
  /** Why it is off just now, in words. */
  off: string | undefined;
}

/** Whether whoever is here may do what needs a permission (`download`, `follow`, …), now. */
export function useMay(permission: string): MayAct {
  const { isPast } = useTense();
  const now = useStore(session);
  const line = useStore(connection);
  const permissions = now.state === "in" ? now.viewer.permissions : [];
  return {
    isShown: !isPast && (permissions === null || permissions.includes(permission)),
    off: line.state === "lost" ? "The server does not answer; acts are off until it is back." : undefined,
  };
}
