import { useEffect, useState } from "react";
import { useSubscription } from "urql";

import { graphql, type ResultOf } from "./graphql";
import { useTense } from "./tense";

const JobProgress = graphql(`
  subscription JobProgress($ids: [ID!]) {
    jobProgress(ids: $ids) {
      jobs {
        jobId
        progress {
          stage
          done
          total
          unit
          percent
          ratePerSecond
          etaSeconds
        }
      }
    }
  }
`);

/** How far a job is. */
export type Progress = ResultOf<typeof JobProgress>["jobProgress"]["jobs"][number]["progress"];

/** How far these jobs are, as they tell; the server tells at most four times a second. At most 500 ids. */
export function useProgress(ids: readonly string[]): ReadonlyMap<string, Progress> {
  const { isPast } = useTense();
  const [known, setKnown] = useState<ReadonlyMap<string, Progress>>(new Map());
  const [{ data }] = useSubscription({
    query: JobProgress,
    variables: { ids: [...ids] },
    pause: isPast || ids.length === 0,
  });
  useEffect(() => {
    if (data != null) {
      setKnown((before) => {
        const next = new Map(before);
        for (const { jobId, progress } of data.jobProgress.jobs) {
          next.set(jobId, progress);
        }
        return next;
      });
    }
  }, [data]);
  return known;
}
