import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { moment } from "../../parts/format";
import { State } from "../../parts/State";
import { Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { listName, standingOf } from "../playlist/names";

const DownloadOf = graphql(`
  query Download($id: ID!, $asOf: AsOfInput) {
    download(id: $id, asOf: $asOf) {
      id
      url
      quality
      state
      requestedAt
      failure {
        message
        advice
      }
      job {
        id
        state
        retryAt
        failure {
          message
        }
      }
      file {
        id
      }
      playlist {
        id
        title
        url
      }
    }
  }
`);

/** The keeping of one item, in its drawer. */
export function Now({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(DownloadOf, { id }, [id, "job"]);
  const download = data?.download;
  if (isLoading) {
    return <Loading />;
  }
  if (download == null) {
    return problem === undefined ? (
      <p className="q">It was not asked for yet.</p>
    ) : (
      <Failed problem={problem} onRetry={refetch} />
    );
  }
  const { is, word, why } = standingOf(
    { status: "PRESENT", availability: "AVAILABLE", skippedBy: null, download },
    moment,
  );
  return (
    <dl className="facts">
      <dt>State</dt>
      <dd>
        <State is={is}>{word}</State>
        {why !== null && <span className="s q block">{why}</span>}
        {download.failure !== null && <span className="s q block">{download.failure.advice}</span>}
      </dd>
      {download.file !== null && (
        <>
          <dt>File</dt>
          <dd>
            <ThingLink id={download.file.id} href={`/library/files/${download.file.id}`}>
              Open its page
            </ThingLink>
          </dd>
        </>
      )}
      {download.job !== null && (
        <>
          <dt>Work</dt>
          <dd>
            <ThingLink id={download.job.id}>The job that was last at it</ThingLink>
          </dd>
        </>
      )}
      {download.playlist !== null && (
        <>
          <dt>List</dt>
          <dd>
            <ThingLink id={download.playlist.id} href={`/library/lists/${download.playlist.id}`}>
              {listName(download.playlist)}
            </ThingLink>
          </dd>
        </>
      )}
      <dt>Asked for</dt>
      <dd>
        {moment(download.requestedAt)}
        {download.quality !== null && <span className="q">, {download.quality}</span>}
      </dd>
      <dt>At its source</dt>
      <dd className="proof">{download.url}</dd>
    </dl>
  );
}
