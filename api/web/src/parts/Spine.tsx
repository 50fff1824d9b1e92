import type { ReactNode } from "react";

interface SpineProps {
  /** `numbers` and `times` are the margins of a drawer, `next` that of what comes next. */
  margin?: "numbers" | "times" | "next";
  label?: string;
  children: ReactNode;
}

/** The spine: time stands in the margin, and whatever happened hangs on a line. */
export function Spine({ margin, label, children }: SpineProps) {
  return (
    <ol className={margin === undefined ? "spine" : `spine margin-${margin}`} aria-label={label}>
      {children}
    </ol>
  );
}

interface EventProps {
  /** What stands in the margin: a time, or a number of a chain. */
  time?: ReactNode;
  /** The moment itself, for machines. */
  dateTime?: string | undefined;
  /** Past is solid, now is blue, next is dotted. */
  tense?: "now" | "next";
  first?: boolean;
  last?: boolean;
  /** A glyph; a dot if there is none. */
  node?: ReactNode;
  children: ReactNode;
}

/** One thing on the spine. */
export function Event({ time, dateTime, tense, first, last, node, children }: EventProps) {
  return (
    <li className={classes("ev", tense, first && "first", last && "last")}>
      {time === undefined ? <span className="when" /> : <time dateTime={dateTime}>{time}</time>}
      <span className="nd">{node ?? (tense === "now" ? null : <i className="dot" />)}</span>
      <div className="in">{children}</div>
    </li>
  );
}

interface DayProps extends Pick<EventProps, "tense" | "first" | "node"> {
  title: ReactNode;
  /** What it comes to: "18 entries". */
  note?: ReactNode;
  end?: ReactNode;
}

/** A day of the spine: a heading in the record voice. */
export function Day({ title, note, end, tense, first, node }: DayProps) {
  return (
    <li className={classes("ev day", tense, first && "first")}>
      <span className="when" />
      <span className="nd">{node}</span>
      <div className="in">
        <h2>{title}</h2>
        {note !== undefined && <span className="qq">{note}</span>}
        {end !== undefined && <span className="end">{end}</span>}
      </div>
    </li>
  );
}

interface SaidProps {
  /** What happened, in the record voice. */
  children: ReactNode;
  /** Its evidence, in small. */
  evidence?: ReactNode;
}

/** What happened, and its evidence beneath. */
export function Said({ children, evidence }: SaidProps) {
  return (
    <>
      <p className="say">{children}</p>
      {evidence !== undefined && <p className="s">{evidence}</p>}
    </>
  );
}

function classes(...names: (string | false | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}
