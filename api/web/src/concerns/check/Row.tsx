import { State } from "../../parts/State";
import { ThingLink } from "../../parts/ThingLink";
import { Acknowledge } from "./Acknowledge";
import type { Branch } from "./arrange";
import type { Check } from "./check";
import { DaysBar } from "./Days";
import { Flags } from "./Flags";
import { Pause } from "./Pause";
import { Run } from "./Run";
import { Snooze } from "./Snooze";
import { found, kindWord, seenWords, sinceWords, standing } from "./words";

interface Props {
  branch: Branch<Check>;
  /** What the cause is called, where it stands under one. */
  cause?: string;
}

/** A check in a list, with what is a consequence of it beneath. */
export function Row({ branch: { check, behind }, cause }: Props) {
  const { id, name, kind, target, state, isPaused, lastRunAt } = check;
  const { is, word } = standing(check);
  return (
    <li>
      <article className="check-row" aria-label={name}>
        <div className="check-state">
          <State is={is}>{word}</State>
          <p className="xs qq">{isPaused ? `was ${found(check).word}` : sinceWords(check)}</p>
        </div>
        <div className="check-what">
          <p className="check-name">
            <ThingLink id={id} href={`/checks/${id}`} className="plain name row cut">
              {name}
            </ThingLink>
            <span className="s qq cut">
              {kindWord(kind)}
              {target !== "" && ` ${target}`}
            </span>
          </p>
          <p className="s q two">
            {cause !== undefined && `Because of ${cause}. `}
            {seenWords(check)}
          </p>
          <div className="check-flags">
            <Flags check={check} />
          </div>
        </div>
        <DaysBar id={id} lastRunAt={lastRunAt} />
        <div className="check-acts">
          <Run check={check} />
          <Pause check={check} />
          {state !== "OK" && <Acknowledge check={check} />}
          <Snooze check={check} />
        </div>
      </article>
      {behind.length > 0 && (
        <ol className="check-behind" aria-label={`Because of ${name}`}>
          {behind.map((one) => (
            <Row key={one.check.id} branch={one} cause={name} />
          ))}
        </ol>
      )}
    </li>
  );
}
