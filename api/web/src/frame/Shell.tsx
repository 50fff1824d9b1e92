import { Outlet, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { EverySearch } from "../client/tense";
import { Loading } from "../parts/states";
import { UndoChips } from "../parts/UndoChip";
import { Band } from "./Band";
import { Palette } from "./Palette";
import { BottomBar, Rail } from "./Rail";
import { TopBar } from "./TopBar";

const Drawer = lazy(() => import("../drawer/Drawer").then((module) => ({ default: module.Drawer })));

/** The frame: rail, top bar, the room, the drawer, the bottom bar of a phone. */
export function Shell() {
  const { open } = useSearch({ strict: false }) as EverySearch;
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <div className="app">
        <Rail />
        <div className="side">
          <TopBar />
          <Band />
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </div>
      </div>
      {open !== undefined && (
        <Suspense>
          <Drawer />
        </Suspense>
      )}
      <UndoChips />
      <BottomBar />
      <Palette />
    </>
  );
}

function Waiting() {
  return (
    <main id="main">
      <Loading />
    </main>
  );
}
