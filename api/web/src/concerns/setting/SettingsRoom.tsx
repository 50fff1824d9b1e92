import { Link, useNavigate, useSearch } from "@tanstack/react-router";

import { session } from "../../client/session";
import { useStore } from "../../client/store";
import { useCrumbs } from "../../frame/Crumbs";
import { MayNot } from "../../parts/states";
import { parts } from "./parts";
import type { SettingsSearch } from "./room";
import "../../styles/forms.css";
import "./settings.css";

/** What can be set, part by part; who may not change a part doesn't see it. */
export function SettingsRoom() {
  const { part: wanted } = useSearch({ strict: false }) as SettingsSearch;
  const navigate = useNavigate();
  const now = useStore(session);
  const permissions = now.state === "in" ? now.viewer.permissions : [];
  const seen = parts.filter(({ needs }) => permissions === null || permissions.includes(needs));
  const part = seen.find(({ key }) => key === wanted) ?? seen[0];
  const isDenied = part?.key !== wanted && parts.some(({ key }) => key === wanted);
  useCrumbs({ name: "Settings", to: "/settings" }, ...(part === undefined ? [] : [{ name: part.name }]));
  if (isDenied) {
    return (
      <main id="main">
        <MayNot isPage />
      </main>
    );
  }
  if (part === undefined) {
    return (
      <main id="main">
        <h1 className="sr">Settings</h1>
        <MayNot title="There is nothing here that you may set." />
      </main>
    );
  }
  return (
    <main id="main">
      <div className="settings">
        <select
          className="settings-part only-phone"
          aria-label="Part of the settings"
          value={part.key}
          onChange={(event) => {
            const { value } = event.currentTarget;
            void navigate({
              to: "/settings",
              search: (before: Record<string, unknown>) => ({ at: before.at, part: value }) as never,
            });
          }}
        >
          {seen.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
        <nav aria-label="Parts of the settings" className="no-phone">
          {seen.map(({ key, name }) => (
            <Link
              key={key}
              to="/settings"
              search={(before: Record<string, unknown>) => ({ at: before.at, part: key })}
              aria-current={key === part.key ? "page" : undefined}
            >
              {name}
            </Link>
          ))}
        </nav>
        <section aria-labelledby="settings-part">
          <h1 id="settings-part">{part.name}</h1>
          <p className="q about">{part.about}</p>
          <part.Part key={part.key} />
        </section>
      </div>
    </main>
  );
}
