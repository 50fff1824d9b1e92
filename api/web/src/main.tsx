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
showTheme();
void findSession();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
