import { useState } from "preact/hooks";
import { Avatar } from "../shared/ui/Avatar";
import { Icon } from "../shared/ui/Icon";
import type { ConversationRow } from "../shared/wire";
import { BlockConfirm } from "./BlockConfirm";
import { useDesk, useDeskState } from "./context";
import { addressOf } from "./route";
import { age, localTime, moment } from "./times";
import { VisitPages } from "./VisitPages";
import { answer, variable } from "./words";

interface Props {
  row: ConversationRow;
  now: number;
  onClose: () => void;
  onOpen: (conversation: string) => void;
}

/** The right pane: what is known of the visitor, and where they are now. */
export function VisitorPanel({ row, now, onClose, onOpen }: Props) {
  const desk = useDesk();
  const { t } = desk;
  const { inbox } = useDeskState();
  const { visitor } = row;
  const [isAsked, setIsAsked] = useState(false);
  const live = inbox.live.visitors[row.id];
  const { language } = desk.bootstrap;
  const time = localTime(visitor.time_zone, now, language);
  const place = visitor.country
    ? t("panel.by_zone", { place: named(visitor.country, "region", language), zone: visitor.time_zone })
    : "";
  const device = [visitor.browser, visitor.os].filter(Boolean).join(" · ");
  const contacts = [
    { key: "email", icon: "mail", text: visitor.email, href: `mailto:${visitor.email}` },
    {
      key: "phone",
      icon: "smartphone",
      text: visitor.phone,
      href: `tel:${visitor.phone.replace(/[^\d+]/g, "")}`,
    },
  ].filter(({ text }) => text);
  const variables = Object.entries(visitor.variables).map(([key, value]) => ({
    key,
    ...variable(key, value, t),
  }));
  const others = Object.values(inbox.conversations)
    .filter((other) => other.visitor.id === visitor.id && other.id !== row.id)
    .sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
    .slice(0, 5);

  return (
    <>
      <button
        type="button"
        class="panel__scrim"
        aria-label={t("panel.hide")}
        tabIndex={-1}
        onClick={onClose}
      />
      <aside class="panel" aria-label={t("panel.label")}>
        <button
          type="button"
          class="button button--ghost button--icon button--s panel__close"
          aria-label={t("panel.hide")}
          onClick={onClose}
        >
          <Icon name="x" />
        </button>
        <div class="panel__top">
          <Avatar id={visitor.id} name={visitor.name} size="l" isHere={live?.is_online} />
          <h2 class="panel__name">{desk.visitorName(row)}</h2>
          {live && <p class="panel__presence">{t(live.is_online ? "panel.here" : "panel.gone")}</p>}
          {visitor.is_blocked && (
            <p class="badge badge--danger">
              <Icon name="ban" />
              {t(visitor.is_address_blocked ? "panel.address_blocked" : "panel.blocked")}
            </p>
          )}
          {visitor.is_restricted && <p class="badge badge--warn">{t("panel.restricted")}</p>}
          {visitor.is_restricted && <p class="panel__note">{t("panel.restricted_note")}</p>}
        </div>

        {contacts.length > 0 && (
          <section class="panel__section">
            <h3 class="panel__heading">{t("panel.contact")}</h3>
            <ul class="contacts">
              {contacts.map(({ key, icon, text, href }) => (
                <li key={key}>
                  <Icon name={icon} size="s" />
                  <a href={href}>{text}</a>
                </li>
              ))}
            </ul>
            <p class="panel__note">{t("panel.unverified")}</p>
          </section>
        )}

        {row.answers.length > 0 && (
          <section class="panel__section">
            <h3 class="panel__heading">{t("panel.answers")}</h3>
            <dl class="panel__facts">
              {row.answers.map((given) => (
                <Fact key={given.key} name={answer(given, t).label} text={answer(given, t).text} />
              ))}
            </dl>
          </section>
        )}

        <section class="panel__section">
          <h3 class="panel__heading">{t("panel.details")}</h3>
          <dl class="panel__facts">
            {place && <Fact name={t("panel.location")} text={place} />}
            {time && <Fact name={t("panel.local_time")} text={time} />}
            {live?.referrer && <Fact name={t("panel.referrer")} text={live.referrer} />}
            {visitor.language && (
              <Fact name={t("panel.language")} text={named(visitor.language, "language", language)} />
            )}
            {device && <Fact name={t("panel.browser")} text={device} />}
            {visitor.device && <Fact name={t("panel.device")} text={deviceName(visitor.device, t)} />}
            {visitor.screen && <Fact name={t("panel.screen")} text={visitor.screen.replace("x", " × ")} />}
            {visitor.ip_address && <Fact name={t("panel.ip_address")} text={visitor.ip_address} />}
            {row.group && <Fact name={t("panel.group")} text={row.group.name} />}
            <Fact name={t("panel.first_seen")} text={moment(visitor.created_at, language)} />
          </dl>
        </section>

        {variables.length > 0 && (
          <section class="panel__section">
            <h3 class="panel__heading">{t("panel.variables")}</h3>
            <dl class="panel__facts">
              {variables.map(({ key, label, text }) => (
                <Fact key={key} name={label} text={text} />
              ))}
            </dl>
            <p class="panel__note">{t("panel.variables_note")}</p>
          </section>
        )}

        <VisitPages live={live} now={now} />

        {others.length > 0 && (
          <section class="panel__section">
            <h3 class="panel__heading">{t("panel.others")}</h3>
            <ul class="others">
              {others.map((other) => (
                <li key={other.id}>
                  <a
                    href={addressOf(other.id)}
                    onClick={(event) => {
                      event.preventDefault();
                      onOpen(other.id);
                    }}
                  >
                    <span class="others__text">{other.preview?.text || t("list.event")}</span>
                    <span class="others__time">{age(other.last_message_at, now, language, t)}</span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        )}

        <div class="panel__foot">
          {desk.bootstrap.urls.people && (
            <a class="button button--s" href={`${desk.bootstrap.urls.people}?conversation=${row.id}`}>
              <Icon name="eye" />
              {t("panel.data")}
            </a>
          )}
          {visitor.is_blocked ? (
            <button type="button" class="button button--s" onClick={() => void desk.block(row.id, false)}>
              {t("block.undo")}
            </button>
          ) : (
            <button
              type="button"
              class="button button--s button--quiet-danger"
              onClick={() => setIsAsked(true)}
            >
              <Icon name="ban" />
              {t("block.action")}
            </button>
          )}
        </div>
        {isAsked && <BlockConfirm row={row} onClose={() => setIsAsked(false)} />}
      </aside>
    </>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div class="panel__fact">
      <dt>{name}</dt>
      <dd dir="auto">{text}</dd>
    </div>
  );
}

const DEVICES = ["desktop", "phone", "tablet"];

function deviceName(device: string, t: (key: string) => string): string {
  return DEVICES.includes(device) ? t(`device.${device}`) : device;
}

function named(code: string, type: "language" | "region", language: string): string {
  try {
    return new Intl.DisplayNames(language, { type }).of(code) ?? code;
  } catch {
    return code;
  }
}
