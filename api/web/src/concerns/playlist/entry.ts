import { graphql, type ResultOf } from "../../client/graphql";

/** What a row of a list shows of an entry. */
export const EntryShown = graphql(`
  fragment EntryShown on Entry {
    id
    itemId
    title
    url
    durationMs
    status
    availability
    skippedBy
    addedAt
    publishedAt
    download {
      id
      state
      quality
      failure {
        message
      }
      file {
        id
        state
      }
      job {
        id
        state
        retryAt
        failure {
          message
        }
      }
    }
  }
`);

export type EntryRow = ResultOf<typeof EntryShown>;
