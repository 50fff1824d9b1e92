import { type DragEvent, type KeyboardEvent, memo } from "react";

import type { Progress } from "../../client/progress";
import { Button, IconButton } from "../../parts/Button";
import { number, percent } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { Menu, MenuItem } from "../../parts/Menu";
import { Picture } from "../../parts/Picture";
import { Hair } from "../../parts/Rate";
import { State } from "../../parts/State";
import { ThingLink } from "../../parts/ThingLink";
import type { Job } from "./job";
import { HIGHEST, type JobActs } from "./use-job-acts";
import { standing, timeLeft, type Verb, verbOf, why } from "./words";

interface Props {
  job: Job;
  place: number;
  progress: Progress | null | undefined;
  acts: JobActs;
  isChosen: boolean;
  onChoose(place: number, isChosen: boolean, isRange: boolean): void;
  /** What is dragged onto this row takes its priority. */
  onDrop(dragged: string, onto: Job): void;
  /** Pixels from the beginning of a list of which only a part is drawn. */
  top?: number;
}

const DRAGGED = "text/x-mediary-job";

/** A row of the queue: what it is, why it is where it is, how far it is, and the one verb that helps. It is drawn anew only
 * when something of it changed, so that those that stay cost nothing while one scrolls. */
export const Row = memo(function Row({ job, place, progress, acts, isChosen, onChoose, onDrop, top }: Props) {
  const now = standing(job, progress);
  const verb = verbOf(job);
  const isWaiting = job.state === "QUEUED";
  const done = job.state === "RUNNING" ? (progress?.percent ?? null) : null;
  const picture = job.subjectIds.find((id) => id.startsWith("download-")) ?? job.subjectIds[0] ?? job.id;

  function onKey(event: KeyboardEvent) {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      void acts.prioritise([job.id], Math.max(0, Math.min(HIGHEST, job.priority + step)));
    }
  }

  function drop(event: DragEvent) {
    const dragged = event.dataTransfer.getData(DRAGGED);
    if (dragged !== "" && dragged !== job.id) {
      event.preventDefault();
      onDrop(dragged, job);
    }
  }

  return (
    // What is dropped here takes its place; the same is done by the arrow keys on the grip.
    <li
      className={["job", isChosen && "on", top !== undefined && "afloat"].filter(Boolean).join(" ")}
      style={top === undefined ? undefined : { transform: `translateY(${top}px)` }}
      data-place={place}
      onDragOver={(event) =>
        isWaiting && event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()
      }
      onDrop={drop}
      data-row={job.id}
    >
      {acts.isShown && isWaiting ? (
        <button
          type="button"
          className="grip"
          draggable
          aria-label={`Priority ${job.priority} of 9: ${job.title}`}
          title="Drag onto a row to take its place; arrow keys change how much it matters"
          onDragStart={(event) => event.dataTransfer.setData(DRAGGED, job.id)}
          onKeyDown={onKey}
        >
          <Icon name="grip" />
        </button>
      ) : (
        <span className="grip" />
      )}
      {acts.isShown ? (
        <input
          className="box"
          type="checkbox"
          checked={isChosen}
          aria-label={`Select ${job.title}`}
          onClick={(event) => onChoose(place, event.currentTarget.checked, event.shiftKey)}
          onChange={() => {}}
        />
      ) : (
        <span />
      )}
      <span className="pos">{number(place)}</span>
      <Picture id={picture} />
      <div className="job-what">
        <p className="tt cut ph2">
          <ThingLink id={job.id} className="plain">
            {job.title}
          </ThingLink>
        </p>
        <p className="why cut ph2" title={why(job)}>
          {why(job)}
        </p>
      </div>
      <div className="step">
        <div>
          <State is={now.is}>{now.word}</State>
          {done !== null && <span className="s q">{percent(done)}</span>}
        </div>
        {done !== null && <Hair of={done / 100} label={job.title} />}
      </div>
      <span className="s q cut wk">{progress?.stage === "verifying" ? "proof" : ""}</span>
      <span className="s q num eta">{timeLeft(job, progress)}</span>
      <span className="job-verb">
        {acts.isShown && verb !== null && (
          <>
            <Button
              small
              look="bare"
              className="no-phone"
              off={acts.off}
              aria-label={`${verb[1]}: ${job.title}`}
              onClick={() => void acts.run(verb[0], [job.id])}
            >
              {verb[1]}
            </Button>
            <RowMenu job={job} verb={verb} acts={acts} />
          </>
        )}
      </span>
    </li>
  );
});

function RowMenu({ job, verb, acts }: { job: Job; verb: [Verb, string]; acts: JobActs }) {
  const isOpen = !["SUCCEEDED", "FAILED", "CANCELLED"].includes(job.state);
  const others: [Verb, string][] = isOpen
    ? [
        ["first", "To the top"],
        ["pause", "Hold"],
        ["cancel", "Remove from queue"],
      ]
    : [];
  const verbs = [verb, ...others.filter(([other]) => other !== verb[0])];
  return (
    <Menu
      items={verbs.map(([act, word]) => (
        <MenuItem key={act} disabled={acts.off !== undefined} onSelect={() => void acts.run(act, [job.id])}>
          {word}
        </MenuItem>
      ))}
    >
      <IconButton icon="more" label={`More for ${job.title}`} className="only-phone" />
    </Menu>
  );
}
