// What is at an address, asked for as somebody pastes it.

import { useEffect, useState } from "react";

import { useAct } from "../client/act";
import { graphql, type ResultOf } from "../client/graphql";
import { useLive } from "../client/live";
import type { Problem } from "../client/problem";

const PreviewAddress = graphql(`
  mutation PreviewPasted($url: String!) {
    previewStart(input: { url: $url, ticket: { priority: 9 } }) {
      position
      preview {
        id
      }
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);

const PreviewShown = graphql(`
  query PreviewShown($id: ID!, $minPosition: Position) {
    preview(id: $id, minPosition: $minPosition) {
      id
      state
      kind
      title
      count
      first {
        title
        durationMs
      }
      lists {
        title
        url
      }
      playlist {
        id
        title
        followed
      }
      job {
        id
        waitsFor {
          message
        }
        failure {
          message
          advice
        }
      }
    }
  }
`);

export type Preview = NonNullable<ResultOf<typeof PreviewShown>["preview"]>;

/** Whoever types is not done after each letter: what is asked of a site is recorded, and counts against what it may be asked. */
const PAUSE_MS = 800;

/** Whether somebody may have come to the end of an address: `https://you` is the beginning of one. */
export function isWhole(address: string): boolean {
  const { hostname, pathname, search } = new URL(address);
  return /[.:]/.test(hostname) || hostname === "localhost" || pathname.length > 1 || search !== "";
}

/** Has an address looked at, and follows what becomes of that. `isOff` asks nothing: the server would not answer. */
export function usePreview(
  address: string,
  isOff: boolean,
): { preview: Preview | undefined; problem: Problem | undefined } {
  const [id, setId] = useState<string>();
  const { run, problem } = useAct(PreviewAddress);
  useEffect(() => {
    if (isOff) {
      return;
    }
    let isWanted = true;
    const timer = setTimeout(async () => {
      const answer = await run({ url: address });
      if (isWanted && answer?.previewStart.preview != null) {
        setId(answer.previewStart.preview.id);
      }
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [address, isOff, run]);
  const of = id === undefined ? [] : [id, "job", "playlist"];
  const live = useLive(PreviewShown, { id: id ?? "" }, of, { pause: id === undefined });
  return { preview: live.data?.preview ?? undefined, problem: problem ?? live.problem };
}
