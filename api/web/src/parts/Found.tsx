import { useState } from "react";

import { useAct } from "../client/act";
import { graphql } from "../client/graphql";
import { Button } from "./Button";
import { Followed } from "./Followed";
import { Follow, FoundLists } from "./FoundLists";
import { Icon } from "./Icon";
import { Picture } from "./Picture";
import { Previewed, whatIs } from "./Previewed";
import { State } from "./State";
import { Refused } from "./states";
import { isWhole, usePreview } from "./use-preview";

const JustThisOne = graphql(`
  mutation JustThisOne($url: String!, $quality: String!) {
    downloadStart(input: { target: { url: $url }, quality: $quality }) {
      position
      storyId
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);

type Keep = "NEW" | "ALL";

const QUALITIES = [
  { value: "best", word: "The best there is", note: "as the source has it" },
  { value: "1080p", word: "Up to 1080p", note: "about 1.4 GB an hour" },
  { value: "720p", word: "Up to 720p", note: "about 0.8 GB an hour" },
  { value: "audio", word: "Sound only", note: "no picture" },
] as const;

interface Props {
  address: string;
  /** Why nothing can be done just now. */
  off: string | undefined;
}

/** What is found at an address: what it is, how it would be kept, and the verbs. */
export default function Found({ address, off }: Props) {
  const [keep, setKeep] = useState<Keep>("NEW");
  const [quality, setQuality] = useState<string>("1080p");
  const [done, setDone] = useState<{ playlistId: string | null }>();
  const follow = useAct(Follow);
  const one = useAct(JustThisOne);
  const { preview, problem } = usePreview(
    address,
    off !== undefined || done !== undefined || !isWhole(address),
  );
  const host = new URL(address).hostname.replace(/^www\./, "");
  const isSingle = preview?.kind === "SINGLE";
  const isList = preview?.kind === "LIST" || preview?.kind === "NESTED";
  const isFollowed = preview?.playlist?.followed === true;

  return (
    <section className="found answer" aria-label="What this address is" aria-live="polite">
      <div className="found-head">
        {preview?.kind != null && <Picture id={preview.id} className="th no-phone" />}
        <div className="grow">
          <p className="found-name cut">{preview?.title ?? host}</p>
          <p className="q s cut">{preview?.kind != null ? `${whatIs(preview)} · ${host}` : address}</p>
        </div>
        {done === undefined ? (
          <>
            {!isList && (
              <Button
                look={isSingle ? "main" : undefined}
                off={off}
                running={one.isRunning && "Asking…"}
                onClick={async () => {
                  if ((await one.run({ url: address, quality })) !== null) {
                    setDone({ playlistId: null });
                  }
                }}
              >
                Just this one
              </Button>
            )}
            {!isSingle && (
              <Button
                look="main"
                icon="plus"
                off={off}
                running={follow.isRunning && "Following…"}
                onClick={async () => {
                  const answer = await follow.run({ url: address, keep, quality });
                  if (answer !== null) {
                    setDone({ playlistId: answer.playlistFollow.playlist?.id ?? null });
                  }
                }}
              >
                {isFollowed ? "Follow like this" : "Follow"}
              </Button>
            )}
          </>
        ) : (
          <State is="moving" badge>
            {done.playlistId === null ? "Asked for" : "Following"}
          </State>
        )}
      </div>
      <Refused problem={follow.problem ?? one.problem ?? problem} />
      {done === undefined ? (
        <>
          {problem === undefined && isWhole(address) && <Previewed host={host} preview={preview} />}
          <Choices
            keep={isSingle ? undefined : keep}
            onKeep={setKeep}
            quality={quality}
            onQuality={setQuality}
          />
          {preview !== undefined && (
            <FoundLists key={preview.id} preview={preview} keep={keep} quality={quality} off={off} />
          )}
        </>
      ) : (
        done.playlistId !== null && <Followed playlistId={done.playlistId} quality={quality} />
      )}
    </section>
  );
}

interface ChoicesProps {
  /** What is kept of a list; none of what is no list. */
  keep: Keep | undefined;
  onKeep(keep: Keep): void;
  quality: string;
  onQuality(quality: string): void;
}

function Choices({ keep, onKeep, quality, onQuality }: ChoicesProps) {
  const chosen = QUALITIES.find(({ value }) => value === quality) ?? QUALITIES[0];
  return (
    <div className="opts">
      {keep !== undefined && (
        <>
          <Choice
            name="keep"
            is={keep === "NEW"}
            onChoose={() => onKeep("NEW")}
            word="New only"
            note="from today on"
          />
          <Choice
            name="keep"
            is={keep === "ALL"}
            onChoose={() => onKeep("ALL")}
            word="Everything"
            note="what is there and what comes"
          />
        </>
      )}
      <label className="opt">
        <span className="grow">
          <b className="b">{chosen.word}</b>
          <br />
          <span className="s q">{chosen.note}</span>
        </span>
        <Icon name="down" />
        <select aria-label="Quality" value={quality} onChange={(event) => onQuality(event.target.value)}>
          {QUALITIES.map(({ value, word }) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

interface ChoiceProps {
  name: string;
  is: boolean;
  onChoose(): void;
  word: string;
  note: string;
}

/** One of several, as a card. */
export function Choice({ name, is, onChoose, word, note }: ChoiceProps) {
  return (
    <label className={is ? "opt on" : "opt"}>
      <input type="radio" className="sr" name={name} checked={is} onChange={onChoose} />
      <span className="radio" />
      <span>
        <b className="b">{word}</b>
        <br />
        <span className="s q">{note}</span>
      </span>
    </label>
  );
}
