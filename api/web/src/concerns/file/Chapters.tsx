import { type RefCallback, useCallback, useState } from "react";

import { length } from "../../parts/format";

interface Chapter {
  /** Where it begins, in seconds. */
  start: number;
  title: string;
}

/** The chapters of what is played. */
interface Told {
  chapters: readonly Chapter[];
  /** The place of the one that is being played. */
  current: number;
  /** For the track that tells them. */
  track: RefCallback<HTMLTrackElement>;
}

/** Chapters as the track of a medium tells them: the browser reads it, and knows which one is being played. */
export function useChapters(): Told {
  const [chapters, setChapters] = useState<readonly Chapter[]>([]);
  const [current, setCurrent] = useState(-1);
  const track = useCallback((element: HTMLTrackElement | null) => {
    if (element === null) {
      return;
    }
    const told = element.track;
    const onLoad = () => {
      setChapters(cues(told.cues).map((cue) => ({ start: cue.startTime, title: words(cue) })));
      onCue();
    };
    const onCue = () => {
      const active = cues(told.activeCues).at(-1);
      setCurrent(active === undefined ? -1 : cues(told.cues).indexOf(active));
    };
    element.addEventListener("load", onLoad);
    told.addEventListener("cuechange", onCue);
    // A track that is off is not fetched; one that is hidden is, and shown by nobody but us.
    told.mode = "hidden";
    return () => {
      element.removeEventListener("load", onLoad);
      told.removeEventListener("cuechange", onCue);
      setChapters([]);
      setCurrent(-1);
    };
  }, []);
  return { chapters, current, track };
}

interface Props {
  of: Told;
  /** Goes to a place, in seconds. */
  onGo(seconds: number): void;
}

/** The chapters, each of which leads to its beginning; nothing where there is only one, or none. */
export function Chapters({ of: { chapters, current }, onGo }: Props) {
  if (chapters.length < 2) {
    return null;
  }
  return (
    <section className="chapters" aria-label="Chapters">
      <ol>
        {chapters.map(({ start, title }, place) => (
          <li key={start}>
            <button
              type="button"
              className="chapter"
              aria-current={place === current ? "true" : undefined}
              onClick={() => onGo(start)}
            >
              <span className="s q">{length(start * 1000)}</span>
              <span className="cut">{title}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function cues(list: TextTrackCueList | null): VTTCue[] {
  return Array.from(list ?? []) as VTTCue[];
}

/** A title without what marks it up. */
function words(cue: VTTCue): string {
  return cue.getCueAsHTML().textContent ?? cue.text;
}
