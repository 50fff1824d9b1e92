import { Link } from "@tanstack/react-router";
import { graphql } from "../client/graphql";
import { useLive } from "../client/live";
import { Icon } from "../parts/Icon";
import { rooms } from "../rooms";

const Unread = graphql(`
  query UnreadNotices($minPosition: Position, $asOf: AsOfInput) {
    notifications(first: 20, minPosition: $minPosition, asOf: $asOf) {
      nodes {
        id
        isRead
      }
    }
  }
`);

/** The bell: whether something was told that was not read. */
export function Notices() {
  const { data } = useLive(Unread, {}, ["notification"]);
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
