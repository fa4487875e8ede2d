import type { Surroundings } from "../context";
import { furnish } from "../furnish";
import { Drawer } from "./Drawer";
import "./drawer.css";

export async function load({ chat, t, language }: Surroundings) {
  const own = await furnish(chat.bootstrap.drawer, language);
  return ({ onClose }: { onClose: () => void }) => (
    <Drawer chat={chat} t={own} say={t} language={language} onClose={onClose} />
  );
}
