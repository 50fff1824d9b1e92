import type { ReactNode } from "react";

import { Logo } from "../frame/Logo";

interface Props {
  title: string;
  children: ReactNode;
}

/** What stands before the rooms: the way in. */
export function Door({ title, children }: Props) {
  return (
    <main className="door" id="main">
      <p className="mark">
        <Logo />
        <span>Mediary</span>
      </p>
      <h1 className="dateline">{title}</h1>
      {children}
    </main>
  );
}
