import { sentence } from "../client/problem";
import { length, number } from "./format";
import { Picture } from "./Picture";
import { Hair } from "./Rate";
import { State } from "./State";
import { ThingLink } from "./ThingLink";
import type { Preview } from "./use-preview";

interface Props {
  host: string;
  preview: Preview | undefined;
}

/** What is at an address, as far as it is known: it is asked, it is this, or why nobody knows. */
export function Previewed({ host, preview }: Props) {
  if (preview === undefined || (preview.state === "REQUESTED" && preview.kind === null)) {
    return (
      <p className="looked s q" role="status">
        <span>Asking {host}</span>
        {preview?.job?.waitsFor != null && <span className="qq"> {preview.job.waitsFor.message}</span>}
        <Hair of={undefined} label={`Asking ${host}`} />
      </p>
    );
  }
  if (preview.state === "FAILED") {
    return (
      <p className="looked s" role="status">
        <State is="failed">Nobody knows what is there</State>{" "}
        <span className="q">{whyNot(preview, host)}</span>
      </p>
    );
  }
  return (
    <>
      {preview.playlist?.followed === true && (
        <p className="looked s q" role="status">
          You follow it already:{" "}
          <ThingLink id={preview.playlist.id}>{preview.playlist.title ?? "this list"}</ThingLink>
        </p>
      )}
      {preview.kind !== "SINGLE" && preview.first.length > 0 && (
        <ol className="followed" aria-label="The first entries">
          {preview.first.map(({ title, durationMs }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they have no id, and stand where they stand.
            <li key={place}>
              <Picture id={`${preview.id}/${place}`} className="th sm" />
              <span className="grow cut">{title ?? "Without a title"}</span>
              {durationMs !== null && <span className="s qq">{length(durationMs)}</span>}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

/** `A list of 2,031 entries`. */
export function whatIs({ kind, count, first }: Preview): string {
  const [only] = first;
  switch (kind) {
    case "SINGLE":
      return only?.durationMs == null ? "A single item" : `A single item, ${length(only.durationMs)}`;
    case "NESTED":
      return "A channel or another list of lists";
    case "LIST":
      if (count === null) {
        return "A list; how long it is shows once it is read";
      }
      return count === 1 ? "A list of one entry" : `A list of ${number(count)} entries`;
    default:
      return "";
  }
}

function whyNot({ job }: Preview, host: string): string {
  const failure = job?.failure;
  if (failure == null) {
    return `${host} was not asked to the end.`;
  }
  return [failure.message, failure.advice]
    .filter((said) => said !== "")
    .map(sentence)
    .join(" ");
}
