interface Props {
  /** Said in words: "Ben is typing". */
  label: string;
  /** Shows the words too, not only the dots. */
  isSpelled?: boolean;
}

/** Somebody is typing. Not announced: it would interrupt whoever listens. */
export function TypingDots({ label, isSpelled = false }: Props) {
  return (
    <span class="typing">
      <span class="typing__dots" aria-hidden="true">
        <span class="typing__dot" />
        <span class="typing__dot" />
        <span class="typing__dot" />
      </span>
      <span class={isSpelled ? "typing__label" : "visually-hidden"}>{label}</span>
    </span>
  );
}
