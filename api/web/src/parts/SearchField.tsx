import { useEffect, useState } from "react";

import { Icon } from "./Icon";

interface Props {
  label: string;
  value: string | undefined;
  onChange(value: string | undefined): void;
}

const PAUSE_MS = 250;

/** A field that filters what is beneath it; what it says stands in the address once one pauses. */
export function SearchField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  useEffect(() => {
    const wanted = text.trim() === "" ? undefined : text.trim();
    if (wanted === value) {
      return;
    }
    const timer = setTimeout(() => onChange(wanted), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <search className="field search-field">
      <Icon name="search" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
      />
    </search>
  );
}
