import { useState } from "react";

import { Button } from "./Button";
import "./fields.css";

interface Props {
  /** What it is, and that it isn't shown again. */
  says: string;
  /** What is shown this once. */
  value: string;
  onDone(): void;
}

/** Something that is shown once and stored nowhere. */
export function Once({ says, value, onDone }: Props) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="once" role="status">
      <b>{says}</b>
      <code className="proof">{value}</code>
      {navigator.clipboard !== undefined && (
        <Button
          small
          icon="copy"
          onClick={async () => {
            await navigator.clipboard.writeText(value);
            setCopied(true);
          }}
        >
          {isCopied ? "Copied" : "Copy"}
        </Button>
      )}{" "}
      <Button small look="bare" onClick={onDone}>
        I have it
      </Button>
    </div>
  );
}
