import { useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Opened } from "../../parts/Opened";
import { Failed, Refused } from "../../parts/states";
import { useProfiles } from "./profiles";
import "./transcode.css";

const TranscodeStart = graphql(`
  mutation TranscodeStart($id: ID!, $profile: String!, $replace: TranscodeReplaceRules) {
    transcodeStart(input: { fileIds: [$id], profile: $profile, replace: $replace }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

/** Has a file made of this one, by a profile that one chooses. */
export function Make({ fileId }: { fileId: string }) {
  const may = useMay("transcode");
  if (!may.isShown) {
    return null;
  }
  return (
    <Opened name="Transcode…">
      <Choice fileId={fileId} off={may.off} />
    </Opened>
  );
}

function Choice({ fileId, off }: { fileId: string; off: string | undefined }) {
  const { data, problem, refetch } = useProfiles();
  const start = useAct(TranscodeStart);
  const mayReplace = useMay("delete");
  const [asked, setAsked] = useState<string>();
  const [replaces, setReplaces] = useState(false);
  if (problem !== undefined) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  return (
    <div>
      {mayReplace.isShown && (
        <label className="transcode-place">
          <input
            type="checkbox"
            checked={replaces}
            disabled={mayReplace.off !== undefined}
            onChange={(event) => setReplaces(event.target.checked)}
          />
          In its place, once it is proved <span className="s q">(the original goes into the trash)</span>
        </label>
      )}
      <ul className="transcode-choice">
        {data?.profiles.map(({ name, about }) => (
          <li key={name}>
            <Button
              small
              icon="transcode"
              off={off}
              running={start.isRunning && "Asking…"}
              onClick={async () => {
                const replace = replaces ? {} : null;
                if ((await start.run({ id: fileId, profile: name, replace })) !== null) {
                  setAsked(name);
                }
              }}
            >
              {asked === name ? `In the queue as ${name}` : name}
            </Button>
            <span className="s q"> {about}</span>
          </li>
        ))}
      </ul>
      <Refused problem={start.problem} />
    </div>
  );
}
