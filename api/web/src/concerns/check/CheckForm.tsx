import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { span } from "../../parts/format";
import { Refused } from "../../parts/states";
import { SEVERITIES, type SeverityName } from "../notification/words";
import { Backtest } from "./Backtest";
import type { WholeCheck } from "./check";
import { type Draft, draftOf, type FieldName, fieldOf, inputOf, ruleOf, wanted } from "./draft";
import { More } from "./More";
import { What } from "./What";
import "../../styles/forms.css";

export const AddCheck = graphql(`
  mutation AddCheck($input: CheckAddInput!) {
    checkAdd(input: $input) {
      check { id }
      position
      userErrors { code message advice retryable }
    }
  }
`);
const ForForm = graphql(`
  query ChecksForForm {
    checks(first: 200) { nodes { id name group } }
  }
`);
const ChannelsForForm = graphql(`
  query ChannelsForForm {
    notificationChannels { name }
  }
`);

const TIMES = [10, 30, 60, 300, 900, 3_600, 21_600, 86_400];

interface Props {
  /** The check that is changed; a new one if it is left out. */
  of?: WholeCheck;
  onDone?: () => void;
}

/** What is looked at, how and when, and who is told. Whatever the server refuses stands at its field. */
export function CheckForm({ of, onDone }: Props) {
  const may = useMay("check");
  const mayChannels = useMay("notify").isShown;
  const { data } = useLive(ForForm, {}, ["check"]);
  const channels = useLive(ChannelsForForm, {}, ["notification"], { pause: !mayChannels });
  const act = useAct(AddCheck);
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() => draftOf(of));
  const change = (next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next }));
  const looked = wanted(draft, of);
  const others = (data?.checks.nodes ?? []).filter(({ id }) => id !== of?.id);
  const name = draft.name.trim() === "" ? (looked?.name ?? "") : draft.name.trim();
  const isTaken = of === undefined && others.some((other) => other.name === name);
  const groups = [...new Set(others.flatMap(({ group }) => group ?? []))];
  // One that is there no more can be taken away; with it nothing is kept.
  const there = channels.data?.notificationChannels.map((channel) => channel.name) ?? [];
  const known = [...new Set([...there, ...draft.channels])];
  const at = act.problem === undefined ? undefined : fieldOf(act.problem.code);
  const refused = (field: FieldName) => at === field && <Refused problem={act.problem} />;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (looked === undefined) {
      return;
    }
    const done = await act.run({ input: inputOf(draft, looked, of) });
    if (done === null) {
      return;
    }
    onDone?.();
    const id = done.checkAdd.check?.id;
    if (of === undefined) {
      void navigate({ to: id === undefined ? "/checks" : `/checks/${id}` });
    }
  }

  return (
    <form className="fields check-form" onSubmit={(event) => void submit(event)} autoComplete="off">
      <What draft={draft} of={of} onChange={change}>
        {refused("what")}
      </What>
      {of === undefined && (
        <div>
          <Field
            label="Name"
            hint={isTaken ? "There is a check of that name; choose another one." : "What people call it."}
          >
            {(control) => (
              <input
                {...control}
                maxLength={80}
                placeholder={looked?.name}
                value={draft.name}
                aria-invalid={isTaken || at === "name"}
                onChange={({ target }) => change({ name: target.value })}
              />
            )}
          </Field>
          {refused("name")}
        </div>
      )}
      <div>
        <Field label="How often">
          {(control) => (
            <select
              {...control}
              value={draft.every}
              onChange={({ target }) => change({ every: target.value })}
            >
              {[...new Set([...TIMES, ...(draft.every === "cron" ? [] : [Number(draft.every)])])]
                .sort((one, other) => one - other)
                .map((seconds) => (
                  <option key={seconds} value={seconds}>
                    Every {span(seconds * 1000)}
                  </option>
                ))}
              <option value="cron">By a cron expression</option>
            </select>
          )}
        </Field>
        {draft.every === "cron" && (
          <input
            aria-label="Cron expression"
            className="proof"
            value={draft.cron}
            required
            onChange={({ target }) => change({ cron: target.value })}
          />
        )}
        {refused("every")}
      </div>
      <div>
        <Field
          label={draft.kind === "push" ? "How late it may be, in seconds" : "A look may take, in seconds"}
        >
          {(control) => (
            <input
              {...control}
              type="number"
              min={1}
              max={86_400}
              required
              value={draft.timeout}
              onChange={({ target }) => change({ timeout: target.value })}
            />
          )}
        </Field>
        {refused("timeout")}
      </div>
      <fieldset className="ticks">
        <legend>Fails by</legend>
        <span className="pair">
          <input
            type="number"
            aria-label="So many looks that fail"
            min={1}
            max={100}
            required
            value={draft.failAfter}
            onChange={({ target }) => change({ failAfter: target.value })}
          />
          of the last
          <input
            type="number"
            aria-label="Of so many"
            min={1}
            max={100}
            required
            value={String(Math.max(Number(draft.failOf), Number(draft.failAfter)))}
            onChange={({ target }) => change({ failOf: target.value })}
          />
        </span>
        {refused("fail")}
      </fieldset>
      <Field label="How much it matters">
        {(control) => (
          <select
            {...control}
            value={draft.severity}
            onChange={({ target }) => change({ severity: target.value as SeverityName })}
          >
            {Object.entries(SEVERITIES).map(([value, { word, says }]) => (
              <option key={value} value={value}>
                {word}: {says}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div>
        <Field label="Group" hint="What it is sorted under, if anything.">
          {(control) => (
            <input
              {...control}
              list="check-groups"
              value={draft.group}
              onChange={({ target }) => change({ group: target.value })}
            />
          )}
        </Field>
        <datalist id="check-groups">
          {groups.map((group) => (
            <option key={group} value={group} />
          ))}
        </datalist>
      </div>
      <Field label="Tags" hint="Words to find it by, with commas between.">
        {(control) => (
          <input {...control} value={draft.tags} onChange={({ target }) => change({ tags: target.value })} />
        )}
      </Field>
      {others.length > 0 && (
        <Ticks
          legend="Can’t be well without"
          options={others.map((other) => ({ value: other.id, word: other.name }))}
          chosen={draft.dependsOn}
          onChange={(dependsOn) => change({ dependsOn })}
        >
          {refused("dependsOn")}
        </Ticks>
      )}
      {known.length > 0 && (
        <Ticks
          legend="Told of it, however little it matters"
          options={known.map((channel) => ({ value: channel, word: channel }))}
          chosen={draft.channels}
          onChange={(chosen) => change({ channels: chosen })}
        />
      )}
      <More
        draft={draft}
        onChange={change}
        refused={{
          maintenance: refused("maintenance"),
          thresholds: refused("thresholds"),
          words: refused("words"),
        }}
      />
      {of !== undefined && <Backtest id={of.id} rule={ruleOf(draft, of)} />}
      <div className="acts">
        <Button
          type="submit"
          look="main"
          off={may.off ?? (isTaken ? "There is a check of that name." : undefined)}
          running={act.isRunning && "Keeping…"}
        >
          {of === undefined ? "Add the check" : "Keep this"}
        </Button>
        {onDone !== undefined && (
          <Button look="bare" onClick={onDone}>
            Leave it as it is
          </Button>
        )}
      </div>
      {refused("form")}
    </form>
  );
}

interface TicksProps {
  legend: string;
  options: readonly { value: string; word: string }[];
  chosen: readonly string[];
  onChange(chosen: string[]): void;
  children?: React.ReactNode;
}

function Ticks({ legend, options, chosen, onChange, children }: TicksProps) {
  return (
    <fieldset className="ticks wide check-ticks">
      <legend>{legend}</legend>
      {options.map(({ value, word }) => (
        <label key={value}>
          <input
            type="checkbox"
            className="box"
            checked={chosen.includes(value)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, value] : chosen.filter((one) => one !== value))
            }
          />
          {word}
        </label>
      ))}
      {children}
    </fieldset>
  );
}
