// What people may do, and what browsers they come by, in words.

/** What a role may do. */
export const ROLES = [
  ["VIEWER", "Viewer", "looks"],
  ["EDITOR", "Editor", "looks, follows, downloads"],
  ["OWNER", "Owner", "everything"],
] as const;

export type RoleName = (typeof ROLES)[number][0];

/** What a permission lets one do: "follow lists". */
const PERMISSIONS: Record<string, string> = {
  read: "look",
  own: "see what is one’s own",
  notice: "dismiss notices",
  follow: "follow lists",
  download: "start downloads",
  operate: "handle jobs",
  schedule: "have things done again and again",
  collect: "keep collections",
  delete: "delete files",
  notify: "say who is told what",
  check: "have things checked",
  check_by_command: "have programs run as checks",
  see_machine: "see how busy the machine is",
  secret: "keep secrets",
  audit: "read the whole record",
  bot: "let people in by a bot",
  configure: "change limits and folders",
  administer: "let people in, and all else",
};

/** A permission as people read it; one that this page does not know yet is shown as the server calls it. */
export function permissionWords(permission: string): string {
  return PERMISSIONS[permission] ?? permission.replaceAll("_", " ");
}

const BROWSERS: readonly [RegExp, string][] = [
  // In this order: most of them also say that they are Chrome or Safari.
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\//, "Chrome"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b|\bMacintosh\b/, "Mac"],
  [/\bLinux\b/, "Linux"],
];

/** What a browser calls itself, as people call it: "Firefox on Linux". What nobody knows is said as it is, cut short. */
export function browserWords(agent: string): string {
  const named = (of: readonly [RegExp, string][]) => of.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = named(BROWSERS);
  const system = named(SYSTEMS);
  if (browser === undefined && system === undefined) {
    const text = agent.trim();
    return text === "" ? "A browser that says nothing of itself" : text.slice(0, 60);
  }
  return [browser ?? "A browser", system].filter((word) => word !== undefined).join(" on ");
}
