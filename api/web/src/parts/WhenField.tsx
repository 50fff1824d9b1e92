import { Field } from "./Field";

const WHENS = [
  ["OFF", "Never"],
  ["WHEN_NEEDED", "Once it refuses without"],
  ["ALWAYS", "Always"],
] as const;

/** When cookies or a login are used. */
export type When = (typeof WHENS)[number][0];

interface Props {
  label: string;
  value: When;
  onChange(next: When): void;
}

/** Asks when cookies or a login are used. */
export function WhenField({ label, value, onChange }: Props) {
  return (
    <Field label={label}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.currentTarget.value as When)}>
          {WHENS.map(([when, word]) => (
            <option key={when} value={when}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
