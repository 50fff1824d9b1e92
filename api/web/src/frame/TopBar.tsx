import { address } from "../client/base";
import { leave, session } from "../client/session";
import { useStore } from "../client/store";
import { Icon } from "../parts/Icon";
import { Menu, MenuItem, MenuLine } from "../parts/Menu";
import { Crumbs } from "./Crumbs";
import { Notices } from "./Notices";
import { TimePill } from "./TimePill";
import { setTheme, type Theme, theme } from "./theme";

/** The top bar: where one is, when one is, what is new, who one is. */
export function TopBar() {
  return (
    <header className="top">
      <Crumbs />
      <TimePill />
      <Notices />
      <Account />
    </header>
  );
}

const THEMES: readonly [Theme, string][] = [
  ["auto", "Theme of the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

function Account() {
  const now = useStore(session);
  const shown = useStore(theme);
  const name = now.state === "in" ? now.viewer.name : null;
  return (
    <Menu
      items={
        <>
          {THEMES.map(([value, word]) => (
            <MenuItem key={value} checked={shown === value} onSelect={() => setTheme(value)}>
              {word}
            </MenuItem>
          ))}
          <MenuLine />
          <MenuItem icon="out" onSelect={() => location.assign(address("graphql"))}>
            GraphiQL
          </MenuItem>
          <MenuItem icon="key" onSelect={() => void leave()}>
            Sign out
          </MenuItem>
        </>
      }
    >
      <button type="button" className="icon" aria-label={`${name ?? "Signed in by token"}, your account`}>
        <span className="face">{name === null ? <Icon name="key" /> : name.charAt(0).toUpperCase()}</span>
      </button>
    </Menu>
  );
}
