// Markdown of an issue body -> one HTML page that looks like GitHub's issue view.
//   node render.mjs ISSUE.md PAGE.html [--title TEXT]
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

const [source, target, ...options] = process.argv.slice(2);
if (!source || !target) {
  console.error("usage: node render.mjs ISSUE.md PAGE.html [--title TEXT]");
  process.exit(2);
}
const title = options[0] === "--title" ? options[1] : "";

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

fs.writeFileSync(
  target,
  `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title || path.basename(source))}</title>
<style>${asset("github-markdown-css/github-markdown-light.css")}</style>
<style>${asset("highlight.js/styles/github.css")}</style>
<style>
  body { margin: 0; background: #fff; }
  header { font: 400 26px/1.25 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; padding: 20px 24px 4px; max-width: 912px; margin: 0 auto; box-sizing: border-box; color: #1f2328; overflow-wrap: anywhere; }
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
${title ? `<header>${escape(title)}</header>` : ""}
<article class="markdown-body">${article}</article>
${mermaid}
`,
);
