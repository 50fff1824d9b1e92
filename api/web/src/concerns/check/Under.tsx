import { useEffect, useState } from "react";

import { useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { count, timeExact } from "../../parts/format";
import { Seg } from "../../parts/Seg";
import type { Piece } from "../telemetry/Graph";
import { Written } from "./Log";

const CheckLogsOf = graphql(`
  query CheckLogsOf($id: ID!, $since: DateTime!, $until: DateTime!) {
    checkLogs(id: $id, since: $since, until: $until) { runId writtenAt }
  }
`);

/** So long a pointer rests before it is asked what lies under it. */
const REST_MS = 200;
/** Looks that can be chosen of one piece of time. */
const CHOICES = 8;
/** A graph that nobody pointed at yet. */
const NOTHING: Piece = { since: 0, until: 0 };

/** What the program of a check wrote in the piece of time that was pointed at last. */
export function Under({ id, piece }: { id: string; piece: Piece | undefined }) {
  const may = useMay("check");
  const rested = useRested(piece);
  if (!may.isShown) {
    return null;
  }
  return (
    <section className="check-log" aria-labelledby="under">
      <h3 id="under">Its program then</h3>
      {rested === undefined ? (
        <p className="s q">Point at a moment of a graph to read what its program wrote then.</p>
      ) : (
        <OfPiece key={`${rested.since}`} id={id} piece={rested} />
      )}
    </section>
  );
}

function OfPiece({ id, piece: { since, until } }: { id: string; piece: Piece }) {
  const times = { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
  const { data, isLoading } = useLive(CheckLogsOf, { id, ...times }, []);
  const [chosen, setChosen] = useState<string>();
  const looks = data?.checkLogs ?? [];
  const look = looks.find(({ runId }) => runId === chosen) ?? looks[0];
  if (look === undefined) {
    return isLoading ? null : (
      <p className="s q">Nothing is kept of what it wrote at {timeExact(new Date(since).toISOString())}.</p>
    );
  }
  const options = looks.slice(0, CHOICES).map(({ runId, writtenAt }) => ({
    value: runId,
    word: timeExact(writtenAt),
  }));
  return (
    <>
      {looks.length === 1 ? (
        <p className="s q">{timeExact(look.writtenAt)}</p>
      ) : (
        <Seg label="Which look" value={look.runId} options={options} onChange={setChosen} />
      )}
      {looks.length > CHOICES && (
        <p className="s qq">
          {count(looks.length - CHOICES, "look")} before them; take a shorter time above.
        </p>
      )}
      <Written key={look.runId} id={look.runId} />
    </>
  );
}

/** What was pointed at last, once the pointer rests. */
function useRested(piece: Piece | undefined): Piece | undefined {
  const [rested, setRested] = useState<Piece>();
  const { since, until } = piece ?? NOTHING;
  useEffect(() => {
    if (until === 0) {
      return;
    }
    const rests = setTimeout(() => setRested({ since, until }), REST_MS);
    return () => clearTimeout(rests);
  }, [since, until]);
  return rested;
}
