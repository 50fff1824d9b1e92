import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";

const ListOf = graphql(`
  query List($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
    playlist(id: $id, minPosition: $minPosition, asOf: $asOf) {
      id
      title
      url
      kind
      followed
      followedAt
      keep
      keepQuality
      keepFilter
      cookieMode
      cookieSecretId
      layout {
        name
        template
        templateIsOwn
        sidecars
        sidecarsAreOwn
      }
      transcodeProfile
      refreshedAt
      refreshOutcome
      refreshUnreadable
      refreshFailure {
        message
        advice
      }
      refreshJob {
        id
        state
      }
      account {
        listed
        kept
        wanted
        skipped
        failed
        reasons {
          standing
          reason
          count
        }
      }
      entries(first: 4) {
        nodes {
          itemId
        }
      }
      safe: gone(first: 1, here: SAFE) {
        totalCount
      }
      never: gone(first: 1, here: NEVER_SAVED) {
        totalCount
      }
    }
  }
`);

export type ListShown = NonNullable<ResultOf<typeof ListOf>["playlist"]>;

/** Asks for a list, with its account. */
export function useList(id: string) {
  return useLive(ListOf, { id }, [id, "download"]);
}
