import { Link } from "@tanstack/react-router";

import "./library.css";

const TABS = [
  { to: "/library", word: "Lists" },
  { to: "/library/files", word: "Files" },
  { to: "/library/collections", word: "Collections" },
  { to: "/library/trash", word: "Trash" },
] as const;

/** The parts of the library, beneath its crumbs. */
export function LibraryTabs() {
  return (
    <nav className="seg" aria-label="Library">
      {TABS.map(({ to, word }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ "aria-current": "page" }}
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}
