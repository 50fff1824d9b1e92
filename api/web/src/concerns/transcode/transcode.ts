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
    proof { isDecoded durationDeltaMs streamCount alikeCount quality { measure mean worst } }
    recipe { container beside leftOut { index why } streams { index codec } }
    source { id path }
    result { id path state }
    isReplacing
    plan { id state undoId leftCount }
    job { id }
  }
`);

export type TranscodeShown = ResultOf<typeof TranscodeFields>;
