import { Avatar } from "../shared/ui/Avatar";
import { Icon } from "../shared/ui/Icon";
import type { ColleagueRow, ConversationRow } from "../shared/wire";
import { useDesk, useDeskState } from "./context";
import { closeMenu } from "./menus";

const ORDER: Record<ColleagueRow["status"], number> = { online: 0, away: 1, offline: 2 };

/** Who is on the conversation; opens to take it, hand it over or let it go. */
export function AssignMenu({ row }: { row: ConversationRow }) {
  const desk = useDesk();
  const { t } = desk;
  const { inbox } = useDeskState();
  const { assignee } = row;
  const isMine = assignee?.id === inbox.me.id;
  const colleagues = inbox.colleagues
    .filter(({ id }) => id !== inbox.me.id && id !== assignee?.id)
    .sort(
      (a, b) => ORDER[a.status] - ORDER[b.status] || a.name.localeCompare(b.name, desk.bootstrap.language),
    );
  const name = assignee?.name || t("agent.unnamed");
  return (
    <>
      {!assignee && (
        <button
          type="button"
          class="button button--primary button--s"
          onClick={() => void desk.assign(row.id, inbox.me.id)}
        >
          {t("assign.take")}
        </button>
      )}
      <details class="menu assign">
        <summary
          class="button button--s assign__current"
          aria-label={
            assignee ? t("assign.label", { name: isMine ? t("assign.you") : name }) : t("assign.nobody_label")
          }
        >
          {assignee ? (
            <>
              <Avatar id={assignee.id} name={assignee.name} photo={assignee.photo} size="xs" />
              <span class="assign__name">{isMine ? t("assign.you") : name}</span>
            </>
          ) : (
            <>
              <Icon name="user-plus" />
              <span class="assign__name assign__name--nobody">{t("assign.give")}</span>
            </>
          )}
          <Icon name="chevron-down" size="s" />
        </summary>
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a press on any of its buttons closes the menu. */}
        <div class="menu__panel menu__panel--end assign__panel" onClick={closeMenu}>
          {assignee && !isMine && (
            <button type="button" class="menu__item" onClick={() => void desk.assign(row.id, inbox.me.id)}>
              <Icon name="user" />
              {t("assign.take_over")}
            </button>
          )}
          {colleagues.length > 0 && <p class="menu__label">{t("assign.to")}</p>}
          {colleagues.map((colleague) => (
            <button
              key={colleague.id}
              type="button"
              class="menu__item"
              onClick={() => void desk.assign(row.id, colleague.id)}
            >
              <Avatar
                id={colleague.id}
                name={colleague.name}
                photo={colleague.photo}
                size="s"
                isHere={colleague.status === "online"}
              />
              <span class="assign__colleague">
                {colleague.name || t("agent.unnamed")}
                <span class="assign__status">{t(`status.${colleague.status}`)}</span>
              </span>
            </button>
          ))}
          {inbox.colleagues.length < 2 && <p class="assign__none">{t("assign.none")}</p>}
          {assignee && (
            <>
              <hr class="menu__separator" />
              <button type="button" class="menu__item" onClick={() => void desk.assign(row.id, null)}>
                <Icon name="undo-2" />
                {t("assign.release")}
              </button>
            </>
          )}
        </div>
      </details>
    </>
  );
}
