import { Icon } from "../shared/ui/Icon";
import { useDesk, useDeskState } from "./context";

/** Short words at the bottom. Those of errors stay until they are dismissed. */
export function Toasts() {
  const desk = useDesk();
  const { toasts } = useDeskState();
  return (
    <div class="toasts" aria-live="polite">
      {toasts.map(({ key, kind, text }) => (
        <div key={key} class={`toast toast--${kind}`} role={kind === "danger" ? "alert" : undefined}>
          <Icon name={kind === "danger" ? "circle-alert" : "circle-check"} />
          <p class="grow">{text}</p>
          <button type="button" aria-label={desk.t("toast.dismiss")} onClick={() => desk.dismiss(key)}>
            <Icon name="x" size="s" />
          </button>
        </div>
      ))}
    </div>
  );
}
