import { useState } from "preact/hooks";
import { Icon } from "../../shared/ui/Icon";
import { ask, codeOf } from "./ownData";
import { useDrawer } from "./surroundings";

interface Props {
  /** With the number of the receipt; null for somebody of whom only the visit was known. */
  onErased: (receiptId: string | null) => void;
}

/** Says what will be gone, and does it (Art. 17 GDPR). */
export function Erase({ onErased }: Props) {
  const { chat, t, say, data, go, change } = useDrawer();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const { name } = data.controller;
  const losses = data.is_stored ? ["talks", "files", "device", "final"] : ["device", "final"];

  const erase = async () => {
    setIsBusy(true);
    setProblem("");
    try {
      const { said } = await ask<{ receipt_id: string | null }>(chat, "erase", { confirmed: true });
      chat.forget();
      onErased(said.receipt_id);
    } catch (error) {
      const code = codeOf(error);
      if (code === "held") change({ is_held: true });
      setProblem(code);
      setIsBusy(false);
    }
  };

  return (
    <>
      <ul class="drawer__losses">
        {losses.map((loss) => (
          <li key={loss}>
            <Icon name="minus" size="s" />
            {t(`erase.${loss}`, { name })}
          </li>
        ))}
      </ul>
      {data.is_stored && <p class="drawer__why">{t("erase.copyFirst")}</p>}
      <p class="foot__error" role="alert">
        {problem && (problem === "held" ? t("held", { name }) : say(`refusal.${problem}`))}
      </p>
      <div class="dialog__buttons">
        <button
          type="button"
          class="button button--danger"
          aria-busy={isBusy}
          disabled={isBusy || data.is_held}
          onClick={() => void erase()}
        >
          {t("erase.yes")}
        </button>
        <button type="button" class="button" onClick={() => go("overview")}>
          {t("erase.no")}
        </button>
      </div>
    </>
  );
}
