// Markdown of an issue body -> one HTML page that looks like GitHub's issue view.
//   node render.mjs ISSUE.md PAGE.html [ABOUT.json]     ABOUT holds {"title", "labels"}
// GitHub renders a single newline in issues as a line break (remark-breaks), drops comments,
// sanitises HTML and draws mermaid; the stylesheet is GitHub's own as a package.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { unified } from "unified";
import remarkParse from "remark-parse";
import remarkGfm from "remark-gfm";
import remarkBreaks from "remark-breaks";
import { remarkAlert } from "remark-github-blockquote-alert";
import remarkRehype from "remark-rehype";
import rehypeRaw from "rehype-raw";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import rehypeHighlight from "rehype-highlight";
import rehypeStringify from "rehype-stringify";

const here = path.dirname(fileURLToPath(import.meta.url));
const asset = (name) => fs.readFileSync(path.join(here, "node_modules", name), "utf8");

const schema = {
  ...defaultSchema,
  tagNames: [...defaultSchema.tagNames, "svg", "path"],
  attributes: {
    ...defaultSchema.attributes,
    "*": [...(defaultSchema.attributes["*"] ?? []), "className"],
    details: ["open"],
    svg: ["viewBox", "width", "height", "ariaHidden", "className"],
    path: ["d"],
  },
};

const [source, target, about] = process.argv.slice(2);
if (!source || !target) {
  console.error("usage: node render.mjs ISSUE.md PAGE.html [ABOUT.json]");
  process.exit(2);
}
const { title = "", labels = [] } = about ? JSON.parse(fs.readFileSync(about, "utf8")) : {};

const article = String(
  await unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(remarkBreaks)
    .use(remarkAlert)
    .use(remarkRehype, { allowDangerousHtml: true })
    .use(rehypeRaw)
    .use(rehypeSanitize, schema)
    .use(rehypeHighlight, { plainText: ["text", "mermaid"] })
    .use(rehypeStringify)
    .process(fs.readFileSync(source, "utf8")),
);

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const drawsPictures = article.includes("language-mermaid");
const mermaid = drawsPictures
  ? `<script>${asset("mermaid/dist/mermaid.min.js").replaceAll("</script", "<\\/script")}</script>
<script>
  document.querySelectorAll("code.language-mermaid").forEach((code) => {
    const picture = document.createElement("div");
    picture.className = "mermaid";
    picture.textContent = code.textContent;
    code.parentElement.replaceWith(picture);
  });
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: "default" });
  mermaid.run().then(() => (document.body.dataset.ready = "yes"));
</script>`
  : "";

// As incident_bot/tracker/labels.py colours them.
const colours = { "production-alert": "b60205", "ai-analysis": "5319e7", critical: "d93f0b", warning: "fbca04", info: "c5def5" };
const pill = (label) => {
  const colour = colours[label] ?? "bfd4f2";
  const brightness = [0, 2, 4].reduce((sum, at) => sum + parseInt(colour.slice(at, at + 2), 16), 0);
  return `<span class="label" style="background:#${colour};color:${brightness > 420 ? "#1f2328" : "#fff"}">${escape(label)}</span>`;
};
const header = title ? `<header><div>${escape(title)}</div>${labels.map(pill).join(" ")}</header>` : "";

fs.writeFileSync(
  target,
  `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title || path.basename(source))}</title>
<style>${asset("github-markdown-css/github-markdown-light.css")}</style>
<style>${asset("highlight.js/styles/github.css")}</style>
<style>
  body { margin: 0; background: #fff; }
  header { font: 400 26px/1.25 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; padding: 20px 24px 4px; max-width: 912px; margin: 0 auto; box-sizing: border-box; color: #1f2328; overflow-wrap: anywhere; }
  header div { margin-bottom: 8px; }
  .label { display: inline-block; font-size: 12px; font-weight: 500; line-height: 18px; padding: 0 8px; border-radius: 10px; }
  .markdown-body { box-sizing: border-box; max-width: 912px; margin: 0 auto; padding: 16px 24px 32px; font-size: 14px; }
  .markdown-body pre { font-size: 12px; }
  .markdown-body .task-list-item { list-style: none; }
  .markdown-body pre code.hljs { padding: 0; background: none; }
  .markdown-body .task-list-item input { margin: 0 6px 0 -20px; }
  .markdown-alert-title { font-weight: 500; }
  .markdown-alert-title svg { margin-right: 8px; }
  .mermaid { text-align: center; margin: 0 0 16px; border: 1px solid #d1d9e0; border-radius: 6px; padding: 12px; }
  .mermaid svg { max-width: 100%; }
</style>
${header}
<article class="markdown-body">${article}</article>
${mermaid}
`,
);
