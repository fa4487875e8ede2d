const said = new Set<string>();

/** A word to whoever builds the page. Never more than once for the same reason. */
export function warn(reason: string): void {
  // biome-ignore lint/suspicious/noConsole: the console is the only place for a word to the page's author.
  if (!said.has(reason)) console.warn(`[chatapp] ${reason}`);
  said.add(reason);
}

/** Runs what belongs to the page. It fails alone: neither the page nor the widget stops. */
export function attempt(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    warn(String(error));
  }
}
