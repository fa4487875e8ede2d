import { useEffect, useRef, useState } from "preact/hooks";
import { Avatar } from "../shared/ui/Avatar";
import { Icon } from "../shared/ui/Icon";
import { useSurroundings, useView } from "./context";

interface Action {
  icon: string;
  label: string;
  run: () => void;
}

function Menu({ actions }: { actions: readonly Action[] }) {
  const { t } = useSurroundings();
  const [isOpen, setIsOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    box.current?.querySelector("button")?.focus();
    const leave = (event: Event) => {
      const isInside = event.target instanceof Node && box.current?.parentElement?.contains(event.target);
      if (!isInside) setIsOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
    };
  }, [isOpen]);

  const step = (by: number) => {
    const items = [...(box.current?.querySelectorAll("button") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    items[(at + by + items.length) % items.length]?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons inside.
    <div
      class="menu"
      onKeyDown={(event) => {
        if (!isOpen) return;
        if (event.key === "Escape") {
          event.stopPropagation();
          setIsOpen(false);
          button.current?.focus();
        } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          event.preventDefault();
          step(event.key === "ArrowDown" ? 1 : -1);
        }
      }}
    >
      <button
        ref={button}
        type="button"
        class="head__button"
        aria-label={t("online.settingsTitle")}
        title={t("online.settingsTitle")}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="ellipsis" />
      </button>
      {isOpen && (
        <div class="menu__list" ref={box}>
          {actions.map(({ icon, label, run }) => (
            <button
              key={label}
              type="button"
              class="menu__item"
              onClick={() => {
                setIsOpen(false);
                button.current?.focus();
                run();
              }}
            >
              <Icon name={icon} />
              {label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

interface Props {
  onEnd: () => void;
  onTranscript: () => void;
  onMyData: () => void;
}

/** The first words, until the visitor has said theirs. */
function Greeting() {
  const { t } = useSurroundings();
  const { availability } = useView();
  const isHere = availability === "online" || availability === null;
  return (
    <div class="greeting">
      <p class="greeting__title">{t(isHere ? "online.infoTitle" : "offline.title")}</p>
      <p class="greeting__text">{t(isHere ? "online.infoDesc" : "offline.notice")}</p>
    </div>
  );
}

/** Who answers, whether they are here, and what else can be done. */
export function Head({ onEnd, onTranscript, onMyData }: Props) {
  const { chat, t } = useSurroundings();
  const { state, unsent, availability, hasLoaded, hasSounds, isPhone } = useView();
  const { name, visitors_may_request_transcripts } = chat.bootstrap;
  const { conversation } = state;
  const isRunning = conversation !== null && conversation.state !== "closed";
  const agent = isRunning ? conversation.agent : null;
  const status = availability === null ? "connection.connecting" : `status.${availability}`;

  const actions: Action[] = [
    {
      icon: hasSounds ? "volume-x" : "bell",
      label: t(hasSounds ? "online.disableSounds" : "online.enableSounds"),
      run: () => chat.switchSounds(),
    },
  ];
  if (conversation && visitors_may_request_transcripts) {
    actions.push({ icon: "mail", label: t("menu.transcript"), run: onTranscript });
  }
  if (!isPhone) actions.push({ icon: "arrow-right-left", label: t("menu.move"), run: () => chat.move() });
  actions.push({ icon: "shield-check", label: t("menu.myData"), run: onMyData });
  if (isRunning) actions.push({ icon: "log-out", label: t("online.closeTitle"), run: onEnd });

  return (
    <header class="head">
      <Avatar id={agent?.id ?? name} name={agent?.name ?? name} photo={agent?.photo ?? null} />
      <div class="head__text">
        <h1 class="head__name" dir="auto">
          {agent?.name ?? name}
        </h1>
        <p class="head__status">
          <span class={availability === "online" || agent ? "head__dot head__dot--on" : "head__dot"} />
          <span class="head__words" dir="auto">
            {agent ? `${agent.description || t("status.agent")} · ${name}` : t(status)}
          </span>
        </p>
      </div>
      <Menu actions={actions} />
      <button
        type="button"
        class="head__button"
        aria-label={t("online.minimize")}
        title={t("online.minimize")}
        onClick={() => chat.close()}
      >
        <Icon name={isPhone ? "x" : "chevron-down"} />
      </button>
      {hasLoaded && state.messages.length === 0 && unsent.length === 0 && <Greeting />}
    </header>
  );
}
