import { useDesk } from "./context";

/** Where rows will be. */
export function ListSkeleton({ count }: { count: number }) {
  const { t } = useDesk();
  return (
    <div role="status">
      <span class="visually-hidden">{t("loading")}</span>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="row__skeleton" aria-hidden="true">
          <span class="skeleton skeleton--circle" />
          <span class="row__text">
            <span class="skeleton skeleton--line skeleton--short" />
            <span class="skeleton skeleton--line" />
          </span>
        </div>
      ))}
    </div>
  );
}

const BUBBLES = ["other", "other", "own", "other", "own"];

/** Where messages will be. */
export function ThreadSkeleton() {
  const { t } = useDesk();
  return (
    <div class="thread__skeleton" role="status">
      <span class="visually-hidden">{t("loading")}</span>
      {BUBBLES.map((side, index) => (
        <span key={index} class={`skeleton skeleton--bubble skeleton--${side}`} aria-hidden="true" />
      ))}
    </div>
  );
}
