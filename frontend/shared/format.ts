/** The clock time of an ISO time, as the language writes it: "14:05", "2:05 PM". */
export function clockTime(iso: string, language: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(language, {
    hour: "numeric",
    minute: "2-digit",
    ...(timeZone ? { timeZone } : {}),
  }).format(new Date(iso));
}

function dayNumber(time: Date): number {
  return Math.round(Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / 86_400_000);
}

/** Whole calendar days from `iso` to `now`, in the local time zone: 0 is today, 1 yesterday. */
export function daysAgo(iso: string, now: number): number {
  return dayNumber(new Date(now)) - dayNumber(new Date(iso));
}

function capital(text: string, language: string): string {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/** The day of an ISO time for people: today, yesterday, a weekday within the week, else the date. */
export function dayName(iso: string, now: number, language: string): string {
  const days = daysAgo(iso, now);
  const time = new Date(iso);
  if (days === 0 || days === 1) {
    return capital(new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day"), language);
  }
  if (days > 1 && days < 7) {
    return capital(new Intl.DateTimeFormat(language, { weekday: "long" }).format(time), language);
  }
  const sameYear = time.getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "long",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(time);
}

/** Day and clock time together, for titles and `datetime` tooltips. */
export function fullTime(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" }).format(new Date(iso));
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A file's size in decimal units with at most one decimal: "840 byte", "1.2 MB". */
export function fileSize(bytes: number, language: string): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: unit > 0 && size < 10 ? 1 : 0,
  }).format(size);
}
