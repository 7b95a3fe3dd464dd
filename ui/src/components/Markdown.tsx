/** The little of Markdown that models write, as elements; nothing is ever read as HTML. */

import type { ComponentChildren } from "preact";

type Block =
  | { kind: "p" | "quote"; text: string }
  | { kind: "h"; level: number; text: string }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; start: number; items: string[] }
  | { kind: "rule" };

/** Leaves out the front matter, whose facts the credentials panel shows. */
export function withoutFrontMatter(text: string): string {
  return text.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---\r?\n/, "").trim();
}

export function blocks(text: string): Block[] {
  const out: Block[] = [];
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  let para: string[] = [];
  const flush = () => {
    if (para.length > 0) out.push({ kind: "p", text: para.join("\n") });
    para = [];
  };
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i]!;
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^\s*(?:([-*+])|(\d{1,4})[.)、])\s+(.*)$/.exec(line);
    if (/^\s*```/.test(line)) {
      flush();
      const code: string[] = [];
      for (i += 1; i < lines.length && !/^\s*```/.test(lines[i]!); i += 1) code.push(lines[i]!);
      out.push({ kind: "code", text: code.join("\n") });
    } else if (line.trim() === "") {
      flush();
    } else if (heading) {
      flush();
      out.push({ kind: "h", level: heading[1]!.length, text: heading[2]! });
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      flush();
      out.push({ kind: "rule" });
    } else if (item) {
      flush();
      const ordered = item[2] !== undefined;
      const last = out.at(-1);
      if (last?.kind === "list" && last.ordered === ordered) last.items.push(item[3]!);
      else out.push({ kind: "list", ordered, start: Number(item[2] ?? 1), items: [item[3]!] });
    } else if (line.startsWith(">")) {
      flush();
      out.push({ kind: "quote", text: line.replace(/^>\s?/, "") });
    } else {
      para.push(line);
    }
  }
  flush();
  return out;
}

/** Bold, italic and code inside a line. */
function inline(text: string): ComponentChildren[] {
  const parts = text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*|\*[^*\s][^*\n]*\*)/);
  return parts.map((part, i) => {
    if (i % 2 === 0) return part;
    if (part.startsWith("`")) return <code key={i}>{part.slice(1, -1)}</code>;
    if (part.startsWith("**")) return <strong key={i}>{part.slice(2, -2)}</strong>;
    return <em key={i}>{part.slice(1, -1)}</em>;
  });
}

export function Markdown({ text }: { text: string }) {
  return (
    <div class="prose">
      {blocks(text).map((b, i) => {
        switch (b.kind) {
          case "p":
            return <p key={i}>{inline(b.text)}</p>;
          case "quote":
            return <blockquote key={i}>{inline(b.text)}</blockquote>;
          case "h":
            return (
              <p key={i} class={`prose-h prose-h${Math.min(b.level, 3)}`} role="heading" aria-level={Math.min(b.level + 2, 6)}>
                {inline(b.text)}
              </p>
            );
          case "code":
            return (
              <pre key={i} tabIndex={0}>
                <code>{b.text}</code>
              </pre>
            );
          case "list": {
            const items = b.items.map((item, n) => <li key={n}>{inline(item)}</li>);
            return b.ordered ? (
              <ol key={i} start={b.start}>
                {items}
              </ol>
            ) : (
              <ul key={i}>{items}</ul>
            );
          }
          case "rule":
            return <hr key={i} />;
        }
      })}
    </div>
  );
}
