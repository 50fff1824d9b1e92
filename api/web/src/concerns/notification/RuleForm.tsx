import { type FormEvent, useId, useState } from "react";

import { useAct } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { Refused } from "../../parts/states";
import { Backtest } from "./Backtest";
import { Conditions } from "./Conditions";
import { type Draft, draftOf, EMPTY, inputOf, type Told } from "./rule";
import { SEVERITIES, type SeverityName } from "./words";

const AddRule = graphql(`
  mutation AddRule($name: String!, $rule: NotificationRuleInput!, $replace: Boolean!) {
    notificationRuleAdd(input: { name: $name, rule: $rule, replace: $replace }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);
const ChannelNames = graphql(`
  query ChannelNames($asOf: AsOfInput) {
    notificationChannels(asOf: $asOf) { name }
  }
`);

interface Props {
  off: string | undefined;
  /** The rule that is changed; a new one if it is left out. */
  of?: Told;
  /** Events that rules are about, for whoever doesn't know their names. */
  events: readonly string[];
  onDone(): void;
}

/** A rule: of which event, what must be so of it, and what is said then. What it would have said is asked for before. */
export function RuleForm({ off, of, events, onDone }: Props) {
  const add = useAct(AddRule);
  const { data } = useLive(ChannelNames, {}, ["notification"]);
  const [draft, setDraft] = useState<Draft>(of === undefined ? EMPTY : draftOf(of));
  const known = useId();
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await add.run({
      name: draft.name.trim(),
      rule: inputOf(draft),
      replace: of !== undefined,
    });
    if (done !== null) {
      onDone();
    }
  }

  return (
    <form className="fields" onSubmit={submit} aria-label={of?.name ?? "A new rule"}>
      {of === undefined && (
        <Field label="Name">
          {(control) => (
            <input
              {...control}
              placeholder="much-new"
              required
              value={draft.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
      <Field label="Of which event" hint="As the timeline and Raw call it.">
        {(control) => (
          <>
            <input
              {...control}
              list={known}
              placeholder="playlist.refresh_completed"
              required
              value={draft.event}
              onChange={(event) => change({ event: event.currentTarget.value })}
            />
            <datalist id={known}>
              {events.map((event) => (
                <option key={event} value={event} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label="What follows">
        {(control) => (
          <select
            {...control}
            value={draft.says ? draft.severity : "over"}
            onChange={(event) => {
              const { value } = event.currentTarget;
              change(value === "over" ? { says: false } : { says: true, severity: value as SeverityName });
            }}
          >
            {Object.entries(SEVERITIES).map(([value, { word }]) => (
              <option key={value} value={value}>
                It is said: {word}
              </option>
            ))}
            <option value="over">What was said is over</option>
          </select>
        )}
      </Field>
      <Conditions when={draft.when} onChange={(when) => change({ when })} />
      {draft.says && (
        <>
          <Field
            label="In one line"
            hint="{{ it }} is the thing, {{ counts.added }} a field of the event."
            wide
          >
            {(control) => (
              <input
                {...control}
                placeholder="{{ it }}: {{ counts.added }} new"
                required
                value={draft.title}
                onChange={(event) => change({ title: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field label="What else is to be said" wide>
            {(control) => (
              <textarea
                {...control}
                value={draft.body}
                onChange={(event) => change({ body: event.currentTarget.value })}
              />
            )}
          </Field>
          {(data?.notificationChannels ?? []).length > 0 && (
            <fieldset className="ticks wide">
              <legend>Also sent to, however little it matters</legend>
              {data?.notificationChannels.map(({ name }) => (
                <label key={name}>
                  <input
                    type="checkbox"
                    className="box"
                    checked={draft.channels.includes(name)}
                    onChange={(event) =>
                      change({
                        channels: event.currentTarget.checked
                          ? [...draft.channels, name]
                          : draft.channels.filter((other) => other !== name),
                      })
                    }
                  />
                  {name}
                </label>
              ))}
            </fieldset>
          )}
        </>
      )}
      <details className="wide">
        <summary className="s">Of another thing than the one it happened to, or of a part of it</summary>
        <div className="fields inner">
          <Field label="Kind of thing" hint="Such as playlist, of what happens to a job.">
            {(control) => (
              <input
                {...control}
                value={draft.about}
                onChange={(event) => change({ about: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field label="What of it" hint="Where several things can be said at once.">
            {(control) => (
              <input
                {...control}
                value={draft.topic}
                onChange={(event) => change({ topic: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
      </details>
      <Backtest draft={draft} />
      <div className="acts">
        <Button
          type="submit"
          look={of === undefined ? "main" : undefined}
          off={off}
          running={add.isRunning && "Keeping…"}
        >
          {of === undefined ? "Add the rule" : "Keep this"}
        </Button>
        <Button look="bare" onClick={onDone}>
          Leave it as it is
        </Button>
      </div>
      <Refused problem={add.problem} />
    </form>
  );
}
