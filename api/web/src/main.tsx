import "./styles/index.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { findSession } from "./client/session";
import { showTheme } from "./frame/theme";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no #root");
}
// Browsers find it again after each step of the router: an address that goes by the depth of the first page would be wrong then.
for (const icon of document.querySelectorAll<HTMLLinkElement>("link[rel=icon]")) {
  icon.setAttribute("href", icon.href);
}
showTheme();
void findSession();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
