import { Icon } from "../../shared/ui/Icon";
import { Consents } from "./Consents";
import { CopyOfAll } from "./CopyOfAll";
import type { FactRow, GroupRow } from "./ownData";
import { Restricted } from "./Restricted";
import { useDrawer } from "./surroundings";

function Facts({ facts }: { facts: readonly FactRow[] }) {
  const { time } = useDrawer();
  return (
    <dl class="drawer__facts">
      {facts.map((fact) => (
        <div key={fact.label + fact.value}>
          <dt>{fact.label}</dt>
          <dd dir="auto">{fact.is_time ? time(fact.value) : fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Group({ group }: { group: GroupRow }) {
  const { t, day, data } = useDrawer();
  const isForever = group.until === null && data.is_unlimited;
  const isStaying = data.is_held || data.restricted_at !== null;
  return (
    <details class="drawer__group">
      <summary>
        <Icon name="chevron-right" size="s" />
        <span class="drawer__group-title">{group.title}</span>
        <span class="drawer__count">{group.count}</span>
      </summary>
      <p class="drawer__why">
        {t("why")} {group.purpose}.{" "}
        {group.until && !isStaying ? t("until", { date: day(group.until) }) : `${t("howLong")} `}
        {(!group.until || isStaying) && (isForever ? t("forever") : `${group.kept}.`)}
      </p>
      {group.rows.map((facts) => (
        <Facts key={JSON.stringify(facts)} facts={facts} />
      ))}
      {group.count > group.rows.length && (
        <p class="drawer__why">{t("newest", { count: group.rows.length })}</p>
      )}
    </details>
  );
}

function Readers() {
  const { t, day, data } = useDrawer();
  return (
    <section>
      <h3 class="drawer__heading">{t("readers.title")}</h3>
      {data.readers.length === 0 ? (
        <p class="drawer__why">{t("readers.none")}</p>
      ) : (
        <ul class="drawer__readers">
          {data.readers.map((reader) => (
            <li key={reader.name + reader.day}>
              <Icon name="eye" size="s" />
              <span dir="auto">{reader.name || t("readers.gone", { name: data.controller.name })}</span>
              {/* A day has no zone: noon is the same day everywhere. */}
              <time dateTime={reader.day}>{day(`${reader.day}T12:00`)}</time>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Contact() {
  const { chat, t, say, data } = useDrawer();
  const { name, address, country, email, officer } = data.controller;
  const { noticeUrl } = chat.view;
  return (
    <section>
      <h3 class="drawer__heading">{t("contact.title")}</h3>
      <address class="drawer__contact" dir="auto">
        {name}
        {address && (
          <>
            <br />
            {address}, {country}
          </>
        )}
        {email && (
          <>
            <br />
            <a href={`mailto:${email}`}>{email}</a>
          </>
        )}
        {officer && (
          <>
            <br />
            {t("contact.officer")} <a href={`mailto:${officer}`}>{officer}</a>
          </>
        )}
        {noticeUrl && (
          <>
            <br />
            <a href={noticeUrl} target="_blank" rel="noopener">
              {say("privacyNotice.link")}
            </a>
          </>
        )}
      </address>
    </section>
  );
}

/** All that is kept, in words, and the ways from here. */
export function Overview() {
  const { t, day, data, go } = useDrawer();
  const { name } = data.controller;
  const hasVisit = data.visit.length > 0;
  return (
    <>
      <div class="drawer__lead">
        {data.is_stored ? (
          <>
            <p>{t("lead", { name })}</p>
            {data.is_held && <p class="drawer__note">{t("held", { name })}</p>}
            <Restricted />
            {!data.is_held && !data.restricted_at && data.is_unlimited && (
              <p class="drawer__note">{t("unlimited", { name })}</p>
            )}
            {!data.is_held && !data.restricted_at && data.until && (
              <p class="drawer__note">{t("untilAll", { date: day(data.until) })}</p>
            )}
          </>
        ) : (
          <>
            <p class="drawer__nothing">{t("nothing.title")}</p>
            <p>{t("nothing.text", { count: data.visit_minutes })}</p>
            <p>
              {t("nothing.elsewhere")}{" "}
              <a href={data.elsewhere} target="_blank" rel="noopener">
                {t("nothing.ask")}
              </a>
            </p>
          </>
        )}
      </div>

      {data.is_stored && (
        <div class="drawer__actions">
          <CopyOfAll />
          <button type="button" class="drawer__action" onClick={() => go("correct")}>
            <Icon name="pencil" />
            {t("correct.action")}
          </button>
          <button type="button" class="drawer__action" onClick={() => go("ask")}>
            <Icon name="mail" />
            {t("ask.action")}
          </button>
          <button
            type="button"
            class="drawer__action drawer__action--danger"
            onClick={() => go("erase")}
            disabled={data.is_held}
          >
            <Icon name="trash-2" />
            {t("erase.action")}
          </button>
        </div>
      )}

      <Consents />

      {data.is_stored && (
        <section>
          <h3 class="drawer__heading">{t("groups")}</h3>
          {data.groups.map((group) => (
            <Group key={group.title} group={group} />
          ))}
        </section>
      )}

      {hasVisit && (
        <section>
          <h3 class="drawer__heading">{t("visit.title")}</h3>
          <p class="drawer__why">{t("visit.text", { count: data.visit_minutes })}</p>
          <Facts facts={data.visit} />
          {!data.is_stored && (
            <button type="button" class="button button--s" onClick={() => go("erase")}>
              {t("visit.forget")}
            </button>
          )}
        </section>
      )}

      {data.is_stored && <Readers />}
      <Contact />
    </>
  );
}
