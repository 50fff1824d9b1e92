import { useParams } from "@tanstack/react-router";

import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useTense } from "../../client/tense";
import { quoted } from "../../drawer/Told";
import { useCrumbs } from "../../frame/Crumbs";
import { moment } from "../../parts/format";
import { Picture } from "../../parts/Picture";
import { Empty, Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { listName } from "../playlist/names";
import { Acts } from "./Acts";
import { Facts } from "./Facts";
import { usePicture } from "./media";
import { Player } from "./Player";
import "../../parts/library.css";

const FileWholeOf = graphql(`
  fragment FileWhole on File {
    id
    itemId
    title
    url
    thumbnailUrl
    chaptersUrl
    subtitles {
      language
      url
    }
    path
    state
    sizeBytes
    durationMs
    width
    height
    videoCodec
    audioCodec
    container
    check
    oddities
    blake3
    recordedAt
    keptUntil
    planId
    replacedById
    root {
      id
      name
      folder
    }
  }
`);

export type FileWhole = ResultOf<typeof FileWholeOf>;

const FileOf = graphql(
  `
    query File($id: ID!, $asOf: AsOfInput) {
      file(id: $id, asOf: $asOf) {
        ...FileWhole
      }
      why(id: $id, asOf: $asOf) {
        answer
      }
    }
  `,
  [FileWholeOf],
);

const OriginOf = graphql(`
  query FileOrigin($itemId: ID!, $asOf: AsOfInput) {
    downloads(first: 10, filter: { itemId: $itemId }, asOf: $asOf) {
      nodes {
        id
        title
        url
        quality
        requestedAt
        playlist {
          id
          title
          url
        }
      }
    }
  }
`);

/** Asks for a file. */
export function useFile(id: string) {
  return useLive(FileOf, { id }, [id]);
}

/** The page of a file: what it is, its proof, where it lies, where it came from, and what can be done with it. */
export function File() {
  const { id = "" } = useParams({ strict: false });
  // Another one begins anew: nothing that was typed, asked or answered of the one before is left.
  return <OfFile key={id} id={id} />;
}

function OfFile({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useFile(id);
  const file = data?.file;
  const { isPast } = useTense();
  const picture = usePicture();
  const isPlayed = file != null && file.url !== null && !isPast;
  useCrumbs(
    { name: "Library", to: "/library" },
    { name: "Files", to: "/library/files" },
    { name: file == null ? "File" : file.title },
  );
  return (
    <main id="main">
      {isLoading && <Loading />}
      {problem !== undefined && file == null && <Failed problem={problem} onRetry={refetch} />}
      {data !== undefined && file === null && problem === undefined && (
        <Empty title="There is no such file.">It was never kept here, or not yet at this moment.</Empty>
      )}
      {file != null && (
        <>
          <div className="head">
            <div className="grow">
              <h1>{file.title}</h1>
              {data?.why != null && (
                <p className="lede">
                  {quoted(data.why.answer)}{" "}
                  <ThingLink id={file.id} tab="why">
                    Why
                  </ThingLink>
                </p>
              )}
            </div>
            <Acts file={file} />
          </div>
          {isPlayed && <Player key={file.id} file={file} />}
          <div className="page-cols room">
            <Facts file={file} />
            <aside>
              {!isPlayed && (
                <Picture id={file.itemId ?? file.id} src={picture(file.thumbnailUrl)} className="still" />
              )}
              {file.itemId !== null && <Origin itemId={file.itemId} />}
            </aside>
          </div>
        </>
      )}
    </main>
  );
}

function Origin({ itemId }: { itemId: string }) {
  const { data } = useLive(OriginOf, { itemId }, ["download"]);
  const downloads = data?.downloads.nodes ?? [];
  if (downloads.length === 0) {
    return null;
  }
  return (
    <section className="room origin">
      <h2>Where it came from</h2>
      <ul className="stack">
        {downloads.map((download) => (
          <li key={download.id}>
            <ThingLink id={download.id}>{download.title ?? download.url}</ThingLink>
            <span className="s q block">
              asked for {moment(download.requestedAt)}
              {download.quality !== null && `, ${download.quality}`}
            </span>
            {download.playlist !== null && (
              <span className="s q block">
                by{" "}
                <ThingLink id={download.playlist.id} href={`/library/lists/${download.playlist.id}`}>
                  {listName(download.playlist)}
                </ThingLink>
              </span>
            )}
            <span className="proof qq block">{download.url}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
