import { type FormEvent, useState } from "react";

import { useAct } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { Refused } from "../../parts/states";
import type { Channel } from "./Channels";
import { ADDRESSES, clockOf, minuteOf } from "./channel";
import { SEVERITIES, type SeverityName } from "./words";

const AddChannel = graphql(`
  mutation AddChannel(
    $name: String!
    $address: SecretValue
    $from: Severity!
    $quiet: NotificationQuietHoursInput
    $title: String
    $body: String
    $replace: Boolean!
  ) {
    notificationChannelAdd(
      input: { name: $name, address: $address, from: $from, quiet: $quiet, title: $title, body: $body, replace: $replace }
    ) { position userErrors { code message advice retryable } }
  }
`);

interface Props {
  off: string | undefined;
  /** The channel that is changed; a new one if it is left out. */
  of?: Channel;
  /** What the others are called. */
  names: readonly string[];
  onDone?: () => void;
}

/** A channel: where it leads, what goes there, and when it is quiet. */
export function ChannelForm({ off, of, names, onDone }: Props) {
  const add = useAct(AddChannel);
  const [name, setName] = useState(of?.name ?? "");
  const [address, setAddress] = useState("");
  const [from, setFrom] = useState<SeverityName>(of?.from ?? "WARNING");
  const [isQuiet, setQuiet] = useState(of !== undefined && of.quiet !== null);
  const [begins, setBegins] = useState(clockOf(of?.quiet?.fromMinute ?? 22 * 60));
  const [ends, setEnds] = useState(clockOf(of?.quiet?.untilMinute ?? 7 * 60));
  const [title, setTitle] = useState(of?.title ?? "");
  const [body, setBody] = useState(of?.body ?? "");
  const zone = of?.quiet?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isTaken = names.includes(name.trim());

  async function submit(event: FormEvent) {
    event.preventDefault();
    const fromMinute = minuteOf(begins);
    const untilMinute = minuteOf(ends);
    const quiet =
      isQuiet && fromMinute !== undefined && untilMinute !== undefined
        ? { fromMinute, untilMinute, zone }
        : null;
    const done = await add.run({
      name: name.trim(),
      address: address.trim() === "" ? null : address.trim(),
      from,
      quiet,
      title: title === "" ? null : title,
      body: body === "" ? null : body,
      replace: of !== undefined,
    });
    // What was typed stays nowhere.
    setAddress("");
    if (done !== null) {
      setName(of?.name ?? "");
      onDone?.();
    }
  }

  return (
    <form className="fields" onSubmit={submit} autoComplete="off" aria-label={of?.name ?? "A new channel"}>
      {of === undefined && (
        <Field label="Name" hint={isTaken ? "There is one of that name; change it below." : undefined}>
          {(control) => (
            <input
              {...control}
              placeholder="phone"
              required
              maxLength={60}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      <Field
        label={of === undefined ? "Address" : "Another address"}
        hint={
          of === undefined
            ? "Kept sealed, and shown to nobody again."
            : "Left empty, it stays the one that it has."
        }
      >
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="new-password"
            placeholder="ntfys://ntfy.sh/my-topic"
            required={of === undefined}
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="What is sent" hint="And whatever a rule names it for.">
        {(control) => (
          <select
            {...control}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value as SeverityName)}
          >
            {Object.entries(SEVERITIES).map(([value, { word }]) => (
              <option key={value} value={value}>
                {value === "INFO"
                  ? "Everything"
                  : value === "URGENT"
                    ? "Only what is urgent"
                    : `“${word}” and worse`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <fieldset className="ticks">
        <legend>When it is quiet</legend>
        <label>
          <input
            type="checkbox"
            className="box"
            checked={isQuiet}
            onChange={(event) => setQuiet(event.currentTarget.checked)}
          />
          Send only what is urgent
        </label>
        {isQuiet && (
          <span className="pair">
            from
            <input
              type="time"
              aria-label="Quiet from"
              required
              value={begins}
              onChange={(event) => setBegins(event.currentTarget.value)}
            />
            to
            <input
              type="time"
              aria-label="Quiet until"
              required
              value={ends}
              onChange={(event) => setEnds(event.currentTarget.value)}
            />
          </span>
        )}
        {isQuiet && <span className="s q">On the clock of {zone}; the rest is sent afterwards.</span>}
      </fieldset>
      <details className="wide">
        <summary className="s">How addresses are spelt, and other words for what is sent</summary>
        <dl className="spelt">
          {ADDRESSES.map(([service, word, spelt]) => (
            <div key={service}>
              <dt>{word}</dt>
              <dd className={spelt.includes("://") ? "proof" : "s q"}>{spelt}</dd>
            </div>
          ))}
        </dl>
        <div className="fields inner">
          <Field
            label="Title there"
            hint="{{ title }}, {{ body }}, {{ severity }} and {{ link }} stand for themselves."
          >
            {(control) => (
              <input
                {...control}
                placeholder="{{ title }}"
                value={title}
                onChange={(event) => setTitle(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label="Text there">
            {(control) => (
              <input
                {...control}
                placeholder="{{ body }}"
                value={body}
                onChange={(event) => setBody(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
      </details>
      <div className="acts">
        <Button
          type="submit"
          look={of === undefined ? "main" : undefined}
          off={off ?? (isTaken ? "There is a channel of that name." : undefined)}
          running={add.isRunning && "Sealing…"}
        >
          {of === undefined ? "Add the channel" : "Keep this"}
        </Button>
        {onDone !== undefined && (
          <Button look="bare" onClick={onDone}>
            Leave it as it is
          </Button>
        )}
      </div>
      <Refused problem={add.problem} />
    </form>
  );
}
