/** Words by key; branches nest. `{name}` in a text is a place for a value. */
export interface Texts {
  [key: string]: string | Texts;
}

export type Values = Record<string, string | number>;
export type Translate = (key: string, values?: Values) => string;

function find(texts: Texts, key: string): string | Texts | undefined {
  let node: string | Texts | undefined = texts;
  for (const part of key.split(".")) {
    if (typeof node !== "object" || !Object.hasOwn(node, part)) return undefined;
    node = node[part];
  }
  return node;
}

/**
 * `t("a.b", {count: 3})` is the text under that key with its places filled. A branch with the keys
 * `one`, `few`, `many`, `other` is chosen from by `count` and the language's plural rules. Numbers are
 * written as the language writes them. A missing key gives the key itself, so that a gap can be seen.
 */
export function createTranslator(texts: Texts, language: string): Translate {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);

  return (key, values = {}) => {
    let text = find(texts, key);
    if (typeof text === "object" && typeof values.count === "number") {
      text = text[plural.select(values.count)] ?? text.other;
    }
    if (typeof text !== "string") return key;
    return text.replace(/\{(\w+)\}/g, (place, name: string) => {
      const value = values[name];
      if (value === undefined) return place;
      return typeof value === "number" ? number.format(value) : value;
    });
  };
}
