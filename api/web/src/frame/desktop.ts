// Notices on the desktop while the page is open, for whoever asked for them by a button. The choice is of this browser.

import { useEffect, useRef } from "react";

import { staysWhileHidden } from "../client/connection";
import { createStore } from "../client/store";

/** How it stands with notices on the desktop. */
export type Desktop =
  /** This browser shows none. */
  | "none"
  /** Nobody asked for them. */
  | "off"
  | "on"
  /** The browser was told to show none of this page. */
  | "denied";

const KEY = "mediary.desktop";

export const desktop = createStore<Desktop>(begin());
staysWhileHidden.set(desktop.get() === "on");

function begin(): Desktop {
  // A page that came by plain HTTP from elsewhere may show none.
  if (globalThis.Notification === undefined || !globalThis.isSecureContext) {
    return "none";
  }
  if (Notification.permission === "denied") {
    return "denied";
  }
  return Notification.permission === "granted" && localStorage.getItem(KEY) === "on" ? "on" : "off";
}

/** Turns them on, for which the browser asks; called by a button and by nothing else. */
export async function turnOn(): Promise<void> {
  const permission = await Notification.requestPermission();
  if (permission === "granted") {
    localStorage.setItem(KEY, "on");
  }
  set(permission === "granted" ? "on" : permission === "denied" ? "denied" : "off");
}

/** Turns them off. */
export function turnOff(): void {
  localStorage.removeItem(KEY);
  set("off");
}

function set(next: Desktop): void {
  desktop.set(next);
  // A hidden page lets go of the server else, and would hear of nothing.
  staysWhileHidden.set(next === "on");
}

/** A notice, as far as a desktop shows it. */
export interface Said {
  id: string;
  severity: "INFO" | "WARNING" | "ERROR" | "URGENT";
  title: string;
  body: string | null;
  subjectId: string;
  raisedAt: string;
  isRead: boolean;
}

/**
 * What a desktop is to show: what was said after `since` (milliseconds since 1970), was not read elsewhere, and is more than
 * something to know. The last first; at most three, since the bell has the rest.
 */
export function toShow<Notice extends Said>(notices: readonly Notice[], since: number): readonly Notice[] {
  return notices
    .filter(
      ({ severity, raisedAt, isRead }) => !isRead && severity !== "INFO" && Date.parse(raisedAt) > since,
    )
    .sort((one, other) => Date.parse(other.raisedAt) - Date.parse(one.raisedAt))
    .slice(0, 3);
}

/** The moment that was told last, so that nothing is told twice: none before the first answer. */
export function lastSaid(notices: readonly Pick<Said, "raisedAt">[], before: number): number {
  return Math.max(before, ...notices.map(({ raisedAt }) => Date.parse(raisedAt)));
}

/** Shows on the desktop what is said from now on, if somebody wants that; `onOpen` is called when one is clicked. */
export function useDesktop(
  notices: readonly Said[] | undefined,
  is: Desktop,
  onOpen: (notice: Said) => void,
): void {
  const since = useRef<number>(undefined);
  const open = useRef(onOpen);
  open.current = onOpen;
  useEffect(() => {
    if (notices === undefined) {
      return;
    }
    // What was there when the page was opened is nothing new.
    const before = since.current;
    since.current = lastSaid(notices, before ?? 0);
    if (is !== "on" || before === undefined || document.hasFocus()) {
      return;
    }
    for (const notice of toShow(notices, before)) {
      try {
        // The same notice said anew takes the place of the one before.
        const shown = new Notification(notice.title, { body: plain(notice.body ?? ""), tag: notice.id });
        shown.onclick = () => {
          window.focus();
          shown.close();
          open.current(notice);
        };
      } catch {
        // Some phones let only service workers show them; the bell has it.
      }
    }
  }, [notices, is]);
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}
