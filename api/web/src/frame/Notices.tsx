import { Link, useRouter } from "@tanstack/react-router";
import { graphql } from "../client/graphql";
import { useLive } from "../client/live";
import { useStore } from "../client/store";
import { Icon } from "../parts/Icon";
import { rooms } from "../rooms";
import { desktop, useDesktop } from "./desktop";

const Unread = graphql(`
  query UnreadNotices($minPosition: Position, $asOf: AsOfInput) {
    notifications(first: 20, minPosition: $minPosition, asOf: $asOf) {
      nodes {
        id
        severity
        title
        body
        subjectId
        raisedAt
        isRead
      }
    }
  }
`);

/** The bell: whether something was told that was not read. */
export function Notices() {
  const { data } = useLive(Unread, {}, ["notification"]);
  const router = useRouter();
  useDesktop(data?.notifications.nodes, useStore(desktop), ({ subjectId }) => {
    void router.navigate({
      to: ".",
      search: (before: Record<string, unknown>) => ({ ...before, open: subjectId, tab: undefined }),
    });
  });
  const unread = data?.notifications.nodes.filter(({ isRead }) => !isRead).length ?? 0;
  const label = unread === 0 ? "Notices" : `Notices, ${unread} new`;
  // A room that isn't there is not shown.
  const room = rooms.find(({ path }) => path === "/notifications");
  return room === undefined ? null : (
    <Link className="icon" to={room.path} aria-label={label} title={label}>
      <Icon name="bell" />
      {unread > 0 && <span className="pip" />}
    </Link>
  );
}
