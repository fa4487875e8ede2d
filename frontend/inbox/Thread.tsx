import { useEffect, useMemo, useState } from "preact/hooks";
import { Composer } from "../shared/ui/Composer";
import { DropTarget } from "../shared/ui/DropTarget";
import { Icon } from "../shared/ui/Icon";
import type { AttachmentRow, ConversationRow } from "../shared/wire";
import { MAX_BODY } from "../shared/wire";
import { useDesk, useDeskState } from "./context";
import type { DeskState } from "./deskState";
import { BLANK, canSend } from "./drafts";
import { Empty } from "./Empty";
import { Lightbox } from "./Lightbox";
import { MessageList } from "./MessageList";
import { ThreadSkeleton } from "./Skeletons";
import { ThreadHead } from "./ThreadHead";
import { threadItems } from "./threadItems";
import { whoTypes } from "./words";

interface Props {
  now: number;
  hasPanel: boolean;
  onBack: () => void;
  onPanel: () => void;
  onShortcuts: () => void;
}

/** The middle pane: the open conversation, or why there is none. */
export function Thread(props: Props) {
  const desk = useDesk();
  const { t } = desk;
  const state = useDeskState();
  const { selection, inbox } = state;

  if (!selection) return <NothingOpen state={state} />;
  const row = inbox.conversations[selection.id];
  const problem = selection.state;
  if (problem === "missing" || problem === "failed" || problem === "restricted") {
    const isFailed = problem === "failed";
    return (
      <section class="thread thread--empty" aria-label={t("thread.label")}>
        <Empty
          icon={isFailed ? "wifi-off" : "circle-help"}
          title={t(`thread.${problem}.title`)}
          text={t(`thread.${problem}.text`)}
        >
          {!isFailed ? (
            <button type="button" class="button" onClick={props.onBack}>
              {t("thread.back")}
            </button>
          ) : (
            <button type="button" class="button" onClick={() => desk.threads.retry()}>
              {t("errors.again")}
            </button>
          )}
        </Empty>
      </section>
    );
  }
  const name = row ? desk.visitorName(row) : "";
  return (
    <section class="thread" aria-label={row ? t("thread.with", { name }) : t("thread.label")}>
      {row && <ThreadHead row={row} {...props} />}
      {row && selection.state === "ready" ? (
        <Open key={row.id} row={row} state={state} now={props.now} onEscape={props.onBack} />
      ) : (
        <ThreadSkeleton />
      )}
    </section>
  );
}

function NothingOpen({ state }: { state: DeskState }) {
  const { t, bootstrap } = useDesk();
  const isNew = state.inbox.counts.all === 0 && Object.keys(state.inbox.conversations).length === 0;
  const mayInstall = state.inbox.me.role !== "agent";
  return (
    <section class="thread thread--empty" aria-label={t("thread.label")}>
      {isNew ? (
        <Empty icon="messages-square" title={t("empty.new.title")} text={t("empty.new.text")}>
          {mayInstall && (
            <a class="button button--primary" href={`/app/${bootstrap.account.slug}/start/`}>
              {t("empty.new.action")}
            </a>
          )}
        </Empty>
      ) : (
        <Empty icon="message-square-text" title={t("empty.thread.title")} text={t("empty.thread.text")} />
      )}
    </section>
  );
}

interface OpenProps {
  row: ConversationRow;
  state: DeskState;
  now: number;
  onEscape: () => void;
}

function Open({ row, state, now, onEscape }: OpenProps) {
  const desk = useDesk();
  const { t } = desk;
  const [image, setImage] = useState<AttachmentRow | null>(null);
  const { selection, inbox } = state;
  const thread = inbox.threads[row.id];
  const draft = state.drafts[row.id] ?? BLANK;
  const ended = state.isReadOnly ? "thread.read_only" : row.state === "closed" ? "thread.closed" : null;
  const attach = (files: File[]) => desk.drafts.attach(row.id, files);
  const unsent = useMemo(
    () => state.unsent.filter((item) => item.frame.conversation === row.id),
    [state.unsent, row.id],
  );
  const items = useMemo(
    () => threadItems(thread?.messages ?? [], unsent, inbox.me.id, selection?.seenSeq ?? null),
    [thread?.messages, unsent, inbox.me.id, selection?.seenSeq],
  );
  const typing = whoTypes(inbox.live.typing[row.id], desk.visitorName(row), t);

  const hasEarlier = thread?.has_earlier ?? false;
  const isLoadingEarlier = selection?.isLoadingEarlier ?? false;
  // Every key pressed in the composer passes by here, and a thread may be long.
  const list = useMemo(
    () => (
      <MessageList
        row={row}
        items={items}
        hasEarlier={hasEarlier}
        isLoadingEarlier={isLoadingEarlier}
        typing={typing}
        now={now}
        onImage={setImage}
      />
    ),
    [row, items, hasEarlier, isLoadingEarlier, typing, now],
  );

  // Only with a mouse: on a phone it would push the keyboard over what was just opened.
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) desk.focusComposer();
  }, [desk]);

  return (
    <DropTarget class="thread__main" label={t("composer.drop")} onFiles={ended ? null : attach}>
      {list}
      {ended ? (
        <p class="thread__closed">
          <Icon name="archive" />
          <span>
            <strong>{t(`${ended}.title`)}</strong> {t(`${ended}.text`, { name: desk.visitorName(row) })}
          </span>
        </p>
      ) : (
        <div class="thread__foot">
          {row.visitor.is_blocked && <p class="thread__note">{t("thread.blocked")}</p>}
          <Composer
            value={draft.body}
            labels={{
              message: t("composer.label", { name: desk.visitorName(row) }),
              placeholder: t("composer.placeholder"),
              send: t("composer.send"),
              attach: t("composer.attach"),
              remove: t("composer.remove"),
              retry: t("composer.retry"),
            }}
            uploads={draft.uploads}
            maxLength={MAX_BODY}
            canSend={canSend(draft)}
            focusKey={state.composerFocus || undefined}
            hint={
              row.assignee && row.assignee.id !== inbox.me.id
                ? t("composer.joins", { name: row.assignee.name || t("agent.unnamed") })
                : undefined
            }
            onInput={(body) => {
              desk.drafts.write(row.id, body);
              desk.type(row.id, body.trim() !== "");
            }}
            onSend={() => desk.send(row.id)}
            onFiles={attach}
            onRemoveUpload={(key) => desk.drafts.remove(row.id, key)}
            onRetryUpload={(key) => desk.drafts.retry(row.id, key)}
            onEscape={onEscape}
          />
        </div>
      )}
      {image && <Lightbox image={image} onClose={() => setImage(null)} />}
    </DropTarget>
  );
}
