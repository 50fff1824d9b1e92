import { Button, IconButton } from "../../parts/Button";
import type { Condition, Is } from "./rule";

const TESTS: readonly [Is, string][] = [
  ["equals", "is"],
  ["greater", "is more than"],
  ["there", "is there"],
  ["missing", "is not there"],
];

interface Props {
  when: readonly Condition[];
  onChange(when: readonly Condition[]): void;
}

/** What must be so of an event; all of it. */
export function Conditions({ when, onChange }: Props) {
  const change = (index: number, part: Partial<Condition>) =>
    onChange(when.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <fieldset className="ticks wide">
      <legend>Only if</legend>
      {when.map(({ field, is, value }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of a form is its place.
        <span key={index} className="pair condition">
          <input
            aria-label={`Field ${index + 1}`}
            placeholder="counts.added"
            value={field}
            onChange={(event) => change(index, { field: event.currentTarget.value })}
          />
          <select
            aria-label={`How field ${index + 1} must be`}
            value={is}
            onChange={(event) => change(index, { is: event.currentTarget.value as Is })}
          >
            {TESTS.map(([test, word]) => (
              <option key={test} value={test}>
                {word}
              </option>
            ))}
          </select>
          {(is === "equals" || is === "greater") && (
            <input
              type={is === "greater" ? "number" : "text"}
              aria-label={`What field ${index + 1} must be`}
              placeholder={is === "greater" ? "5" : "one, or another"}
              required
              value={value}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
            />
          )}
          <IconButton
            icon="x"
            label={`Take condition ${index + 1} away`}
            onClick={() => onChange(when.filter((_, at) => at !== index))}
          />
        </span>
      ))}
      <Button
        small
        look="bare"
        icon="plus"
        onClick={() => onChange([...when, { field: "", is: "equals", value: "" }])}
      >
        {when.length === 0 ? "Add a condition" : "And another"}
      </Button>
    </fieldset>
  );
}
