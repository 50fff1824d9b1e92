import { type ReactNode, useId } from "react";
import "./fields.css";

interface Props {
  /** What is asked for. */
  label: string;
  /** What to know about it. */
  hint?: ReactNode;
  /** Whether it takes the whole width of its form. */
  wide?: boolean;
  /** The control; it is given the id that its label names, and what describes it. */
  children: (control: { id: string; "aria-describedby": string | undefined }) => ReactNode;
}

/** A control of a form with its label above it and its hint below. */
export function Field({ label, hint, wide = false, children }: Props) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div className={wide ? "labelled wide" : "labelled"}>
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": hint === undefined ? undefined : hintId })}
      {hint !== undefined && (
        <p id={hintId} className="s q">
          {hint}
        </p>
      )}
    </div>
  );
}
