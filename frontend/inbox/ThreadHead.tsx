import { useState } from "preact/hooks";
import { Avatar } from "../shared/ui/Avatar";
import { Icon } from "../shared/ui/Icon";
import type { ConversationRow } from "../shared/wire";
import { AssignMenu } from "./AssignMenu";
import { BlockConfirm } from "./BlockConfirm";
import { Confirm } from "./Confirm";
import { useDesk, useDeskState } from "./context";
import { closeMenu } from "./menus";
import { TranscriptDialog } from "./TranscriptDialog";

interface Props {
  row: ConversationRow;
  hasPanel: boolean;
  onBack: () => void;
  onPanel: () => void;
  onShortcuts: () => void;
}

/** Who this is, who is on it, and what can be done. */
export function ThreadHead({ row, hasPanel, onBack, onPanel, onShortcuts }: Props) {
  const desk = useDesk();
  const { t } = desk;
  const { inbox, isReadOnly } = useDeskState();
  const [asked, setAsked] = useState<"close" | "transcript" | "block" | null>(null);
  const name = desk.visitorName(row);
  const live = inbox.live.visitors[row.id];
  const page = live?.is_online ? live.pages[0] : undefined;
  const isClosed = row.state === "closed";
  const isOpen = !isClosed && !isReadOnly;
  const close = () => (row.waiting_since ? setAsked("close") : void desk.close(row.id));
  return (
    <header class="thread__head">
      <button
        type="button"
        class="button button--ghost button--icon thread__back"
        aria-label={t("thread.back")}
        onClick={onBack}
      >
        <Icon name="arrow-left" />
      </button>
      <button type="button" class="who" aria-expanded={hasPanel} onClick={onPanel}>
        <Avatar id={row.visitor.id} name={row.visitor.name} isHere={live?.is_online} />
        <span class="who__text">
          <span class="who__name">{name}</span>
          <span class="who__line">
            {page
              ? t("thread.on_page", { page: page.title || page.url })
              : live?.is_online
                ? t("thread.here")
                : row.visitor.email ||
                  t(isClosed ? "thread.is_closed" : live ? "thread.gone" : "thread.visitor")}
          </span>
        </span>
        <span class="visually-hidden">{t("panel.show")}</span>
      </button>
      <div class="thread__actions">
        {isOpen && <AssignMenu row={row} />}
        {isOpen && (
          <button
            type="button"
            class="button button--s thread__close"
            data-close-conversation
            title={`${t("thread.close")} (E)`}
            onClick={close}
          >
            <Icon name="check" />
            <span class="thread__close-text">{t("thread.close")}</span>
          </button>
        )}
        <details class="menu">
          <summary
            class="button button--ghost button--icon button--s"
            aria-label={t("thread.more")}
            title={t("thread.more")}
          >
            <Icon name="ellipsis" />
          </summary>
          {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a press on any of its buttons closes the menu. */}
          <div class="menu__panel menu__panel--end" onClick={closeMenu}>
            {desk.bootstrap.may_send_transcripts && !isReadOnly && (
              <button type="button" class="menu__item" onClick={() => setAsked("transcript")}>
                <Icon name="mail" />
                {t("transcript.title")}
              </button>
            )}
            <button type="button" class="menu__item menu__item--help" onClick={onShortcuts}>
              <Icon name="keyboard" />
              {t("shortcuts.title")}
            </button>
            {!isReadOnly && (
              <>
                <hr class="menu__separator" />
                {row.visitor.is_blocked ? (
                  <button type="button" class="menu__item" onClick={() => void desk.block(row.id, false)}>
                    <Icon name="undo-2" />
                    {t("block.undo")}
                  </button>
                ) : (
                  <button
                    type="button"
                    class="menu__item menu__item--danger"
                    onClick={() => setAsked("block")}
                  >
                    <Icon name="ban" />
                    {t("block.action")}
                  </button>
                )}
              </>
            )}
          </div>
        </details>
        <button
          type="button"
          class="button button--ghost button--icon button--s thread__panel"
          aria-label={t("panel.show")}
          title={t("panel.show")}
          aria-expanded={hasPanel}
          onClick={onPanel}
        >
          <Icon name="panel-right" />
        </button>
      </div>
      {asked === "close" && (
        <Confirm
          title={t("close.title", { name })}
          text={t("close.text")}
          yes={t("close.yes")}
          onYes={() => void desk.close(row.id)}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === "block" && <BlockConfirm row={row} onClose={() => setAsked(null)} />}
      {asked === "transcript" && <TranscriptDialog row={row} onClose={() => setAsked(null)} />}
    </header>
  );
}
