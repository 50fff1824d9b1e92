import { graphql, type ResultOf } from "../../client/graphql";

/** What is shown of a transcode wherever it is shown. */
export const TranscodeFields = graphql(`
  fragment TranscodeFields on Transcode @_unmask {
    id
    title
    profile
    state
    sourceBytes
    resultBytes
    requestedAt
    failure { message advice }
    proof { isDecoded durationDeltaMs streamCount }
    recipe { container beside leftOut { index why } streams { index codec } }
    source { id path }
    result { id path }
    job { id }
  }
`);

export type TranscodeShown = ResultOf<typeof TranscodeFields>;
