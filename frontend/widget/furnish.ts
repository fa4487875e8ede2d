import { createTranslator, type Texts, type Translate } from "../shared/i18n";
import type { Part } from "./bootstrap";

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

/** Fetches style and words of a part that comes later. Rejects when the network is gone. */
export async function furnish({ style, words }: Part, language: string): Promise<Translate> {
  const [response] = await Promise.all([fetch(words, { credentials: "omit" }), styled(style)]);
  if (!response.ok) throw new Error("no words");
  return createTranslator((await response.json()) as Texts, language);
}
