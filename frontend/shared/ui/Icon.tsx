/** Beside the bundle lies the sprite: both are served from the folder of static files. */
const SPRITE = new URL("../icons.svg", import.meta.url).href;

interface Props {
  /** A symbol of `static/icons.svg`. */
  name: string;
  size?: "s" | "l";
}

/** Decoration: the words stand beside it, or in the label of the button around it. */
export function Icon({ name, size }: Props) {
  return (
    <svg class={size ? `icon icon--${size}` : "icon"} aria-hidden="true">
      <use href={`${SPRITE}#${name}`} />
    </svg>
  );
}
