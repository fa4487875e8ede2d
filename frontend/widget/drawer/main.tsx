import { createTranslator, type Texts } from "../../shared/i18n";
import type { Surroundings } from "../context";
import { Drawer } from "./Drawer";
import "./drawer.css";

async function styled(address: string): Promise<void> {
  if (document.querySelector(`link[href="${address}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  await new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.remove();
      reject(new Error("no style"));
    };
    document.head.append(link);
  });
}

/** Fetches what the drawer is drawn and worded with. Rejects when the network is gone. */
export async function load({ chat, t, language }: Surroundings) {
  const { style, words } = chat.bootstrap.drawer;
  const [response] = await Promise.all([fetch(words, { credentials: "omit" }), styled(style)]);
  if (!response.ok) throw new Error("no words");
  const own = createTranslator((await response.json()) as Texts, language);
  return ({ onClose }: { onClose: () => void }) => (
    <Drawer chat={chat} t={own} say={t} language={language} onClose={onClose} />
  );
}
