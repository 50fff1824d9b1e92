import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { moment, size } from "../../parts/format";
import { State } from "../../parts/State";
import { Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { TranscodeFields, type TranscodeShown } from "./transcode";
import { change, placeWords, proofWords, standing } from "./words";

const TranscodeOf = graphql(
  `
    query TranscodeOf($id: ID!, $asOf: AsOfInput) {
      transcode(id: $id, asOf: $asOf) {
        ...TranscodeFields
        arguments
      }
    }
  `,
  [TranscodeFields],
);

const TranscodeReplace = graphql(`
  mutation TranscodeReplace($id: ID!) {
    transcodeReplace(input: { ids: [$id] }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

/** The making of a file of another one, in its drawer. */
export function Now({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(TranscodeOf, { id }, [id, "job"]);
  const transcode = data?.transcode;
  if (isLoading) {
    return <Loading />;
  }
  if (transcode == null) {
    return problem === undefined ? (
      <p className="q">It was not asked for yet.</p>
    ) : (
      <Failed problem={problem} onRetry={refetch} />
    );
  }
  const { is, word } = standing(transcode.state);
  const { failure, source, result, sourceBytes, resultBytes, recipe, job } = transcode;
  return (
    <dl className="facts">
      <dt>State</dt>
      <dd>
        <State is={is}>{word}</State>
        {failure !== null && <span className="s q block">{failure.message}</span>}
        {failure !== null && <span className="s q block">{failure.advice}</span>}
      </dd>
      {source !== null && (
        <>
          <dt>Made of</dt>
          <dd>
            <ThingLink id={source.id} href={`/library/files/${source.id}`}>
              {source.path}
            </ThingLink>
          </dd>
        </>
      )}
      {result !== null && (
        <>
          <dt>Is</dt>
          <dd>
            <ThingLink id={result.id} href={`/library/files/${result.id}`}>
              {result.path}
            </ThingLink>
          </dd>
        </>
      )}
      <Place transcode={transcode} />
      {sourceBytes !== null && resultBytes !== null && (
        <>
          <dt>Size</dt>
          <dd>
            {size(sourceBytes)} → {size(resultBytes)}, <span className="q">{change(transcode)}</span>
          </dd>
        </>
      )}
      {recipe !== null && (
        <>
          <dt>Streams</dt>
          <dd>
            {recipe.streams.map(({ index, codec }) => (
              <span key={index} className="block">
                {index} {codec === null ? "as it was" : `made ${codec}`}
              </span>
            ))}
            {recipe.beside.map((index) => (
              <span key={index} className="block">
                {index} lies beside it
              </span>
            ))}
            {recipe.leftOut.map(({ index, why }) => (
              <span key={index} className="q block">
                {index} left out: {why}
              </span>
            ))}
          </dd>
        </>
      )}
      {transcode.proof !== null && (
        <>
          <dt>Proof</dt>
          <dd>{proofWords(transcode)}</dd>
        </>
      )}
      {job !== null && (
        <>
          <dt>Work</dt>
          <dd>
            <ThingLink id={job.id}>The job that was last at it</ThingLink>
          </dd>
        </>
      )}
      <dt>Asked for</dt>
      <dd>
        {moment(transcode.requestedAt)}
        <span className="q">, {transcode.profile}</span>
      </dd>
      {transcode.arguments.length > 0 && (
        <>
          <dt>Told to ffmpeg</dt>
          <dd className="proof">{transcode.arguments.join(" ")}</dd>
        </>
      )}
    </dl>
  );
}

/** Whether it has the place of what it was made of, and the way there and back. */
function Place({ transcode }: { transcode: TranscodeShown }) {
  const may = useMay("delete");
  const replace = useAct(TranscodeReplace);
  const { id, state, result, source, plan } = transcode;
  const words = placeWords(transcode);
  // As long as both are there, the one can have the place of the other.
  const canReplace =
    may.isShown && state === "MADE" && result?.state === "PRESENT" && source !== null && plan?.undoId == null;
  if (words === undefined && !canReplace) {
    return null;
  }
  return (
    <>
      <dt>Place</dt>
      <dd>
        {words ?? "Beside the original"}
        {plan !== null && (
          <span className="block">
            <ThingLink id={plan.id} href={`/library/plans/${plan.id}`}>
              {plan.undoId === null ? "The plan" : "The plan, by which it is taken back"}
            </ThingLink>
          </span>
        )}
        {canReplace && (
          <span className="block">
            <Button
              small
              icon="transcode"
              off={may.off}
              running={replace.isRunning && "Asking…"}
              onClick={() => void replace.run({ id })}
            >
              Put it in the original's place
            </Button>
          </span>
        )}
        <Refused problem={replace.problem} />
      </dd>
    </>
  );
}
