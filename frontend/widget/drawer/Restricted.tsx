import { useState } from "preact/hooks";
import { ask, codeOf } from "./ownData";
import { useDrawer } from "./surroundings";

/** That the data are kept and not used (Art. 18 GDPR), and the way to end that. */
export function Restricted() {
  const { chat, t, say, day, data, change } = useDrawer();
  const [state, setState] = useState<"" | "busy" | string>("");
  if (!data.restricted_at) return null;
  const end = async () => {
    setState("busy");
    try {
      change((await ask<{ restricted_at: null }>(chat, "use-again", {})).said);
    } catch (error) {
      setState(codeOf(error));
    }
  };
  return (
    <div class="drawer__note">
      <p>{t("restricted.text", { name: data.controller.name, date: day(data.restricted_at) })}</p>
      <button
        type="button"
        class="button button--s"
        aria-busy={state === "busy"}
        disabled={state === "busy"}
        onClick={() => void end()}
      >
        {t("restricted.end")}
      </button>
      {state && state !== "busy" && (
        <p class="foot__error" role="alert">
          {say(`refusal.${state}`)}
        </p>
      )}
    </div>
  );
}
