import type { ComponentType } from "preact";
import type { Surroundings } from "./context";

interface Script<Props> {
  load: (surroundings: Surroundings) => Promise<ComponentType<Props>>;
}

let failures = 0;

/** A part of the chat that is fetched when it is needed. Rejects when it does not come. */
export async function later<Props>(
  address: string,
  surroundings: Surroundings,
): Promise<ComponentType<Props>> {
  try {
    // Browsers remember a script that failed to come: each try has an address of its own.
    const script: Script<Props> = await import(failures ? `${address}?${failures}` : address);
    return await script.load(surroundings);
  } catch (error) {
    failures += 1;
    throw error;
  }
}
