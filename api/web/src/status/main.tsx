import "../styles/fonts.css";
import "../tokens.css";
import "../styles/ground.css";
import "../styles/state.css";
import "../concerns/check/days.css";
import "./status.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Status } from "./Status";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("status.html has no #root");
}
createRoot(root).render(
  <StrictMode>
    <Status />
  </StrictMode>,
);
