import { useState } from "react";

import { useAct } from "../client/act";
import { graphql, type VariablesOf } from "../client/graphql";
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

const OFTEN = [
  { value: "hour", word: "Every hour", note: "looks for what is new" },
  { value: "six", word: "Every six hours", note: "looks for what is new" },
  { value: "night", word: "Each night", note: "looks for what is new at 03:00" },
  { value: "week", word: "Each week", note: "looks for what is new" },
] as const;
type Often = (typeof OFTEN)[number]["value"];

interface Props {
  address: string;
  /** Why nothing can be done just now. */
  off: string | undefined;
}

/** What is found at an address: what it is, how it would be kept, and the verbs. */
export default function Found({ address, off }: Props) {
  const [keep, setKeep] = useState<Keep>("NEW");
  const [quality, setQuality] = useState<string>("1080p");
  const [often, setOften] = useState<Often>("six");
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
                  const answer = await follow.run({ url: address, keep, quality, timing: timingOf(often) });
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
            often={often}
            onOften={setOften}
          />
          {preview !== undefined && (
            <FoundLists
              key={preview.id}
              preview={preview}
              keep={keep}
              quality={quality}
              timing={timingOf(often)}
              off={off}
            />
          )}
        </>
      ) : (
        done.playlistId !== null && <Followed playlistId={done.playlistId} quality={quality} />
      )}
    </section>
  );
}

/** When a list is read again; a night is one of where the reader is. */
function timingOf(often: Often): VariablesOf<typeof Follow>["timing"] {
  if (often === "night") {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return { cron: { expression: "0 3 * * *", zone } };
  }
  return { everySeconds: { hour: 3_600, six: 21_600, week: 604_800 }[often] };
}

interface ChoicesProps {
  /** What is kept of a list; none of what is no list. */
  keep: Keep | undefined;
  onKeep(keep: Keep): void;
  quality: string;
  onQuality(quality: string): void;
  often: Often;
  onOften(often: Often): void;
}

function Choices({ keep, onKeep, quality, onQuality, often, onOften }: ChoicesProps) {
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
      <OneOf label="Quality" of={QUALITIES} is={quality} onChoose={onQuality} />
      {keep !== undefined && <OneOf label="How often it is read" of={OFTEN} is={often} onChoose={onOften} />}
    </div>
  );
}

interface OneOfProps<Value extends string> {
  label: string;
  of: readonly { value: Value; word: string; note: string }[];
  is: string;
  onChoose(value: Value): void;
}

/** One of many, as a card that opens a list. */
function OneOf<Value extends string>({ label, of, is, onChoose }: OneOfProps<Value>) {
  const chosen = of.find(({ value }) => value === is);
  return (
    <label className="opt">
      <span className="grow">
        <b className="b">{chosen?.word}</b>
        <br />
        <span className="s q">{chosen?.note}</span>
      </span>
      <Icon name="down" />
      <select aria-label={label} value={is} onChange={(event) => onChoose(event.target.value as Value)}>
        {of.map(({ value, word }) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
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
