import { type ButtonHTMLAttributes, type ReactNode, useId } from "react";

import { Icon } from "./Icon";
import type { IconName } from "./icons";
import { Tip } from "./Tip";

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  /** `main` is the one filled button of a view; `bad` only stands at the foot of a plan. */
  look?: "main" | "bad" | "bare" | undefined;
  small?: boolean;
  icon?: IconName | undefined;
  /** Why it can't be pressed now, in words; then it is off. */
  off?: string | undefined;
  /** What it says while it does what it was asked to. */
  running?: string | false | undefined;
  children: ReactNode;
}

/** A button: says why it is off, and says what it does while it does it. */
export function Button({ look, small, icon, off, running, children, className, ...rest }: Props) {
  const reason = useId();
  const isRunning = typeof running === "string";
  // Whoever steers by voice says what stands there, so that it is part of the name while it runs, too (WCAG 2.5.3).
  const label = rest["aria-label"];
  const spoken = isRunning && label !== undefined ? `${running} ${label}` : label;
  const classes = ["btn", look, small && "small", className].filter(Boolean).join(" ");
  const button = (
    <button
      type="button"
      {...rest}
      aria-label={spoken}
      className={classes}
      aria-disabled={off !== undefined || isRunning || undefined}
      aria-describedby={off === undefined ? undefined : reason}
      onClick={(event) => {
        if (off !== undefined || isRunning) {
          event.preventDefault();
        } else {
          rest.onClick?.(event);
        }
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      {isRunning ? running : children}
      {off !== undefined && (
        <span id={reason} className="sr">
          {off}
        </span>
      )}
    </button>
  );
  return off === undefined ? button : <Tip says={off}>{button}</Tip>;
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** What it does, for readers and as its tooltip. */
  label: string;
  children?: ReactNode;
}

/** A button that is an icon. */
export function IconButton({ icon, label, children, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      className={className === undefined ? "icon" : `icon ${className}`}
      aria-label={label}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}
