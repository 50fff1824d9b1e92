import { graphql, type ResultOf } from "../../client/graphql";

/** What a row of the queue shows. */
export const JobRowFields = graphql(`
  fragment JobRow on Job {
    id
    kind
    title
    subjectIds
    state
    stopping
    attempts
    retryAt
    priority
    batch
    queuedAt
    startedAt
    endedAt
    changedAt
    failure {
      message
    }
    waitsFor {
      reason
      message
      until
      lane
      place
    }
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
`);

/** A row of the queue. */
export type Job = ResultOf<typeof JobRowFields>;
