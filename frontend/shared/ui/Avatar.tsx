import { Icon } from "./Icon";

const COLORS = 8;

/** A number from 1 to 8, the same for the same id on every page and on the server. */
export function avatarColor(id: string): number {
  let sum = 0;
  for (const character of id) sum += character.codePointAt(0) ?? 0;
  return (sum % COLORS) + 1;
}

/** The first letters of the first and the last word, in capitals; empty for a name without any. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}

interface Props {
  id: string;
  name: string;
  photo?: string | null;
  size?: "xs" | "s" | "l";
  /** Shows a dot: whether the person is here. */
  isHere?: boolean | undefined;
}

/** Decoration: the name stands beside it. Without a name or a photo it is an outline of a person. */
export function Avatar({ id, name, photo, size, isHere }: Props) {
  const letters = initials(name);
  return (
    <span class={`avatar avatar--${avatarColor(id)}${size ? ` avatar--${size}` : ""}`} aria-hidden="true">
      {photo ? <img src={photo} alt="" /> : letters || <Icon name="user" />}
      {isHere !== undefined && (
        <span class={isHere ? "avatar__presence avatar__presence--on" : "avatar__presence"} />
      )}
    </span>
  );
}
