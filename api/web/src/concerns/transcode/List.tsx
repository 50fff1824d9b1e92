import { Link } from "@tanstack/react-router";

import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useCrumbs } from "../../frame/Crumbs";
import { moment, size, timeExact } from "../../parts/format";
import { State } from "../../parts/State";
import { Empty, Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { TranscodeFields, type TranscodeShown } from "./transcode";
import { became, change, placeWords, proofWords, standing } from "./words";
import "./transcode.css";

const TranscodesOf = graphql(
  `
    query TranscodesOf($minPosition: Position, $asOf: AsOfInput) {
      transcodes(first: 200, minPosition: $minPosition, asOf: $asOf) {
        totalCount
        nodes { ...TranscodeFields }
      }
    }
  `,
  [TranscodeFields],
);

/** What was made of what, and what that came to. */
export function List() {
  useCrumbs({ name: "Transcodes" });
  const { data, problem, isLoading, refetch } = useLive(TranscodesOf, {}, ["transcode", "job"]);
  const all = data?.transcodes.nodes ?? [];
  const came = became(all);
  return (
    <main id="main" className="wide">
      <h1 className="sr">Transcodes</h1>
      {came !== undefined && <p className="lede">{came}</p>}
      {problem !== undefined && data === undefined ? (
        <Failed problem={problem} title="The transcodes could not be read." onRetry={refetch} />
      ) : isLoading ? (
        <Loading label="Reading the transcodes" />
      ) : all.length === 0 ? (
        <Empty title="Nothing was made of anything yet." isPage>
          Open <Link to="/library">a file</Link> and choose Transcode: what is made lies beside it, and is
          kept only if it is proved to be the same film.
        </Empty>
      ) : (
        <table className="tbl transcodes">
          <thead>
            <tr>
              <th>State</th>
              <th>Of</th>
              <th>As</th>
              <th className="num">Size</th>
              <th>Proof</th>
              <th>Wanted</th>
            </tr>
          </thead>
          <tbody>
            {all.map((transcode) => (
              <Row key={transcode.id} transcode={transcode} />
            ))}
          </tbody>
        </table>
      )}
      {data !== undefined && data.transcodes.totalCount > all.length && (
        <p className="s q">
          The newest {all.length} of {data.transcodes.totalCount}.
        </p>
      )}
    </main>
  );
}

function Row({ transcode }: { transcode: TranscodeShown }) {
  const { id, title, profile, state, sourceBytes, resultBytes, failure, requestedAt, result, plan } =
    transcode;
  const { is, word } = standing(state);
  const less = change(transcode);
  return (
    <tr>
      <td>
        <State is={is}>{word}</State>
        {plan !== null && <span className="s q block">{placeWords(transcode)}</span>}
        {failure !== null && state === "FAILED" && <span className="s q block">{failure.message}</span>}
      </td>
      <td>
        <ThingLink id={id}>{title}</ThingLink>
      </td>
      <td>
        {result === null ? (
          profile
        ) : (
          <ThingLink id={result.id} href={`/library/files/${result.id}`}>
            {profile}
          </ThingLink>
        )}
      </td>
      <td className="num">
        {sourceBytes !== null && resultBytes !== null && (
          <>
            {size(sourceBytes)} → {size(resultBytes)}
            <span className="s q block">{less}</span>
          </>
        )}
      </td>
      <td className="s">{proofWords(transcode)}</td>
      <td className="q" title={timeExact(requestedAt)}>
        {moment(requestedAt)}
      </td>
    </tr>
  );
}
