import type { Progress } from "../client/progress";
import { percent, rate, span } from "./format";
import { Picture } from "./Picture";
import { Hair } from "./Rate";
import { ThingLink } from "./ThingLink";

interface Props {
  /** The thing whose drawer the row opens. */
  id: string;
  /** Whose picture it is: the item or list that the work is for. */
  picture: string;
  title: string;
  /** The step it is at, in words. */
  step: string;
  progress: Progress | undefined;
}

/** A row of what moves: picture, name, step; percent, rate and time left in fixed columns. */
export function MovingRow({ id, picture, title, step, progress }: Props) {
  const done = progress?.percent ?? undefined;
  return (
    <ThingLink id={id} className="hit">
      <span className="moving grow">
        <Picture id={picture} />
        <span className="t">
          <b className="cut">{title}</b>
        </span>
        <span className="num b no-phone">{done === undefined ? "" : percent(done)}</span>
        <span className="num q s no-phone">{speed(progress)}</span>
        <span className="num q s">
          {progress?.etaSeconds == null ? "" : span(progress.etaSeconds * 1000)}
        </span>
        <span className="s q cut step">{step}</span>
        <Hair of={done === undefined ? undefined : done / 100} label={title} />
      </span>
    </ThingLink>
  );
}

function speed(progress: Progress | undefined): string {
  if (progress?.ratePerSecond == null || progress.ratePerSecond <= 0) {
    return "";
  }
  return progress.unit === "bytes" ? rate(progress.ratePerSecond) : "";
}
