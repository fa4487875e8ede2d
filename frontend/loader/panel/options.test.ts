import { beforeEach, expect, test, vi } from "vitest";
import { readOptions } from "../checks";
import { pageForms, panelOptions } from "./options";

let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => {
    warnings.push(text);
  });
});

/** As the loader hands them on. */
const judged = (given: object) => panelOptions(readOptions(given));

test("the loader leaves the panel's options to it, and a wrong value is dropped with a warning", () => {
  const options = judged({
    requireLogin: true,
    emailControl: "yes",
    cookiePath: "shop",
    privacyNoticeUrl: "http://shop.test/privacy",
    loginControls: {},
    colourControl: true,
    zIndex: 5,
  });

  expect(options).toEqual({ requireLogin: true });
  expect(warnings).toEqual([
    '[chatapp] option "emailControl" has a wrong value',
    '[chatapp] option "cookiePath" has a wrong value',
    '[chatapp] option "privacyNoticeUrl" has a wrong value',
    '[chatapp] option "loginControls" has a wrong value',
    '[chatapp] option "colourControl" is ignored',
  ]);
});

test("a page that says nothing leaves the forms as the account has them", () => {
  expect(pageForms({})).toEqual({
    prechat: null,
    name: null,
    email: null,
    phone: null,
    offline_name: null,
    fields: [],
    offline_fields: [],
  });
});

test("the new names show and hide, the old ones only hide, and the new ones win", () => {
  const old = { loginNameControl: false, loginEmailControl: true, offlineNameControl: false };

  expect(pageForms(old)).toMatchObject({ name: false, email: null, offline_name: false });
  expect(pageForms({ ...old, nameControl: true, numberControl: true, requireLogin: false })).toMatchObject({
    name: true,
    phone: true,
    prechat: false,
  });
});

test("fields of the page are asked for in the server's words", () => {
  const { fields, offline_fields } = pageForms({
    loginControls: [
      { xtype: "select", name: "Size", label: "Your size", items: { s: "Small", m: 38 }, required: true },
      { xtype: "textinput", name: "Order", label: "x".repeat(200), required: "yes" },
    ],
    offlineControls: [{ xtype: "checkbox", name: "Call", label: "Call me", items: { a: "b" } }],
  });

  expect(fields).toEqual([
    { key: "Size", kind: "select", label: "Your size", options: ["Small", "38"], is_required: true },
    { key: "Order", kind: "text", label: "x".repeat(120), options: [], is_required: false },
  ]);
  expect(offline_fields).toEqual([
    { key: "Call", kind: "checkbox", label: "Call me", options: [], is_required: false },
  ]);
});

test("what is no field is left out with a warning, and nothing can make the greeting too large", () => {
  const long = { xtype: "textarea", name: "Story", label: "ž".repeat(120), items: {} };

  expect(
    pageForms({
      loginControls: [
        null,
        { xtype: "file", name: "Cv", label: "CV" },
        { xtype: "select", name: "a1" },
        long,
      ],
    }).fields,
  ).toHaveLength(1);
  expect(
    pageForms({ loginControls: Array(30).fill(long), offlineControls: Array(30).fill(long) }),
  ).toMatchObject({ fields: [], offline_fields: [] });
  expect(warnings).toEqual([
    '[chatapp] field "undefined" has a wrong xtype, name or label',
    '[chatapp] field "Cv" has a wrong xtype, name or label',
    '[chatapp] field "a1" has a wrong xtype, name or label',
    "[chatapp] more than 20 fields",
    "[chatapp] the fields of the forms are too long",
  ]);
});
