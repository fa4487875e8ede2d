import type { Page } from "../../shared/wire";

/** Scheme and host of where the visitor came from; empty on the site's own next page. */
function cameFrom(referrer: string): string {
  const [site = ""] = /^https?:\/\/[^/?#]+/.exec(referrer) ?? [];
  return site === location.origin ? "" : site;
}

/** This page and the site before it, as far as the account collects that: the rest is not read (S24). */
export function visited(collects: readonly string[]): Page {
  const isTold = collects.includes("pages");
  return {
    // What follows # belongs to the page and may be a secret of its own.
    url: isTold ? location.href.replace(/#.*/, "").slice(0, 2000) : "",
    title: isTold ? document.title.slice(0, 300) : "",
    referrer: collects.includes("referrer") ? cameFrom(document.referrer) : "",
  };
}
