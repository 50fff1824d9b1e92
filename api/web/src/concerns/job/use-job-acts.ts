import { useCallback, useMemo, useState } from "react";
import { useMutation } from "urql";

import { useMay } from "../../client/act";
import { hear } from "../../client/feed";
import { graphql } from "../../client/graphql";
import { type Problem, problemOf, refused } from "../../client/problem";
import type { Verb } from "./words";

const Pause = graphql(`
  mutation PauseJobs($ids: [ID!]!) {
    jobPause(input: { ids: $ids }) { position userErrors { code message advice retryable } results { id userError { code message advice retryable } } }
  }
`);
const Resume = graphql(`
  mutation ResumeJobs($ids: [ID!]!) {
    jobResume(input: { ids: $ids }) { position userErrors { code message advice retryable } results { id userError { code message advice retryable } } }
  }
`);
const Cancel = graphql(`
  mutation CancelJobs($ids: [ID!]!) {
    jobCancel(input: { ids: $ids }) { position userErrors { code message advice retryable } results { id userError { code message advice retryable } } }
  }
`);
const Retry = graphql(`
  mutation RetryJobs($ids: [ID!]!) {
    jobRetry(input: { ids: $ids }) { position userErrors { code message advice retryable } results { id userError { code message advice retryable } } }
  }
`);
const SetPriority = graphql(`
  mutation SetPriority($ids: [ID!]!, $priority: Int!) {
    jobSet(input: { ids: $ids, priority: $priority }) { position userErrors { code message advice retryable } results { id userError { code message advice retryable } } }
  }
`);

/** Jobs that one command takes. */
const IDS_MAX = 500;
/** The highest priority, and the one that work has of which nobody said anything. */
export const HIGHEST = 9;

/** What a page does to jobs, and what came of it. */
export interface JobActs {
  isShown: boolean;
  off: string | undefined;
  isRunning: boolean;
  problem: Problem | undefined;
  /** Does it to these jobs; true if it was done to all of them. */
  run(verb: Verb, ids: readonly string[]): Promise<boolean>;
  prioritise(ids: readonly string[], priority: number): Promise<boolean>;
}

interface Payload {
  position?: number | null;
  userErrors: Refusal[];
  results: { id: string; userError: Refusal | null }[];
}

interface Refusal {
  code: string;
  message: string;
  advice: string | null;
  retryable: boolean;
}

/** Acts on jobs, one or many. */
export function useJobActs(): JobActs {
  const may = useMay("operate");
  const [, pause] = useMutation(Pause);
  const [, resume] = useMutation(Resume);
  const [, cancel] = useMutation(Cancel);
  const [, retry] = useMutation(Retry);
  const [, set] = useMutation(SetPriority);
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  const all = useCallback(
    async (ids: readonly string[], act: (ids: string[]) => Promise<{ data?: unknown; error?: unknown }>) => {
      setRunning(true);
      setProblem(undefined);
      let isDone = true;
      for (let from = 0; from < ids.length; from += IDS_MAX) {
        const { data, error } = await act(ids.slice(from, from + IDS_MAX));
        if (error !== undefined) {
          setProblem(problemOf(error as Parameters<typeof problemOf>[0]));
          isDone = false;
          break;
        }
        for (const payload of Object.values((data ?? {}) as Record<string, Payload | null>)) {
          hear(payload?.position);
          const results = payload?.results ?? [];
          const refusal = [
            ...(payload?.userErrors ?? []),
            ...results.flatMap(({ userError }) => userError ?? []),
          ][0];
          if (refusal !== undefined) {
            setProblem(refused(refusal));
            isDone = false;
          }
        }
      }
      setRunning(false);
      return isDone;
    },
    [],
  );

  const prioritise = useCallback(
    (ids: readonly string[], priority: number) => all(ids, (ids) => set({ ids, priority })),
    [all, set],
  );
  const run = useCallback(
    (verb: Verb, ids: readonly string[]) => {
      const acts = { pause, resume, cancel, retry };
      return verb === "first" ? prioritise(ids, HIGHEST) : all(ids, (ids) => acts[verb]({ ids }));
    },
    [all, prioritise, pause, resume, cancel, retry],
  );
  const { isShown, off } = may;
  // The same as long as nothing of it changes: rows are drawn anew when it does.
  return useMemo(
    () => ({ isShown, off, isRunning, problem, run, prioritise }),
    [isShown, off, isRunning, problem, run, prioritise],
  );
}
