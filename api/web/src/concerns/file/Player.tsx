import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type RefObject, useRef, useState } from "react";
import { useClient } from "urql";

import { address } from "../../client/base";
import { Button } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { Strip } from "../../parts/Strip";
import { ThingLink } from "../../parts/ThingLink";
import { Chapters, useChapters } from "./Chapters";
import type { FileWhole } from "./File";
import { LinkToCopyOf, useMedia } from "./media";
import { type Neighbour, useNeighbours } from "./neighbours";

/** How far J and L go, in seconds. */
const STEP_S = 10;

const KEYS = "K plays and pauses, J and L go 10 seconds back and on, M mutes, F fills the screen";

/** Plays a file: its picture or sound, what is said in it, and what stands beside it in its list. */
export function Player({ file }: { file: FileWhole }) {
  const media = useMedia(file);
  const medium = useRef<HTMLVideoElement & HTMLAudioElement>(null);
  const { previous, next } = useNeighbours(file);
  const navigate = useNavigate();
  const chapters = useChapters();
  const [broken, setBroken] = useState<string>();
  if (file.url === null) {
    return null;
  }
  const isSound = file.width === null;
  const go = (to: Neighbour | undefined) =>
    to !== undefined && navigate({ to: `/library/files/${to.fileId}` });
  const onKeyDown = (event: KeyboardEvent) => {
    const done = medium.current !== null && press(event, medium, { go, previous, next });
    if (done) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const shared = {
    ref: medium,
    src: media?.src,
    controls: true,
    preload: "metadata",
    "aria-label": file.title,
    title: KEYS,
    onLoadedMetadata: () => setBroken(undefined),
    onError: () => void whyNot(medium.current?.error ?? null, media?.src).then(setBroken),
  } as const;
  const tracks = (
    <>
      {media?.tracks.map(({ language, name, src }) => (
        <track key={language} kind="subtitles" srcLang={language} label={name} src={src} />
      ))}
      {media?.chapters !== undefined && (
        <track key={media.chapters} ref={chapters.track} kind="chapters" src={media.chapters} />
      )}
    </>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the player work wherever the focus is within it
    <div className={isSound ? "player sound" : "player"} onKeyDown={onKeyDown}>
      {isSound ? (
        <audio {...shared}>{tracks}</audio>
      ) : (
        <video {...shared} playsInline poster={media?.poster}>
          {tracks}
        </video>
      )}
      <Chapters
        of={chapters}
        onGo={(seconds) => {
          if (medium.current !== null) {
            medium.current.currentTime = seconds;
          }
        }}
      />
      {broken !== undefined && <Strip tone="warn" title={broken} />}
      <div className="acts wrap">
        {previous !== undefined && <Beside to={previous} word="Previous" icon="left" />}
        {next !== undefined && <Beside to={next} word="Next" icon="right" />}
        <span className="grow" />
        {media !== undefined && (
          <a className="btn small" href={media.save} download>
            <Icon name="down" />
            Save
          </a>
        )}
        <CopyLink id={file.id} />
      </div>
    </div>
  );
}

interface BesideProps {
  to: Neighbour;
  word: string;
  icon: "left" | "right";
}

function Beside({ to, word, icon }: BesideProps) {
  return (
    <ThingLink id={to.fileId} href={`/library/files/${to.fileId}`} className="btn small beside">
      <Icon name={icon} />
      <span className="cut">
        {word}: {to.title}
      </span>
    </ThingLink>
  );
}

/** Copies an address that others can play the file by, for a day. */
function CopyLink({ id }: { id: string }) {
  const client = useClient();
  const [state, setState] = useState<"" | "asking" | "copied" | "failed">("");
  if (navigator.clipboard === undefined) {
    return null;
  }
  return (
    <Button
      small
      icon="link"
      running={state === "asking" && "Signing…"}
      title="Whoever has the link can play and save this file for a day, and nothing else"
      onClick={async () => {
        setState("asking");
        const { data } = await client.query(LinkToCopyOf, { id }, { requestPolicy: "network-only" });
        if (data === undefined) {
          setState("failed");
          return;
        }
        try {
          await navigator.clipboard.writeText(address(data.fileLink.url));
          setState("copied");
        } catch {
          // Some browsers let only the press itself write there, and not what was asked after it.
          setState("failed");
        }
      }}
    >
      {state === "copied" ? "Copied" : state === "failed" ? "Not possible now" : "Copy a link for a day"}
    </Button>
  );
}

interface Around {
  go(to: Neighbour | undefined): void;
  previous: Neighbour | undefined;
  next: Neighbour | undefined;
}

/** What a key does; whether it did anything. */
function press(
  event: KeyboardEvent,
  { current: medium }: RefObject<HTMLMediaElement | null>,
  { go, previous, next }: Around,
): boolean {
  if (medium === null || event.ctrlKey || event.metaKey || event.altKey) {
    return false;
  }
  switch (event.key.toLowerCase()) {
    case "k":
      void (medium.paused ? medium.play() : medium.pause());
      return true;
    case "j":
      medium.currentTime = Math.max(0, medium.currentTime - STEP_S);
      return true;
    case "l":
      medium.currentTime = Math.min(medium.duration || 0, medium.currentTime + STEP_S);
      return true;
    case "m":
      medium.muted = !medium.muted;
      return true;
    case "f":
      void (document.fullscreenElement === null ? medium.requestFullscreen?.() : document.exitFullscreen());
      return true;
    case "n":
      if (event.shiftKey && next !== undefined) {
        go(next);
        return true;
      }
      return false;
    case "p":
      if (event.shiftKey && previous !== undefined) {
        go(previous);
        return true;
      }
      return false;
    default:
      return false;
  }
}

/** Why a browser doesn't play something, and what then. */
async function whyNot(error: MediaError | null, src: string | undefined): Promise<string> {
  if (error?.code === MediaError.MEDIA_ERR_NETWORK || src === undefined) {
    return "The file stopped coming. What was played stays; play it again to go on.";
  }
  // An element says the same of what the server refuses as of what it can't play; the server knows.
  const answer = await fetch(src, { headers: { range: "bytes=0-0" } }).catch(() => undefined);
  if (answer === undefined) {
    return "The server does not answer.";
  }
  if (answer.ok) {
    return "This browser doesn't play this file. It is whole: save it, or open its path with a player.";
  }
  const body = (await answer.json().catch(() => null)) as { errors?: { message: string }[] } | null;
  return `It can't be played now: ${body?.errors?.[0]?.message ?? `the server answers ${answer.status}`}.`;
}
