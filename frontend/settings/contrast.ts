/** Contrast as WCAG 2.2 defines it. widget/colors.py says the same; tests/widget/contrast.json holds both to it. */

const WHITE = "#ffffff";
const INK = "#1c2526";
const BLACK = "#000000";
const READABLE = 4.5;

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 (equal) to 21 (black on white). Colours are `#rrggbb`. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The colour of words on this background. */
export function textOn(background: string): string {
  return [WHITE, INK].find((candidate) => contrast(candidate, background) >= READABLE) ?? BLACK;
}

/** `#rrggbb` in lower case, or null. The `#` may be missing. */
export function parseColor(text: string): string | null {
  const match = /^#?([0-9a-f]{6})$/i.exec(text.trim());
  return match?.[1] ? `#${match[1].toLowerCase()}` : null;
}
