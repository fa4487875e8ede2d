import { useEffect, useState } from "preact/hooks";
import { DropTarget } from "../shared/ui/DropTarget";
import { useSurroundings, useView } from "./context";
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

export function App() {
  const { chat, t } = useSurroundings();
  const [dialog, setDialog] = useState<"end" | "transcript" | null>(null);

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
      <Head onEnd={() => setDialog("end")} onTranscript={() => setDialog("transcript")} />
      <main class="chat__main">
        <Thread />
        <Foot />
      </main>
      <News />
      {dialog === "end" && (
        <EndDialog onClose={() => setDialog(null)} onTranscript={() => setDialog("transcript")} />
      )}
      {dialog === "transcript" && <TranscriptDialog onClose={() => setDialog(null)} />}
    </DropTarget>
  );
}
