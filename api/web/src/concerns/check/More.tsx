import type { ReactNode } from "react";

import { Button, IconButton } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { span } from "../../parts/format";
import type { Draft } from "./draft";
import { DAYS, type Time, usualTime } from "./maintenance";

const REPEATS = [1_800, 3_600, 21_600, 86_400];

interface Props {
  draft: Draft;
  onChange(change: Partial<Draft>): void;
  /** What the server refused of times of maintenance, of numbers, and of links. */
  refused: { maintenance: ReactNode; thresholds: ReactNode; words: ReactNode };
}

/** What most leave as it is. It stands open once anything of it is said. */
export function More({ draft, onChange, refused }: Props) {
  const isSaid =
    draft.repeat !== "" ||
    draft.isInverted ||
    draft.isPublic ||
    draft.thresholds !== "" ||
    draft.clearAfter !== "1" ||
    draft.jitter !== "0" ||
    draft.links !== "" ||
    draft.maintenance.length > 0;
  return (
    <details className="wide" open={isSaid || undefined}>
      <summary className="s">Maintenance, links and what else most leave as it is</summary>
      <div className="fields inner">
        <Times
          times={draft.maintenance}
          zone={draft.zone}
          onChange={(maintenance) => onChange({ maintenance })}
        >
          {refused.maintenance}
        </Times>
        <Field label="Told again, as long as nobody knows of it">
          {(control) => (
            <select
              {...control}
              value={draft.repeat}
              onChange={({ target }) => onChange({ repeat: target.value })}
            >
              <option value="">Once is enough</option>
              {[...new Set([...REPEATS, ...(draft.repeat === "" ? [] : [Number(draft.repeat)])])]
                .sort((one, other) => one - other)
                .map((seconds) => (
                  <option key={seconds} value={seconds}>
                    Every {span(seconds * 1000)}
                  </option>
                ))}
            </select>
          )}
        </Field>
        <Field label="Over after so many in a row that are well">
          {(control) => (
            <input
              {...control}
              type="number"
              min={1}
              max={100}
              required
              value={draft.clearAfter}
              onChange={({ target }) => onChange({ clearAfter: target.value })}
            />
          )}
        </Field>
        <Field
          label="Put off by up to, in seconds"
          hint="Each look comes a little later by chance, so that not all come at once."
        >
          {(control) => (
            <input
              {...control}
              type="number"
              min={0}
              required
              value={draft.jitter}
              onChange={({ target }) => onChange({ jitter: target.value })}
            />
          )}
        </Field>
        <fieldset className="ticks wide">
          <legend>The other way round</legend>
          <label>
            <input
              type="checkbox"
              className="box"
              checked={draft.isInverted}
              onChange={({ target }) => onChange({ isInverted: target.checked })}
            />
            It is well as long as the look fails
          </label>
        </fieldset>
        <fieldset className="ticks wide">
          <legend>For everybody</legend>
          <label>
            <input
              type="checkbox"
              className="box"
              checked={draft.isPublic}
              onChange={({ target }) => onChange({ isPublic: target.checked })}
            />
            Public: seen without signing in at /status and as a badge, by what it is called and how it is
          </label>
        </fieldset>
        <div className="wide">
          <Field
            label="What its numbers have to be"
            hint="One a line, in the unit of the number: latency <= 0.5, queue >= 1."
          >
            {(control) => (
              <textarea
                {...control}
                rows={2}
                spellCheck={false}
                placeholder="latency <= 0.5"
                value={draft.thresholds}
                onChange={({ target }) => onChange({ thresholds: target.value })}
              />
            )}
          </Field>
          {refused.thresholds}
        </div>
        <div className="wide">
          <Field label="Links" hint="One a line: what it is called, then its address.">
            {(control) => (
              <textarea
                {...control}
                rows={2}
                spellCheck={false}
                placeholder="Runbook https://wiki.example.org/backup"
                value={draft.links}
                onChange={({ target }) => onChange({ links: target.value })}
              />
            )}
          </Field>
          {refused.words}
        </div>
      </div>
    </details>
  );
}

interface TimesProps {
  times: readonly Time[];
  zone: string;
  onChange(times: Time[]): void;
  children: ReactNode;
}

/** When it may fail without anybody being told. */
function Times({ times, zone, onChange, children }: TimesProps) {
  const change = (at: number, next: Partial<Time>) =>
    onChange(times.map((time, index) => (index === at ? { ...time, ...next } : time)));
  return (
    <fieldset className="ticks wide check-times">
      <legend>Maintenance: nobody is told meanwhile</legend>
      {times.map((time, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may say the same, and none is moved
        <span className="pair" key={at}>
          <select
            aria-label={`Days of maintenance ${at + 1}`}
            value={time.day}
            onChange={({ target }) => change(at, { day: target.value })}
          >
            {DAYS.map(([day, word]) => (
              <option key={day} value={day}>
                {word}
              </option>
            ))}
          </select>
          {time.day === "cron" ? (
            <input
              aria-label={`Cron expression of maintenance ${at + 1}`}
              className="proof"
              required
              value={time.cron}
              onChange={({ target }) => change(at, { cron: target.value })}
            />
          ) : (
            <input
              type="time"
              aria-label={`Begin of maintenance ${at + 1}`}
              required
              value={time.at}
              onChange={({ target }) => change(at, { at: target.value })}
            />
          )}
          for
          <input
            type="number"
            aria-label={`Minutes of maintenance ${at + 1}`}
            min={1}
            max={10_080}
            step="any"
            required
            value={time.minutes}
            onChange={({ target }) => change(at, { minutes: target.value })}
          />
          minutes
          <IconButton
            icon="x"
            label={`Without maintenance ${at + 1}`}
            onClick={() => onChange(times.filter((_, index) => index !== at))}
          />
        </span>
      ))}
      {times.length > 0 && <span className="s q">On the clock of {times[0]?.zone}.</span>}
      <span>
        <Button small look="bare" onClick={() => onChange([...times, usualTime(zone)])}>
          Add a time of maintenance
        </Button>
      </span>
      {children}
    </fieldset>
  );
}
