import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { Provider } from "urql";

import { createPageClient } from "./client/client";
import { closeSocket } from "./client/connection";
import { endFeed } from "./client/feed";
import { session } from "./client/session";
import { useStore } from "./client/store";
import { createPageRouter } from "./router";
import { SetUp } from "./session/SetUp";
import { SignIn } from "./session/SignIn";

/** The page: the rooms for whoever is here, and else the way in. */
export function App() {
  const now = useStore(session);
  switch (now.state) {
    case "asking":
      return null;
    case "setup":
      return <SetUp token={now.token} />;
    case "out":
      return <SignIn why={now.why} isSetUp={now.isSetUp} hasAccounts={now.hasAccounts} />;
    default:
      return <Rooms key={now.token ?? now.viewer.name} />;
  }
}

/** The rooms under one session: nothing of the one before is left in them. */
function Rooms() {
  const client = useMemo(createPageClient, []);
  const router = useMemo(createPageRouter, []);
  useEffect(
    () => () => {
      endFeed();
      closeSocket();
    },
    [],
  );
  return (
    <Provider value={client}>
      <RouterProvider router={router} />
    </Provider>
  );
}
