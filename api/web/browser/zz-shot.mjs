import { readFileSync } from "node:fs";
import { open, startBrowser } from "./zz-browser.mjs";

const token = readFileSync("/tmp/h/q/d/local.token", "utf8").trim();
const { browser, stop } = await startBrowser();
const paths = process.argv.slice(2);
for (const [name, path, theme, width] of paths.map((p) => p.split(","))) {
  const w = await open(browser, "http://127.0.0.1:9301/", path, { theme: theme, width: width, token });
  await w.page.waitForTimeout(2500);
  await w.page.screenshot({ path: `/tmp/h/q/${name}.png` });
  console.log(name, w.faults.slice(0, 5), (await w.axe()).slice(0, 6));
  await w.close();
}
await stop();
