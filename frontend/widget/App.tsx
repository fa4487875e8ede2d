import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { DropTarget } from "../shared/ui/DropTarget";
import { type Surroundings, useSurroundings, useView } from "./context";
import { EndDialog, TranscriptDialog } from "./dialogs";
import { Foot } from "./Foot";
import { Head } from "./Head";
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

/** What the script of the drawer exports. */
export interface DrawerPart {
  load: (surroundings: Surroundings) => Promise<ComponentType<{ onClose: () => void }>>;
}

export function App() {
  const surroundings = useSurroundings();
  const { chat, t } = surroundings;
  const [dialog, setDialog] = useState<"end" | "transcript" | null>(null);
  const [Drawer, setDrawer] = useState<ComponentType<{ onClose: () => void }> | null>(null);
  const [tries, setTries] = useState(0);

  const openDrawer = async () => {
    setTries(0);
    try {
      // Browsers remember a script that failed to come: each try has an address of its own.
      const part: DrawerPart = await import(chat.bootstrap.drawer.script + (tries ? `?${tries}` : ""));
      const loaded = await part.load(surroundings);
      setDrawer(() => loaded);
    } catch {
      setTries(tries + 1);
    }
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
      <Head
        onEnd={() => setDialog("end")}
        onTranscript={() => setDialog("transcript")}
        onMyData={openDrawer}
      />
      <main class="chat__main">
        <Thread />
        {tries > 0 && (
          <p class="foot__connection" role="alert">
            {t("refusal.unavailable")}
          </p>
        )}
        <Foot onMyData={openDrawer} />
      </main>
      <News />
      {dialog === "end" && (
        <EndDialog onClose={() => setDialog(null)} onTranscript={() => setDialog("transcript")} />
      )}
      {Drawer && <Drawer onClose={() => setDrawer(null)} />}
      {dialog === "transcript" && <TranscriptDialog onClose={() => setDialog(null)} />}
    </DropTarget>
  );
}
