import { useCallback, useEffect, useRef, useState } from "react";
import { useClient } from "urql";

import { graphql } from "../../client/graphql";
import { useTouched } from "../../client/live";
import type { Progress } from "../../client/progress";
import { useTense } from "../../client/tense";
import { count, size } from "../../parts/format";

const JobLog = graphql(`
  query JobLog($id: ID!, $after: String) {
    jobLog(id: $id, after: $after) { pieces { attemptId leftOut text } endCursor hasMore open }
  }
`);

/** What is kept of it on this page: the last of it. */
const SHOWN_MAX = 64 * 1024;
/** Pages that are read at once at most. */
const PAGES_MAX = 50;

/** What the programs of a job wrote; it goes on while they tell how far they are. */
export function Log({ id, progress }: { id: string; progress: Progress | null | undefined }) {
  const client = useClient();
  const { isPast } = useTense();
  const [text, setText] = useState("");
  const [leftOut, setLeftOut] = useState(0);
  const cursor = useRef<string | null>(null);
  const reading = useRef(false);
  const isWanted = useRef(false);
  const end = useRef<HTMLPreElement>(null);

  const readOn = useCallback(async () => {
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const variables = { id, after: cursor.current };
      const { data } = await client.query(JobLog, variables, { requestPolicy: "network-only" }).toPromise();
      const log = data?.jobLog;
      if (log == null || log.pieces.length === 0) {
        break;
      }
      cursor.current = log.endCursor ?? cursor.current;
      setLeftOut((before) => before + log.pieces.reduce((sum, piece) => sum + piece.leftOut, 0));
      setText((before) => (before + log.pieces.map((piece) => piece.text).join("")).slice(-SHOWN_MAX));
      if (!log.hasMore) {
        break;
      }
    }
  }, [client, id]);
  const read = useCallback(async () => {
    // What is said while it reads may be behind the page that it waits for: the last words are mostly so.
    isWanted.current = true;
    if (reading.current) {
      return;
    }
    reading.current = true;
    while (isWanted.current) {
      isWanted.current = false;
      await readOn();
    }
    reading.current = false;
  }, [readOn]);

  useEffect(() => {
    cursor.current = null;
    setText("");
    setLeftOut(0);
    void read();
  }, [read]);
  useTouched([id], () => void read(), isPast);
  // Whoever tells how far he is has mostly written something, too.
  const step = progress == null ? "" : `${progress.stage} ${Math.floor(progress.percent ?? progress.done)}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new step is the reason to read on.
  useEffect(() => void (step !== "" && read()), [step]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was added is the reason to go to the end.
  useEffect(() => {
    end.current?.scrollTo({ top: end.current.scrollHeight });
  }, [text]);

  if (text === "") {
    return null;
  }
  const lines = text.split("\n").length - 1;
  return (
    <section className="job-log">
      <h3>What its programs wrote</h3>
      <p className="s qq">
        {count(lines, "line")}
        {leftOut > 0 && <>; {size(leftOut)} before that are no longer kept</>}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <pre ref={end} className="raw" tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
