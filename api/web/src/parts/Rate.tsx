interface Props {
  /** From 0 to 1; unknown if it is undefined. */
  of: number | undefined;
  label?: string;
}

/** A hairline that tells how far something is. */
export function Hair({ of, label }: Props) {
  const share = Math.max(0, Math.min(1, of ?? 0));
  const said =
    label === undefined
      ? { "aria-hidden": true }
      : {
          role: "progressbar",
          "aria-label": label,
          "aria-valuemin": 0,
          "aria-valuemax": 100,
          ...(of === undefined ? {} : { "aria-valuenow": Math.round(share * 100) }),
        };
  return (
    <span className="hair" {...said}>
      <i style={{ transform: `scaleX(${share})` }} />
    </span>
  );
}

/** A bar of how much of something is used. */
export function Meter({ of, label, ours = false }: { of: number; label: string; ours?: boolean }) {
  const percent = Math.round(Math.max(0, Math.min(1, of)) * 100);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a `meter` element can't be drawn alike by all browsers.
    <div
      className={ours ? "meter ok" : "meter"}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}
