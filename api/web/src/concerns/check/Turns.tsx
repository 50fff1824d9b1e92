import { Fragment, useState } from "react";

import { useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { Button } from "../../parts/Button";
import { moment, number, timeExact } from "../../parts/format";
import { State } from "../../parts/State";
import { Failed, Loading } from "../../parts/states";
import { Written } from "./Log";
import { found, seenWords } from "./words";

const TurnsOf = graphql(`
  query CheckTurnsOf($id: ID!, $after: String, $asOf: AsOfInput) {
    checkTurns(first: 20, after: $after, checkId: $id, asOf: $asOf) {
      totalCount
      nodes { state reason message at runId }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

interface Props {
  id: string;
  /** Whether what its looks wrote is kept: of a program it is. */
  hasLog: boolean;
}

/** Whenever it was found to be another thing than before, the newest first. */
export function Turns({ id, hasLog }: Props) {
  const may = useMay("check");
  const [opened, setOpened] = useState<string>();
  const { rows, totalCount, problem, isLoading, more, refetch } = usePages(
    TurnsOf,
    { id },
    [id],
    (data) => data.checkTurns,
  );
  return (
    <section className="check-turns" aria-labelledby="turns">
      <div className="hd">
        <h2 id="turns">History</h2>
        {totalCount !== undefined && (
          <span className="s">
            {totalCount === 0
              ? "nobody has looked yet"
              : `${number(totalCount)} turn${totalCount === 1 ? "" : "s"}`}
          </span>
        )}
      </div>
      {problem !== undefined && rows.length === 0 && <Failed problem={problem} onRetry={refetch} />}
      {isLoading && <Loading rows={2} />}
      {rows.length > 0 && (
        <table className="tbl check-tbl">
          <thead>
            <tr>
              <th>When</th>
              <th>Found</th>
              <th>What was seen</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((turn) => {
              const { is, word } = found(turn);
              const { runId } = turn;
              const isOpen = runId !== null && runId === opened;
              return (
                <Fragment key={`${turn.at} ${turn.state} ${runId}`}>
                  <tr>
                    <td className="q" title={timeExact(turn.at)}>
                      {moment(turn.at)}
                    </td>
                    <td>
                      <State is={is}>{word}</State>
                    </td>
                    <td className="check-seen">
                      {seenWords(turn)}
                      {hasLog && may.isShown && runId !== null && (
                        <Button
                          small
                          look="bare"
                          aria-expanded={isOpen}
                          aria-label={`Log of ${timeExact(turn.at)}`}
                          onClick={() => setOpened(isOpen ? undefined : runId)}
                        >
                          Log
                        </Button>
                      )}
                    </td>
                  </tr>
                  {isOpen && (
                    <tr>
                      <td colSpan={3}>
                        <Written id={runId} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      )}
      {more !== undefined && (
        <Button small look="bare" onClick={more}>
          Show those before
        </Button>
      )}
    </section>
  );
}
