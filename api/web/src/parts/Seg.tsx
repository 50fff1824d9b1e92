import { number } from "./format";
import { StateGlyph, type StateName } from "./State";

interface Option<Value extends string> {
  value: Value;
  word: string;
  count?: number | undefined;
  is?: StateName;
}

interface Props<Value extends string> {
  label: string;
  value: Value;
  onChange(value: Value): void;
  options: readonly Option<Value>[];
}

/** Which of several: one is always chosen. */
export function Seg<Value extends string>({ label, value, onChange, options }: Props<Value>) {
  return (
    <fieldset className="seg">
      <legend className="sr">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.is !== undefined && <StateGlyph is={option.is} />}
          {option.word}
          {option.count !== undefined && <span className="qq">{number(option.count)}</span>}
        </button>
      ))}
    </fieldset>
  );
}
