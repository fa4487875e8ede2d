/** An address that a mail could be sent to, by its form. */
export function isMail(text: string): boolean {
  return /^[^\s@]{1,64}@[^\s@]{1,120}\.[^\s@]{2,63}$/.test(text);
}
