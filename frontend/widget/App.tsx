import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { DropTarget } from "../shared/ui/DropTarget";
import { useSurroundings, useView } from "./context";
import type { Props as DialogProps, Question } from "./dialogs/main";
import { Foot } from "./Foot";
import { Head } from "./Head";
import { later } from "./later";
import { Thread } from "./Thread";

/** Says what the other side has just written, and nothing else: no history, no states. */
function News() {
  const { news } = useView();
  return (
    <p class="visually-hidden" aria-live="polite">
      {news && <span key={news.key}>{`${news.author}: ${news.text}`}</span>}
    </p>
  );
}

export function App() {
  const surroundings = useSurroundings();
  const { chat, t } = surroundings;
  const [question, setQuestion] = useState<Question | null>(null);
  const [Dialog, setDialog] = useState<ComponentType<DialogProps> | null>(null);
  const [Drawer, setDrawer] = useState<ComponentType<{ onClose: () => void }> | null>(null);
  const [hasFailed, setHasFailed] = useState(false);

  const open = async <Props,>(script: string, take: (made: ComponentType<Props>) => void) => {
    setHasFailed(false);
    try {
      take(await later<Props>(script, surroundings));
    } catch {
      setHasFailed(true);
    }
  };
  const openDrawer = () =>
    open<{ onClose: () => void }>(chat.bootstrap.drawer.script, (made) => setDrawer(() => made));
  const ask = (asked: Question | null) => {
    setQuestion(asked);
    if (asked && !Dialog) open<DialogProps>(chat.bootstrap.dialogs, (made) => setDialog(() => made));
  };

  useEffect(() => {
    const act = () => chat.act();
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) chat.close();
    };
    const look = () => chat.mark();
    document.addEventListener("pointerdown", act);
    document.addEventListener("input", act);
    document.addEventListener("keydown", close);
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("pointerdown", act);
      document.removeEventListener("input", act);
      document.removeEventListener("keydown", close);
      document.removeEventListener("visibilitychange", look);
    };
  }, [chat]);

  return (
    <DropTarget class="chat" label={t("files.drop")} onFiles={(files) => chat.attach(files)}>
      <Head onEnd={() => ask("end")} onTranscript={() => ask("transcript")} onMyData={openDrawer} />
      <main class="chat__main">
        <Thread />
        {hasFailed && (
          <p class="foot__connection" role="alert">
            {t("refusal.unavailable")}
          </p>
        )}
        <Foot onMyData={openDrawer} />
      </main>
      <News />
      {question && Dialog && <Dialog question={question} onAsk={ask} />}
      {Drawer && <Drawer onClose={() => setDrawer(null)} />}
    </DropTarget>
  );
}
