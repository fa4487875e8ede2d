/** The value of a cookie of the page; null without it, or where the browser refuses to say. */
export function readCookie(name: string): string | null {
  try {
    const pair = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
    return pair ? decodeURIComponent(pair.slice(name.length + 1)) : null;
  } catch {
    return null;
  }
}
