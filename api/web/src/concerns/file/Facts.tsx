import { Copy } from "../../parts/Copy";
import { length, moment, size } from "../../parts/format";
import { State } from "../../parts/State";
import { ThingLink } from "../../parts/ThingLink";
import type { FileWhole } from "./File";
import { fileState, oddityWords, wholePath } from "./names";

/** What is known of a file. */
export function Facts({ file }: { file: FileWhole }) {
  const { is, word, why } = fileState(file.state);
  return (
    <dl className="facts">
      <dt>State</dt>
      <dd>
        <State is={is}>{word}</State>
        <span className="s q block">
          {why}
          {file.keptUntil !== null && `; it stays in the trash until ${moment(file.keptUntil)} at least`}
        </span>
        {file.planId !== null && (
          <ThingLink id={file.planId} href={`/library/plans/${file.planId}`} className="link s">
            The plan that put it there
          </ThingLink>
        )}
        {file.replacedById !== null && (
          <ThingLink id={file.replacedById} href={`/library/files/${file.replacedById}`} className="link s">
            The file in its place
          </ThingLink>
        )}
      </dd>
      <dt>Where</dt>
      <dd>
        <Path path={wholePath(file.root?.folder, file.path)} />
      </dd>
      <dt>Length</dt>
      <dd>{length(file.durationMs)}</dd>
      <dt>Size</dt>
      <dd>{size(file.sizeBytes)}</dd>
      {file.width !== null && file.height !== null && (
        <>
          <dt>Picture</dt>
          <dd>
            {file.width} × {file.height}
            {file.videoCodec !== null && `, ${file.videoCodec}`}
          </dd>
        </>
      )}
      {file.audioCodec !== null && (
        <>
          <dt>Sound</dt>
          <dd>{file.audioCodec}</dd>
        </>
      )}
      <dt>Container</dt>
      <dd>{file.container.replaceAll(",", ", ")}</dd>
      <dt>Proved</dt>
      <dd>
        {file.check === "DECODED" ? "decoded to its end" : "read to its end, not decoded"}
        {file.oddities.length > 0 && (
          <span className="s q block">
            Unusual, and no damage: {file.oddities.map(oddityWords).join("; ")}
          </span>
        )}
        <span className="s qq block">
          BLAKE3 <span className="proof">{file.blake3}</span>
        </span>
      </dd>
      <dt>Kept since</dt>
      <dd>{moment(file.recordedAt)}</dd>
    </dl>
  );
}

function Path({ path }: { path: string }) {
  return (
    <span className="copy-line">
      <span className="proof grow">{path}</span>
      <Copy isBare text={path} />
    </span>
  );
}
