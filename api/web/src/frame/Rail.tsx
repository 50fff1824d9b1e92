import { Link } from "@tanstack/react-router";

import { session } from "../client/session";
import { useStore } from "../client/store";
import { Icon } from "../parts/Icon";
import { type Room, rooms } from "../rooms";
import { Engines } from "./Engines";
import { Logo } from "./Logo";
import { openPalette } from "./Palette";

/** The rail: every room that there is, and none that there isn't. */
export function Rail() {
  const seen = useSeenRooms();
  return (
    <nav className="rail" aria-label="Main">
      <Link className="mark" to="/">
        <Logo />
        <span>Mediary</span>
      </Link>
      <button type="button" className="find" onClick={openPalette}>
        <Icon name="search" />
        <span className="grow">Search or do</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className="nav">
        {seen
          .filter((room) => room.stands === undefined)
          .map((room) => (
            <RoomLink key={room.path} room={room} />
          ))}
      </div>
      <div className="foot">
        <div className="nav">
          {seen
            .filter((room) => room.stands === "foot")
            .map((room) => (
              <RoomLink key={room.path} room={room} />
            ))}
        </div>
        <Engines />
      </div>
    </nav>
  );
}

/** The bottom bar of a phone: three rooms, and the rest behind "More". */
export function BottomBar() {
  const seen = useSeenRooms().filter((room) => room.onPhone === true);
  return (
    <nav className="bar" aria-label="Main, phone">
      {seen.slice(0, 3).map((room) => (
        <RoomLink key={room.path} room={room} />
      ))}
      <button type="button" onClick={openPalette}>
        <Icon name="more" />
        More
      </button>
    </nav>
  );
}

/** The rooms that whoever is here may go to. */
export function useSeenRooms(): readonly Room[] {
  const now = useStore(session);
  const permissions = now.state === "in" ? now.viewer.permissions : [];
  return rooms.filter(
    ({ stands, needs }) =>
      stands !== "none" && (needs === undefined || permissions === null || permissions.includes(needs)),
  );
}

function RoomLink({ room }: { room: Room }) {
  return (
    <Link
      to={room.path}
      activeOptions={{ exact: room.path === "/", includeSearch: false }}
      activeProps={{ "aria-current": "page" }}
      title={room.name}
    >
      <Icon name={room.icon} />
      <span>{room.name}</span>
      {room.useCount !== undefined && <Count of={room.useCount} />}
    </Link>
  );
}

function Count({ of: useCount }: { of: () => number }) {
  const count = useCount();
  return count === 0 ? null : (
    <b className="n">
      {count}
      <span className="sr"> need you</span>
    </b>
  );
}
