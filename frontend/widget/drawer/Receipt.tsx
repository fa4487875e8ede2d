import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../shared/ui/Icon";
import { ask, codeOf, type Receipt as ReceiptRow } from "./ownData";
import { useDrawer } from "./surroundings";

const PAUSE = 1_500;

interface Props {
  id: string | null;
  onDone: () => void;
}

/** Proof that everything is gone, to keep. It tells of nobody. */
export function Receipt({ id, onDone }: Props) {
  const { chat, t, say, time } = useDrawer();
  const [receipt, setReceipt] = useState<ReceiptRow | null>(null);
  const [tries, setTries] = useState(0);
  const [problem, setProblem] = useState("");
  const [isCopied, setIsCopied] = useState(false);

  useEffect(() => {
    if (!id || receipt) return;
    const look = async () => {
      try {
        const { status, said } = await ask<ReceiptRow>(chat, `receipts/${id}`);
        if (status === 200) setReceipt(said);
        setProblem("");
      } catch (error) {
        setProblem(codeOf(error));
      }
      setTries(tries + 1);
    };
    const timer = setTimeout(() => void look(), tries ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [tries]);

  const text = JSON.stringify(receipt, null, 2);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page on plain http has no clipboard; a selection can still be copied.
      const field = document.createElement("textarea");
      field.value = text;
      document.querySelector(".drawer__body")?.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    setIsCopied(true);
  };

  return (
    <>
      <p class="drawer__done" role="status">
        <Icon name="circle-check" />
        {t(id ? "receipt.text" : "receipt.forgotten")}
      </p>
      {id && (
        <section class="drawer__receipt" aria-live="polite">
          {!receipt && (
            <p class="drawer__why">{problem ? say(`refusal.${problem}`) : t("receipt.waiting")}</p>
          )}
          {receipt && (
            <dl class="drawer__facts">
              <div>
                <dt>{t("receipt.number")}</dt>
                <dd class="mono">{receipt.receipt}</dd>
              </div>
              <div>
                <dt>{t("receipt.at")}</dt>
                <dd>{time(receipt.erased_at)}</dd>
              </div>
              {receipt.erased.map(({ what, number }) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>{number}</dd>
                </div>
              ))}
              <div>
                <dt>{t("receipt.digest")}</dt>
                <dd class="mono drawer__digest">{receipt.sha256}</dd>
              </div>
            </dl>
          )}
        </section>
      )}
      {receipt && <p class="drawer__why">{t("receipt.about", { name: receipt.controller })}</p>}
      <div class="dialog__buttons">
        {receipt && (
          <>
            <a
              class="button button--primary"
              href={`data:application/json;charset=utf-8,${encodeURIComponent(text)}`}
              download={`${receipt.receipt}.json`}
            >
              {t("receipt.save")}
            </a>
            <button type="button" class="button" onClick={() => void copy()}>
              {t(isCopied ? "receipt.copied" : "receipt.copy")}
            </button>
          </>
        )}
        <button type="button" class="button" onClick={onDone}>
          {t("close")}
        </button>
      </div>
    </>
  );
}
