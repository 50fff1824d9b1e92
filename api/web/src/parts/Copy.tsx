import { useState } from "react";
import { Button } from "./Button";
import type { IconName } from "./icons";

interface Props {
  /** What is copied, or what says it when it is. */
  text: string | (() => string);
  children?: string;
  icon?: IconName;
  isBare?: boolean;
}

/** Puts a text where it can be pasted from; nothing where the browser lets no page do that. */
export function Copy({ text, children = "Copy", icon = "copy", isBare = false }: Props) {
  const [isCopied, setCopied] = useState(false);
  if (navigator.clipboard === undefined) {
    return null;
  }
  return (
    <Button
      small
      icon={icon}
      {...(isBare && { look: "bare" as const })}
      onClick={async () => {
        await navigator.clipboard.writeText(typeof text === "string" ? text : text());
        setCopied(true);
      }}
    >
      {isCopied ? "Copied" : children}
    </Button>
  );
}
