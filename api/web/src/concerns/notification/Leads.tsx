import { Navigate, useParams } from "@tanstack/react-router";

import { NoSuchRoom } from "../../frame/Broken";
import { kindOf, things } from "../../rooms";

/** Where the link of a message leads, `/playlist/playlist-…`: to the room of that thing, or to its drawer on Home. */
export function Leads() {
  const { kind, id } = useParams({ strict: false }) as { kind: string; id: string };
  if (kindOf(id) !== kind) {
    return <NoSuchRoom />;
  }
  const href = things.get(kind)?.href?.(id);
  return href === undefined ? (
    <Navigate to="/" search={{ open: id } as never} replace />
  ) : (
    <Navigate to={href} replace />
  );
}
