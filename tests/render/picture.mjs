// An issue body as PNG, as GitHub shows it, in a real browser.
//   node picture.mjs ISSUE.md OUT.png [WIDTH] [--open] [--height PIXELS]
// Title and labels come from ISSUE.json beside it, where the folder tracker writes them.
// --open unfolds every <details>; --height cuts the picture, by default it is as high as the page.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const [issue, out, ...rest] = process.argv.slice(2);
if (!issue || !out) {
  console.error("usage: node picture.mjs ISSUE.md OUT.png [WIDTH] [--open] [--height PIXELS]");
  process.exit(2);
}
const option = (name) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : "");
const width = Number(/^\d+$/.test(rest[0] ?? "") ? rest[0] : 960);

const browser = [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    return name && execFileSync(name, ["--version"], { stdio: "ignore" }) === null;
  } catch {
    return false;
  }
});
if (!browser) {
  console.error("no browser found\nhint: install chromium, or set CHROMIUM to one.");
  process.exit(3);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "incident-bot-picture-"));
try {
  let text = fs.readFileSync(issue, "utf8");
  if (rest.includes("--open")) text = text.replaceAll(/^<details>$/gm, "<details open>");
  const body = path.join(folder, "issue.md");
  const page = path.join(folder, "page.html");
  fs.writeFileSync(body, text);
  const meta = issue.replace(/\.md$/, ".json");
  const about = meta !== issue && fs.existsSync(meta) ? [meta] : [];
  execFileSync(process.execPath, [path.join(here, "render.mjs"), body, page, ...about]);

  const flags = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", `--user-data-dir=${folder}/profile`,
    "--virtual-time-budget=8000",
  ];
  const quiet = { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 64 * 1024 * 1024 };
  const url = pathToFileURL(page).href;
  const height = Number(option("--height")) || measure();
  execFileSync(browser, [...flags, `--window-size=${Math.max(width, 500)},${height}`, `--screenshot=${path.resolve(out)}`, url], quiet);

  // The page writes its own height into its title, which --dump-dom prints.
  function measure() {
    const measured = path.join(folder, "measured.html");
    const script = `<script>setTimeout(() => { document.title = "height " + document.documentElement.scrollHeight; }, 4000);</script>`;
    fs.writeFileSync(measured, fs.readFileSync(page, "utf8") + script);
    const dom = execFileSync(
      browser, [...flags, `--window-size=${Math.max(width, 500)},800`, "--dump-dom", pathToFileURL(measured).href], quiet,
    ).toString();
    return Math.min(Number(/<title>height (\d+)<\/title>/.exec(dom)?.[1] ?? 3000), 16000);
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
