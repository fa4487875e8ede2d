const ID = /^#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The conversation that an address's fragment names, or null. */
export function selectedInAddress(hash: string): string | null {
  return ID.exec(hash)?.[1] ?? null;
}

export function addressOf(conversation: string): string {
  return `#${conversation}`;
}
