import { Icon } from "../shared/ui/Icon";
import { useDesk, useDeskState } from "./context";

interface Props {
  query: string;
  onQuery: (query: string) => void;
  onShortcuts: () => void;
}

/** The head of the list: whether this agent is available, sound, help, search. */
export function ListHead({ query, onQuery, onShortcuts }: Props) {
  const desk = useDesk();
  const { t } = desk;
  const { inbox, wantsSound } = useDeskState();
  const isAvailable = inbox.me.status === "online";
  const search = (words: string) => {
    onQuery(words);
    desk.lists.search(words);
  };
  return (
    <header class="list__head">
      <div class="list__bar">
        <h1 class="list__title">{t("page.name")}</h1>
        <button
          type="button"
          class="presence"
          role="switch"
          aria-checked={isAvailable}
          aria-label={t("me.available")}
          title={t(isAvailable ? "me.online_hint" : "me.away_hint")}
          onClick={() => void desk.setAvailable(!isAvailable)}
        >
          <span class={isAvailable ? "dot dot--on" : "dot"} aria-hidden="true" />
          {t(isAvailable ? "me.online" : "me.away")}
        </button>
        <button
          type="button"
          class="button button--ghost button--icon button--s"
          aria-pressed={wantsSound}
          aria-label={t("me.sound")}
          title={t(wantsSound ? "me.sound_on" : "me.sound_off")}
          onClick={() => void desk.setSound(!wantsSound)}
        >
          <Icon name={wantsSound ? "volume-2" : "volume-x"} />
        </button>
        <button
          type="button"
          class="button button--ghost button--icon button--s list__help"
          aria-label={t("shortcuts.title")}
          title={`${t("shortcuts.title")} (?)`}
          onClick={onShortcuts}
        >
          <Icon name="keyboard" />
        </button>
      </div>
      <search class="search">
        <Icon name="search" />
        <input
          id="inbox-search"
          class="search__field"
          type="search"
          autocomplete="off"
          enterkeyhint="search"
          maxLength={100}
          placeholder={t("search.placeholder")}
          aria-label={t("search.label")}
          value={query}
          onInput={(event) => search(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            search("");
            event.currentTarget.blur();
          }}
        />
        {query === "" ? (
          <kbd class="search__key">/</kbd>
        ) : (
          <button
            type="button"
            class="search__clear"
            aria-label={t("search.clear")}
            onClick={() => search("")}
          >
            <Icon name="x" size="s" />
          </button>
        )}
      </search>
    </header>
  );
}
