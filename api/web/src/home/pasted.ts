// What stands in the address field already: what was pasted elsewhere, or what another app shared with the installed page.

/** The address that Home's own address brings. A shared one comes as `url`, or by many apps within a text. */
export function pasted(search: Record<string, unknown>): string | undefined {
  const text = (key: string) => {
    const value = search[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return text("paste") ?? text("url") ?? addressIn(text("text")) ?? addressIn(text("title")) ?? text("text");
}

/** The first address within a text. */
function addressIn(text: string | undefined): string | undefined {
  return /https?:\/\/[^\s<>"]+/i.exec(text ?? "")?.[0].replace(/[).,;!?]+$/, "");
}
