import "graphiql/style.css";
import "./graphiql.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("the page has no element root");
}
const browser = { location: window.location, history: window.history, storage: window.sessionStorage };
createRoot(root).render(
  <StrictMode>
    <App browser={browser} />
  </StrictMode>,
);
