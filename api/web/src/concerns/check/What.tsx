import type { ReactNode } from "react";

import { useMay } from "../../client/act";
import { Field } from "../../parts/Field";
import { State } from "../../parts/State";
import { guess, type Probe } from "./address";
import type { WholeCheck } from "./check";
import type { Draft } from "./draft";
import { KINDS, type Kind, type KindField, kindOf, typedOf } from "./kinds";
import { kindWord } from "./words";

const RECORDS = ["A", "AAAA", "CNAME", "MX", "NS", "TXT"];

interface Props {
  draft: Draft;
  /** The check that is changed, if it is one. */
  of: WholeCheck | undefined;
  onChange(change: Partial<Draft>): void;
  /** What the server refused of it. */
  children: ReactNode;
}

/** What is looked at: an address whose kind is guessed, or the fields of a kind. */
export function What({ draft, of, onChange, children }: Props) {
  const mayCommand = useMay("check_by_command").isShown;
  const kind = kindOf(draft.kind);
  const choose = (next: string) => {
    const chosen = kindOf(next);
    const guessed = draft.kind === "address" ? guess(draft.address) : undefined;
    const before: Probe | undefined =
      of?.kind === next
        ? (of.probe as Probe)
        : guessed !== undefined && "probe" in guessed && guessed.kind === next
          ? guessed.probe
          : undefined;
    onChange({ kind: next, typed: chosen === undefined ? {} : typedOf(chosen, before) });
  };
  const field = (of: KindField) => (
    <OfField
      key={of.key}
      field={of}
      value={draft.typed[of.key] ?? ""}
      onChange={(value) => onChange({ typed: { ...draft.typed, [of.key]: value } })}
    />
  );
  const more = kind?.fields.filter(({ isMore }) => isMore === true) ?? [];
  const offered = KINDS.filter(({ needs, kind }) => needs === undefined || mayCommand || of?.kind === kind);
  return (
    <div className="wide check-asked">
      {draft.kind === "address" && <Address draft={draft} onChange={onChange} />}
      {draft.kind === "address" && children}
      <div className="check-kind">
        <Field label="Kind" hint={draft.kind === "address" ? undefined : kind?.says}>
          {(control) => (
            <select {...control} value={draft.kind} onChange={({ target }) => choose(target.value)}>
              {of === undefined && <option value="address">As its address says</option>}
              <optgroup label="Without an address">
                {offered.filter(({ hasAddress }) => hasAddress !== true).map(optionOf)}
              </optgroup>
              <optgroup label="At an address">
                {offered.filter(({ hasAddress }) => hasAddress === true).map(optionOf)}
              </optgroup>
              {kind === undefined && draft.kind !== "address" && (
                <option value={draft.kind}>{kindWord(draft.kind)}</option>
              )}
            </select>
          )}
        </Field>
        {kind?.fields.filter(({ isMore }) => isMore !== true).map(field)}
      </div>
      {more.length > 0 && (
        <details open={more.some(({ key }) => (draft.typed[key] ?? "") !== "") || undefined}>
          <summary className="s">What else its answer has to be</summary>
          <div className="check-kind">{more.map(field)}</div>
        </details>
      )}
      {draft.kind !== "address" && children}
    </div>
  );
}

function optionOf({ kind, word }: Kind) {
  return (
    <option key={kind} value={kind}>
      {word}
    </option>
  );
}

/** The one field that most need: what it is taken for stands beneath it. */
function Address({ draft, onChange }: Pick<Props, "draft" | "onChange">) {
  const guessed = guess(draft.address);
  return (
    <>
      <Field
        label="What is looked at"
        hint="https://…, tcp://host:port, ping://host, tls://host, dns://name, nats://host"
      >
        {(control) => (
          <input
            {...control}
            className="check-address"
            inputMode="url"
            spellCheck={false}
            required
            value={draft.address}
            placeholder="https://example.org"
            aria-invalid={guessed !== undefined && "wrong" in guessed}
            onChange={({ target }) => onChange({ address: target.value })}
          />
        )}
      </Field>
      <p className="check-guess" role="status">
        {guessed !== undefined &&
          ("wrong" in guessed ? (
            <State is="late">
              {guessed.wrong} <span className="q">{guessed.advice}</span>
            </State>
          ) : (
            <>
              <b>{kindWord(guessed.kind)}</b>: looks {guessed.says}
              {draft.name.trim() === "" && (
                <>
                  , and is called <b>{guessed.name}</b>
                </>
              )}
              .
            </>
          ))}
      </p>
    </>
  );
}

interface OfFieldProps {
  field: KindField;
  value: string;
  onChange(value: string): void;
}

function OfField({ field: { label, hint, placeholder, is, isOptional }, value, onChange }: OfFieldProps) {
  const isRequired = isOptional !== true;
  return (
    <Field label={label} hint={hint}>
      {(control) =>
        is === "yes" ? (
          <input
            {...control}
            type="checkbox"
            className="box"
            checked={value !== ""}
            onChange={({ target }) => onChange(target.checked ? "yes" : "")}
          />
        ) : is === "lines" || is === "pairs" ? (
          <textarea
            {...control}
            className="proof"
            rows={3}
            required={isRequired}
            placeholder={placeholder}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
        ) : is === "record" ? (
          <select {...control} value={value} onChange={({ target }) => onChange(target.value)}>
            {RECORDS.map((record) => (
              <option key={record}>{record}</option>
            ))}
          </select>
        ) : (
          <input
            {...control}
            type={is === "number" ? "number" : "text"}
            {...(is === "number" ? { min: 0, step: "any" } : { spellCheck: false })}
            required={isRequired}
            placeholder={placeholder}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
        )
      }
    </Field>
  );
}
