import { graphql, type ResultOf } from "../../client/graphql";

/** What every row and page of a check needs. */
export const CheckFields = graphql(`
  fragment CheckFields on Check {
    id
    name
    kind
    target
    state
    reason
    stateSinceAt
    isPaused
    requestedRunId
    incidentId
    behind
    isAcknowledged
    snoozedUntil
    message
    lastRunAt
    lastTookMs
    nextRunAt
    isRunning
    isLate
    inMaintenance
    group
  }
`);

/** A check as rows have it. */
export type Check = ResultOf<typeof CheckFields>;

export const CheckWhole = graphql(
  `
    fragment CheckWhole on Check {
      ...CheckFields
      probe
      cron
      zone
      everySeconds
      jitterSeconds
      timeoutSeconds
      isInverted
      thresholds { value min max }
      isPublic
      failAfter
      failOf
      clearAfter
      severity
      repeatSeconds
      channels
      dependsOn
      tags
      links { name url }
      maintenance { cron zone everySeconds seconds }
      values { name value unit }
      file
    }
  `,
  [CheckFields],
);

/** A check with all that somebody said of it. */
export type WholeCheck = ResultOf<typeof CheckWhole>;
