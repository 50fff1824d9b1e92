import { type FormEvent, lazy, Suspense, useId, useState } from "react";

import { useMay } from "../client/act";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

const Found = lazy(() => import("./Found"));

interface Props {
  /** What stands in it already. */
  initial?: string | undefined;
}

/** The address field: paste whatever, and beneath it stands what it is and what can be done with it. */
export function AddressField({ initial = "" }: Props) {
  const [text, setText] = useState(initial);
  const field = useId();
  const may = useMay("follow");
  if (!may.isShown) {
    return null;
  }
  const address = asAddress(text);

  return (
    <>
      <search>
        <form className="field paste" onSubmit={(event: FormEvent) => event.preventDefault()}>
          <Icon name="link" />
          <input
            id={field}
            aria-label="Paste any address"
            placeholder="Paste any address"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {text === "" ? (
            <>
              <span className="qq no-phone">video, list, channel or feed</span>
              <kbd className="no-phone">Ctrl V</kbd>
              <PasteButton onPasted={setText} />
            </>
          ) : (
            <IconButton
              icon="x"
              label="Clear"
              onClick={() => {
                setText("");
                document.getElementById(field)?.focus();
              }}
            />
          )}
        </form>
      </search>
      {address !== null && (
        <Suspense>
          <Found key={address} address={address} off={may.off} />
        </Suspense>
      )}
      {address === null && text.trim() !== "" && (
        <p className="s q under-field" role="status">
          An address begins with http:// or https://, as the address bar of a browser has it.
        </p>
      )}
    </>
  );
}

/** The address that a text is, if it is one; `youtube.com/…` is meant as https. */
export function asAddress(text: string): string | null {
  const trimmed = text.trim();
  const whole = /^https?:\/\//i.test(trimmed)
    ? trimmed
    : /^[\w-]+(\.[\w-]+)+\/\S/.test(trimmed)
      ? `https://${trimmed}`
      : "";
  try {
    const url = new URL(whole);
    return /\s/.test(trimmed) || url.hostname === "" ? null : url.href;
  } catch {
    return null;
  }
}

/** On a phone pasting has a button. */
function PasteButton({ onPasted }: { onPasted(text: string): void }) {
  if (navigator.clipboard?.readText === undefined) {
    return null;
  }
  return (
    <IconButton
      icon="plus"
      label="Paste"
      className="only-phone"
      onClick={async () => onPasted(await navigator.clipboard.readText())}
    />
  );
}
