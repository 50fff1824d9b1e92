import type { ReactNode } from "react";

import { Glyph } from "./Icon";
import { Picture } from "./Picture";
import { type StateName, states } from "./State";
import { ThingLink } from "./ThingLink";

interface Props {
  id: string;
  /** What its picture is drawn from, if not from itself: the item, which has one picture in every list. */
  picture?: string;
  title: string;
  /** One line of facts. */
  facts?: ReactNode;
  /** The length, bottom right: 48:12. */
  length?: string | undefined;
  /** One sign, top left: a state and its word. */
  sign?: { is: StateName; word: string } | undefined;
  /** Where it leads; its drawer if it is left out. */
  href?: string;
  src?: string | null;
}

/** A tile of the library: picture, two lines of name, one of facts. */
export function Tile({ id, picture = id, title, facts, length, sign, href, src }: Props) {
  return (
    <ThingLink id={id} href={href} className="tile">
      <span className="pic">
        <Picture id={picture} src={src} className="" />
        {sign !== undefined && (
          <span className="sg">
            <Glyph name={states[sign.is].glyph} />
            {sign.word}
          </span>
        )}
        {length !== undefined && <span className="len">{length}</span>}
      </span>
      <span className="tt two">{title}</span>
      {facts !== undefined && <span className="meta">{facts}</span>}
    </ThingLink>
  );
}

/** The dashed row of what was never kept: no picture, since there is none. */
export function NeverKept({ id, title, facts }: Pick<Props, "id" | "title" | "facts">) {
  return (
    <ThingLink id={id} className="hit">
      <span className="th ghost">
        <Glyph name="gone" />
      </span>
      <span className="grow">
        <span className="two name">{title}</span>
        <span className="s q block">{facts}</span>
      </span>
    </ThingLink>
  );
}
