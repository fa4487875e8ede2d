import { useEffect, useState } from "preact/hooks";
import { unreadForMe } from "../shared/inboxState";
import { Announcer } from "./Announcer";
import { ConnectionBanner } from "./ConnectionBanner";
import { ConversationList } from "./ConversationList";
import { useDesk, useDeskState, useNow } from "./context";
import { Ended } from "./Ended";
import { focusList, useShortcuts } from "./keyboard";
import { addressOf, selectedInAddress } from "./route";
import { Shortcuts } from "./Shortcuts";
import { Thread } from "./Thread";
import { Toasts } from "./Toasts";
import { showUnread } from "./title";
import { VisitorPanel } from "./VisitorPanel";

/** List, thread and visitor side by side; on smaller screens one after the other. The open
 * conversation is in the address, so that a reload and the back button work. */
export function App() {
  const desk = useDesk();
  const state = useDeskState();
  const now = useNow();
  const [hasPanel, setHasPanel] = useState(false);
  const [hasShortcuts, setHasShortcuts] = useState(false);
  const { selection, inbox } = state;
  const row = selection ? inbox.conversations[selection.id] : undefined;

  useEffect(() => {
    const follow = () => desk.threads.select(selectedInAddress(location.hash));
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [desk]);

  const unread = unreadForMe(inbox);
  useEffect(() => showUnread(unread, desk), [unread, desk]);

  const back = () => {
    const left = selection?.id;
    if (hasPanel) {
      setHasPanel(false);
    } else {
      location.hash = "";
      focusList(left);
    }
  };

  useShortcuts({
    onHelp: () => setHasShortcuts(true),
    onReply: () => desk.focusComposer(),
    onBack: back,
    onClose: () => document.querySelector<HTMLButtonElement>("[data-close-conversation]")?.click(),
  });

  return (
    <div
      class={`inbox${selection ? " inbox--thread" : ""}${hasPanel && row ? " inbox--panel" : ""}`}
      data-connection={state.connection}
    >
      <ConnectionBanner />
      <ConversationList now={now} onShortcuts={() => setHasShortcuts(true)} />
      <Thread
        now={now}
        hasPanel={hasPanel}
        onBack={back}
        onPanel={() => setHasPanel(!hasPanel)}
        onShortcuts={() => setHasShortcuts(true)}
      />
      {row && (
        <VisitorPanel
          key={row.id}
          row={row}
          now={now}
          onClose={() => setHasPanel(false)}
          onOpen={(id) => {
            setHasPanel(false);
            location.hash = addressOf(id);
          }}
        />
      )}
      <Announcer />
      <Toasts />
      {hasShortcuts && <Shortcuts onClose={() => setHasShortcuts(false)} />}
      <Ended />
    </div>
  );
}
