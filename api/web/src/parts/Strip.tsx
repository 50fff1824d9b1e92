import type { ReactNode } from "react";

import { Glyph } from "./Icon";

interface Props {
  tone: "warn" | "bad";
  /** One cause, in one sentence. */
  title: ReactNode;
  /** What is safe, and how many causes more there are. */
  children?: ReactNode;
  /** Two verbs: Why, Open. */
  acts?: ReactNode;
}

/** The incident strip: one, never two; none where nothing is wrong. */
export function Strip({ tone, title, children, acts }: Props) {
  return (
    <section className={tone === "bad" ? "strip bad" : "strip"} aria-label="Needs you">
      <Glyph name={tone === "bad" ? "bad" : "warn"} />
      <p className="grow">
        <b className="b">{title}</b> {children !== undefined && <span className="q">{children}</span>}
      </p>
      {acts !== undefined && <span className="acts">{acts}</span>}
    </section>
  );
}
