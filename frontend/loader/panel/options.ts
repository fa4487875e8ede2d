import type { PageField, PageForms } from "../../shared/wire";
import { LATER } from "../later";
import { warn } from "../warn";

/** The options that only the panel needs, in their right types. */
export interface PanelOptions {
  cookieDomain?: string;
  cookiePath?: string;
  privacyNoticeUrl?: string;
  enableSounds?: boolean;
  requireLogin?: boolean;
  nameControl?: boolean;
  emailControl?: boolean;
  numberControl?: boolean;
  loginNameControl?: boolean;
  loginEmailControl?: boolean;
  offlineNameControl?: boolean;
  loginControls?: unknown[];
  offlineControls?: unknown[];
}

const MOST_FIELDS = 20;
const MOST_CHOICES = 50;
const LONGEST = 120;
/** Bytes of what a page may define: a small part of a frame, which the message shares. */
const LARGEST = 8_000;

const KINDS = /^(text|textarea|select|checkbox)$/;

const fits = (pattern: RegExp) => (value: unknown) => typeof value === "string" && pattern.test(value);

const CHECKS: [name: RegExp, isGood: (value: unknown) => boolean][] = [
  [
    /^(requireLogin|enableSounds|(name|email|number|loginName|loginEmail|offlineName)Control)$/,
    (value) => typeof value === "boolean",
  ],
  [/^(login|offline)Controls$/, Array.isArray],
  [/^cookieDomain$/, fits(/^/)],
  [/^cookiePath$/, fits(/^\/[^;,\s]*$/)],
  [/^privacyNoticeUrl$/, fits(/^https:\/\/\S+$/)],
];

/** What the loader has left to the panel: of a wrong value or name the page's author is told. */
export function panelOptions(options: object): PanelOptions {
  const good = Object.entries(options).filter(([name, value]) => {
    if (!LATER.test(name)) return false;
    const check = CHECKS.find(([names]) => names.test(name));
    const isGood = check?.[1](value);
    if (!isGood) warn(`option "${name}" ${check ? "has a wrong value" : "is ignored"}`);
    return isGood;
  });
  return Object.fromEntries(good);
}

// By characters: half of one would be refused as no text at all.
const cut = (text: unknown) => [...String(text)].slice(0, LONGEST).join("");

/** A field as old pages write it, as the server is asked for it; nothing and a warning if it is none. */
function field(given: unknown): PageField[] {
  const { xtype, name, label, required, items } = Object(given);
  const kind = String(xtype).replace("textinput", "text");
  if (!KINDS.test(kind) || !/^[A-Za-z]{1,40}$/.test(name) || typeof label !== "string") {
    warn(`field "${name}" has a wrong xtype, name or label`);
    return [];
  }
  const options = kind === "select" ? Object.values(Object(items)) : [];
  return [
    {
      key: String(name),
      kind: kind as PageField["kind"],
      label: cut(label),
      options: options.slice(0, MOST_CHOICES).map(cut),
      is_required: required === true,
    },
  ];
}

function fields(given: readonly unknown[] = []): PageField[] {
  if (given.length > MOST_FIELDS) warn(`more than ${MOST_FIELDS} fields`);
  return given.slice(0, MOST_FIELDS).flatMap(field);
}

/** What the page changes about the forms (S23). The server has the last word. */
export function pageForms(options: PanelOptions): PageForms {
  // The old names could hide a field, and say nothing where it was to be shown as ever.
  const hidden = (flag?: boolean) => (flag === false ? false : null);
  const forms = {
    prechat: options.requireLogin ?? null,
    name: options.nameControl ?? hidden(options.loginNameControl),
    email: options.emailControl ?? hidden(options.loginEmailControl),
    phone: options.numberControl ?? null,
    offline_name: hidden(options.offlineNameControl),
    fields: fields(options.loginControls),
    offline_fields: fields(options.offlineControls),
  };
  if (new Blob([JSON.stringify(forms)]).size > LARGEST) {
    warn("the fields of the forms are too long");
    forms.fields = forms.offline_fields = [];
  }
  return forms;
}
