import { useDeskState } from "./context";

/** Reads new messages of visitors aloud, and nothing else. */
export function Announcer() {
  const { announcement } = useDeskState();
  return (
    <p class="visually-hidden" role="log" aria-live="polite">
      {announcement}
    </p>
  );
}
