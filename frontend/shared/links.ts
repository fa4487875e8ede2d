/** A piece of a text: words, or an address that may be followed. */
export type Piece = { text: string; href: string | null };

// Only what is safe to follow is looked for: a script address stays text whatever it looks like.
const ADDRESS =
  /\bhttps?:\/\/[^\s<>"']+|\bwww\.[^\s<>"'.]+\.[^\s<>"']+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi;
const CLOSERS: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** Takes the sentence's own punctuation off an address; a bracket stays if it was opened inside. */
function trim(address: string): string {
  let end = address.length;
  while (end > 0) {
    const last = address.charAt(end - 1);
    const opener = CLOSERS[last];
    const body = address.slice(0, end);
    const isUnbalanced = opener !== undefined && body.split(last).length > body.split(opener).length;
    if (!/[.,;:!?…*_~'"»”’]/.test(last) && !isUnbalanced) break;
    end -= 1;
  }
  return address.slice(0, end);
}

function target(address: string): string | null {
  const isMail = !/^(https?:\/\/|www\.)/i.test(address);
  const href = isMail ? `mailto:${address}` : /^www\./i.test(address) ? `https://${address}` : address;
  try {
    const { protocol } = new URL(href);
    return protocol === "http:" || protocol === "https:" || protocol === "mailto:" ? href : null;
  } catch {
    return null;
  }
}

/** Splits a text into words and addresses (http, https, mailto). Joined again it is the same text. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trim(match[0]);
    const href = target(address);
    if (!href) continue;
    if (match.index > done) found.push({ text: text.slice(done, match.index), href: null });
    found.push({ text: address, href });
    done = match.index + address.length;
  }
  if (done < text.length) found.push({ text: text.slice(done), href: null });
  return found;
}
