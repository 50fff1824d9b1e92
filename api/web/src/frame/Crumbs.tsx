import { Link } from "@tanstack/react-router";
import { useEffect } from "react";

import { createStore, useStore } from "../client/store";

/** One step of the way to where one is. */
export interface Crumb {
  name: string;
  to?: string;
}

const crumbs = createStore<readonly Crumb[]>([]);

/** Says where one is: the crumbs of the top bar, and the title of the tab. */
export function useCrumbs(...way: Crumb[]): void {
  const key = JSON.stringify(way);
  useEffect(() => {
    const parsed = JSON.parse(key) as Crumb[];
    crumbs.set(parsed);
    document.title = [...parsed.map(({ name }) => name).reverse(), "Mediary"].join(" · ");
  }, [key]);
}

/** The way to where one is. */
export function Crumbs() {
  const way = useStore(crumbs);
  return (
    <ol className="crumbs" aria-label="Where you are">
      {way.map(({ name, to }, index) => (
        <li key={`${to ?? ""} ${name}`} className="cut">
          {index === way.length - 1 || to === undefined ? (
            <b className="cut" aria-current={index === way.length - 1 ? "page" : undefined}>
              {name}
            </b>
          ) : (
            <Link to={to}>{name}</Link>
          )}
        </li>
      ))}
    </ol>
  );
}
