import { ThingLink } from "../parts/ThingLink";

interface Props {
  /** What the server says of an event: a sentence with names in quotes. */
  says: string;
  /** The thing that it happened to. */
  stream: string;
  /** Whether its first name is a link; not within a link. */
  linked?: boolean;
}

/** A name in quotes, which may have apostrophes of its own. */
const NAME = /(^|\s)'(.+?)'(?=[\s,.:;)]|$)/;

/** The sentence in its parts: before the first name, the name, and what follows. */
export function partsOf(says: string): { before: string; name: string | null; after: string } {
  // Whoever reads knows whose diary it is.
  const bare = says.replace(/^Mediary /, "");
  const text = bare.charAt(0).toUpperCase() + bare.slice(1);
  const named = NAME.exec(text);
  if (named === null) {
    return { before: text, name: null, after: "" };
  }
  const [whole, space = "", name = ""] = named;
  const rest = text.slice(named.index + whole.length);
  return {
    before: text.slice(0, named.index) + space,
    name,
    after: quoted(rest),
  };
}

/** An id behind a name, which programs need and people don't. */
const ID = / \([a-z_]+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\)/g;

/** A text of the server whose names stand in quotes as people write them. */
export function quoted(text: string): string {
  return text.replace(ID, "").replace(new RegExp(NAME, "g"), "$1“$2”");
}

/** What happened as a sentence, in which the first name is a link to the thing. */
export function Told({ says, stream, linked = true }: Props) {
  const { before, name, after } = partsOf(says);
  const stop = /[.!?]$/.test(after === "" ? (name ?? before) : after) ? "" : ".";
  if (name === null) {
    return linked ? <ThingLink id={stream}>{`${before}${stop}`}</ThingLink> : `${before}${stop}`;
  }
  return (
    <>
      {before}
      {linked ? <ThingLink id={stream}>{name}</ThingLink> : `“${name}”`}
      {after}
      {stop}
    </>
  );
}
