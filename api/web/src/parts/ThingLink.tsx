import { Link, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Props {
  /** The thing whose drawer it opens. */
  id: string;
  /** The tab that the drawer opens with. */
  tab?: string;
  /** The room that it leads to instead, if the thing has one of its own. */
  href?: string | undefined;
  className?: string;
  children: ReactNode;
}

/** A link to a thing: its drawer beside whatever is shown, or its own room. */
export function ThingLink({ id, tab, href, className = "link", children }: Props) {
  const { pathname } = useLocation();
  if (href !== undefined) {
    return (
      <Link to={href} className={className}>
        {children}
      </Link>
    );
  }
  return (
    <Link
      to={pathname}
      search={(before: Record<string, unknown>) => ({ ...before, open: id, tab })}
      className={className}
      data-thing={id}
    >
      {children}
    </Link>
  );
}
