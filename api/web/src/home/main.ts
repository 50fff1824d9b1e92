// What there is to do until there is a page: the server's state, and commands to copy.

import { askReadiness, type Readiness } from "./readiness";

/** How often a page that is looked at asks again. */
const ASK_EVERY_MS = 5000;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`the page has no element ${id}`);
  }
  return found;
}

function show(readiness: Readiness): void {
  element("status").dataset.state = readiness.state;
  // The text is set only when it changes: it is read aloud.
  const word = element("status-word");
  if (word.textContent !== readiness.word) {
    word.textContent = readiness.word;
  }
  const detail = element("status-detail");
  detail.textContent = readiness.detail;
  detail.hidden = readiness.detail === "";
}

async function watchReadiness(): Promise<void> {
  if (document.visibilityState === "visible") {
    show(await askReadiness(fetch));
  }
  setTimeout(watchReadiness, ASK_EVERY_MS);
}

function addCopyButton(command: HTMLElement): void {
  const text = command.textContent ?? "";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${text}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  });
  command.append(button);
}

// Browsers give the clipboard to pages of https and of this machine only.
if (navigator.clipboard !== undefined) {
  document.querySelectorAll<HTMLElement>(".command").forEach(addCopyButton);
}
void watchReadiness();
