export interface Link {
  href: string;
  text: string;
}

const CANDIDATE = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+|\bmailto:[^\s<>"'`]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
const TRAILING = /[.,;:!?…*_~]+$/;
const SAFE = new Set(["http:", "https:", "mailto:"]);

/** An address at the end of a sentence does not own the full stop, nor a bracket it did not open. */
function withoutTail(address: string): string {
  let trimmed = address;
  for (;;) {
    const shorter = trimmed.replace(TRAILING, "");
    const closes = shorter.endsWith(")") && shorter.split(")").length > shorter.split("(").length;
    const next = closes ? shorter.slice(0, -1) : shorter;
    if (next === trimmed) return trimmed;
    trimmed = next;
  }
}

function address(text: string): string | null {
  const href = /^(?:https?:\/\/|mailto:)/i.test(text)
    ? text
    : text.includes("@") && !/^www\./i.test(text)
      ? `mailto:${text}`
      : `https://${text}`;
  try {
    return SAFE.has(new URL(href).protocol) ? href : null;
  } catch {
    return null;
  }
}

/** A text in pieces: plain strings, and links to http, https and mailto addresses. Joined it is the same text. */
export function findLinks(text: string): (string | Link)[] {
  const pieces: (string | Link)[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const found = withoutTail(match[0]);
    const href = address(found);
    if (!href) continue;
    const at = match.index ?? 0;
    if (at > from) pieces.push(text.slice(from, at));
    pieces.push({ href, text: found });
    from = at + found.length;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}
