import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Translate } from "../../shared/i18n";
import { Icon } from "../../shared/ui/Icon";
import type { Chat } from "../chat";
import { AskPeople } from "./AskPeople";
import { Correct } from "./Correct";
import { Erase } from "./Erase";
import { Overview } from "./Overview";
import { ask, codeOf, type OwnData } from "./ownData";
import { Proof } from "./Proof";
import { Receipt } from "./Receipt";
import { type Page, Provider } from "./surroundings";

interface Props {
  chat: Chat;
  t: Translate;
  say: Translate;
  language: string;
  onClose: () => void;
}

/** What is kept of the visitor, above the chat, with all that they may do with it (R8). */
export function Drawer({ chat, t, say, language, onClose }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  const [data, setData] = useState<OwnData | null>(null);
  const [problem, setProblem] = useState("");
  const [page, setPage] = useState<Page>("overview");
  const [receipt, setReceipt] = useState<string | null>(null);
  const [proof, setProof] = useState("");

  const look = async () => {
    setProblem("");
    try {
      setData((await ask<OwnData>(chat, "data")).said);
    } catch (error) {
      setProblem(codeOf(error));
    }
  };

  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    void look();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  const go = (next: Page) => {
    setPage(next);
    heading.current?.focus();
    box.current?.querySelector(".drawer__body")?.scrollTo(0, 0);
  };

  const date = new Intl.DateTimeFormat(language, { dateStyle: "long" });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return (
    <dialog
      ref={box}
      class="drawer"
      aria-labelledby={id}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <header class="drawer__head">
        {page !== "overview" && page !== "receipt" && (
          <button
            type="button"
            class="drawer__button"
            aria-label={t("back")}
            title={t("back")}
            onClick={() => go("overview")}
          >
            <Icon name="arrow-left" />
          </button>
        )}
        <h2 class="drawer__title" id={id} tabIndex={-1} ref={heading}>
          {t(`${page}.title`)}
        </h2>
        <button
          type="button"
          class="drawer__button"
          aria-label={t("close")}
          title={t("close")}
          onClick={() => box.current?.close()}
        >
          <Icon name="x" />
        </button>
      </header>
      <div class="drawer__body">
        {!data && (
          <div class="drawer__wait" role="status">
            {problem ? (
              <>
                <p>{say(`refusal.${problem}`)}</p>
                <button type="button" class="button" onClick={() => void look()}>
                  {say("state.retry")}
                </button>
              </>
            ) : (
              <p>{t("loading")}</p>
            )}
          </div>
        )}
        {data && (
          <Provider
            value={{
              chat,
              t,
              say,
              language,
              data,
              go,
              show: (record) => {
                setProof(record);
                go("proof");
              },
              day: (iso) => date.format(new Date(iso)),
              time: (iso) => moment.format(new Date(iso)),
              change: (change) => setData((before) => before && { ...before, ...change }),
            }}
          >
            {page === "overview" && <Overview />}
            {page === "correct" && <Correct />}
            {page === "ask" && <AskPeople />}
            {page === "erase" && (
              <Erase
                onErased={(found) => {
                  setReceipt(found);
                  go("receipt");
                }}
              />
            )}
            {page === "proof" && <Proof id={proof} />}
            {page === "receipt" && <Receipt id={receipt} onDone={() => box.current?.close()} />}
          </Provider>
        )}
      </div>
    </dialog>
  );
}
