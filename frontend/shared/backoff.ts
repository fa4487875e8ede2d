const FIRST = 500;
const LONGEST = 30_000;

/**
 * Milliseconds to wait before attempt number `attempt` (0 for the first retry): doubling from half a
 * second up to half a minute, of which a random half is taken off, so that the clients of a server
 * that restarts do not all return in the same moment.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 16));
  return Math.round(whole * (0.5 + random() / 2));
}
