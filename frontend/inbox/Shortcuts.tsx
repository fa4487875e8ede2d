import { useDesk } from "./context";
import { Dialog } from "./Dialog";

const KEYS = [
  { keys: ["J", "↓"], text: "shortcuts.next" },
  { keys: ["K", "↑"], text: "shortcuts.previous" },
  { keys: ["Enter"], text: "shortcuts.open" },
  { keys: ["R"], text: "shortcuts.reply" },
  { keys: ["E"], text: "shortcuts.close" },
  { keys: ["/"], text: "shortcuts.search" },
  { keys: ["Esc"], text: "shortcuts.back" },
  { keys: ["?"], text: "shortcuts.help" },
];

export function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useDesk();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      <div class="dialog__body">
        <dl class="shortcuts">
          {KEYS.map(({ keys, text }) => (
            <div key={text} class="shortcuts__line">
              <dt>{t(text)}</dt>
              <dd>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
        <p class="shortcuts__note">{t("shortcuts.note")}</p>
      </div>
    </Dialog>
  );
}
