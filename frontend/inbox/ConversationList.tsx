import { useEffect, useRef, useState } from "preact/hooks";
import { rowsOf, VIEWS, type View } from "../shared/inboxState";
import { ConversationItem } from "./ConversationItem";
import { useDesk, useDeskState } from "./context";
import type { DeskState, Search } from "./deskState";
import { Empty } from "./Empty";
import { ListHead } from "./ListHead";
import { ListSkeleton } from "./Skeletons";

interface Props {
  now: number;
  onShortcuts: () => void;
}

/** The left pane: views or search results, with whatever can be loaded behind them. */
export function ConversationList({ now, onShortcuts }: Props) {
  const { t } = useDesk();
  const state = useDeskState();
  const [query, setQuery] = useState("");
  return (
    <section class="list" aria-label={t("list.label")}>
      <ListHead query={query} onQuery={setQuery} onShortcuts={onShortcuts} />
      {state.search ? (
        <Results search={state.search} state={state} now={now} />
      ) : (
        <>
          <Views state={state} />
          <Rows key={state.view} state={state} now={now} />
        </>
      )}
    </section>
  );
}

function Views({ state }: { state: DeskState }) {
  const desk = useDesk();
  const { counts } = state.inbox;
  return (
    <nav class="views" aria-label={desk.t("list.views")}>
      {VIEWS.map((view) => {
        const count = view === "closed" ? 0 : counts[view];
        return (
          <button
            key={view}
            type="button"
            class="views__item"
            aria-current={state.view === view ? "true" : undefined}
            onClick={() => desk.lists.show(view)}
          >
            {desk.t(`views.${view}`)}
            {count > 0 && (
              <span class={view === "waiting" ? "views__count views__count--alert" : "views__count"}>
                {count > 99 ? "99+" : count}
              </span>
            )}
          </button>
        );
      })}
    </nav>
  );
}

/** Loads more when its end comes near. */
function More({ onSeen }: { onSeen: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onSeen);
  latest.current = onSeen;
  useEffect(() => {
    if (!end.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latest.current();
      },
      { root: end.current.closest(".list__scroll"), rootMargin: "400px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return <div ref={end} class="list__more" />;
}

function Rows({ state, now }: { state: DeskState; now: number }) {
  const desk = useDesk();
  const { t } = desk;
  const { view, inbox } = state;
  const rows = rowsOf(inbox, view);
  const extent = inbox.views[view];
  const isLoading = state.loading[view] ?? false;

  return (
    <div class="list__scroll">
      {rows.length > 0 && (
        <ul class="rows">
          {rows.map((row) => (
            <ConversationItem key={row.id} row={row} state={state} now={now} />
          ))}
        </ul>
      )}
      {extent?.next && !isLoading && !state.failed[view] && (
        <More key={extent.next} onSeen={() => void desk.lists.loadMore(view)} />
      )}
      {isLoading && <ListSkeleton count={rows.length > 0 ? 1 : 6} />}
      {state.failed[view] && (
        <div class="list__failed" role="alert">
          <p>{t("errors.load")}</p>
          <button type="button" class="button button--s" onClick={() => void desk.lists.loadMore(view)}>
            {t("errors.again")}
          </button>
        </div>
      )}
      {rows.length === 0 && extent && !isLoading && <NoRows view={view} state={state} />}
    </div>
  );
}

function NoRows({ view, state }: { view: View; state: DeskState }) {
  const { t } = useDesk();
  const icons: Record<View, string> = {
    waiting: "circle-check",
    mine: "user",
    all: "messages-square",
    closed: "archive",
  };
  const key = view === "waiting" && state.inbox.counts.all === 0 ? "all" : view;
  return <Empty icon={icons[key]} title={t(`empty.${key}.title`)} text={t(`empty.${key}.text`)} isSmall />;
}

function Results({ search, state, now }: { search: Search; state: DeskState; now: number }) {
  const desk = useDesk();
  const { t } = desk;
  const parts = (["open", "closed"] as const).map((which) => ({
    which,
    found: search[which],
    rows: search[which].ids.flatMap((id) => state.inbox.conversations[id] ?? []),
  }));
  const isEmpty = parts.every(({ rows }) => rows.length === 0);
  return (
    <div class="list__scroll" aria-busy={search.state === "loading"}>
      {parts.map(
        ({ which, found, rows }) =>
          rows.length > 0 && (
            <section key={which} aria-labelledby={`found-${which}`}>
              <h2 class="list__heading" id={`found-${which}`}>
                {t(`search.${which}`)}
              </h2>
              <ul class="rows">
                {rows.map((row) => (
                  <ConversationItem key={row.id} row={row} state={state} now={now} />
                ))}
              </ul>
              {found.next && (
                <button
                  type="button"
                  class="button button--ghost button--s list__button"
                  onClick={() => void desk.lists.findMore(which)}
                >
                  {t("search.more")}
                </button>
              )}
            </section>
          ),
      )}
      {isEmpty && search.state === "loading" && <ListSkeleton count={4} />}
      {search.state === "failed" && (
        <div class="list__failed" role="alert">
          <p>{t("errors.load")}</p>
          <button type="button" class="button button--s" onClick={() => desk.lists.search(search.query)}>
            {t("errors.again")}
          </button>
        </div>
      )}
      {isEmpty && search.state === "done" && (
        <Empty
          icon="search"
          title={t("empty.search.title", { query: search.query.trim() })}
          text={t("empty.search.text")}
          isSmall
        />
      )}
      <p class="visually-hidden" role="status">
        {search.state === "done" &&
          t("search.count", { count: parts.reduce((sum, { rows }) => sum + rows.length, 0) })}
      </p>
    </div>
  );
}
