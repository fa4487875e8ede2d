import { clockTime, daysAgo } from "../shared/format";
import type { Translate } from "../shared/i18n";

const MINUTE = 60_000;

function unit(value: number, name: "minute" | "hour" | "day", language: string): string {
  return new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
}

/** How long ago, in one short word that fits a list: now, minutes, a clock time, a weekday, a date. */
export function age(iso: string, now: number, language: string, t: Translate): string {
  const minutes = Math.floor((now - new Date(iso).getTime()) / MINUTE);
  if (minutes < 1) return t("time.now");
  if (minutes < 60) return unit(minutes, "minute", language);
  const days = daysAgo(iso, now);
  if (days === 0) return clockTime(iso, language);
  if (days < 7) return new Intl.DateTimeFormat(language, { weekday: "short" }).format(new Date(iso));
  const isThisYear = new Date(iso).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    ...(isThisYear ? {} : { year: "2-digit" }),
  }).format(new Date(iso));
}

/** How long somebody has been waiting, in its largest unit: "3 min", "2 hr", "4 days". */
export function wait(iso: string, now: number, language: string, t: Translate): string {
  const minutes = Math.floor((now - new Date(iso).getTime()) / MINUTE);
  if (minutes < 1) return t("time.now");
  if (minutes < 60) return unit(minutes, "minute", language);
  if (minutes < 48 * 60) return unit(Math.floor(minutes / 60), "hour", language);
  return unit(Math.floor(minutes / (24 * 60)), "day", language);
}

/** The clock on somebody's wall, or null for a time zone that this browser does not know. */
export function localTime(timeZone: string, now: number, language: string): string | null {
  if (!timeZone) return null;
  try {
    return clockTime(new Date(now).toISOString(), language, timeZone);
  } catch {
    return null;
  }
}

/** Date and clock time in figures. */
export function moment(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}
