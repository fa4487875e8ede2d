import { beforeEach, expect, test, vi } from "vitest";
import type { ToFrame, ToLoader } from "../shared/port";
import { FakeClock } from "../shared/testing/fakeClock";
import { conversationRow, messageRow, visitorRow } from "../shared/testing/rows";
import type { FormsRow, MessageRow, VisitorConversationRow, VisitorDown, VisitorUp } from "../shared/wire";
import type { Bootstrap } from "./bootstrap";
import { Chat } from "./chat";
import type { LineWiring } from "./line";

const bootstrap: Bootstrap = {
  key: "k",
  site: "https://shop.test",
  ticket: "t",
  name: "Kettle Lane",
  language: "en",
  direction: "ltr",
  texts: {},
  color: "#0b6e5f",
  color_text: "#ffffff",
  color_on_light: "#0b6e5f",
  color_on_dark: "#74cfcd",
  notice: { shown: true, url: "", text: "", version: "a0" },
  socket: "wss://chat.test/ws",
  poll: "/poll",
  collects: ["location", "screen"],
  files: "/files",
  messages: "/messages",
  ticket_url: "/ticket",
  privacy: "/privacy/",
  drawer: { script: "", style: "", words: "" },
  forms: { script: "", style: "", words: "" },
  dialogs: "",
  masking: "",
  max_upload: 10,
  visitors_may_request_transcripts: true,
};

const start: ToFrame = {
  type: "start",
  token: null,
  page: { url: "https://shop.test/", title: "Shop", referrer: "" },
  identity: {},
  draft: "",
  isOpen: true,
  takesFocus: true,
  isPhone: false,
  hasSounds: true,
  color: "#0b6e5f",
  noticeUrl: null,
  forms: null,
};

let clock: FakeClock;
let sent: VisitorUp[];
let told: ToLoader[];
let wiring: Omit<LineWiring, "dial" | "post">;
let chat: Chat;

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  told = [];
  chat = new Chat({
    bootstrap,
    say: (message) => told.push(message),
    connect: (given) => {
      wiring = given;
      return {
        start: () => {},
        stop: () => {},
        sync: () => sent.push(given.sync()),
        send: (frame) => sent.push(frame) > 0,
      };
    },
    chime: { ring: () => {} },
    fetch: () => Promise.reject(new Error("nothing is fetched here")),
    clock,
  });
  chat.hear(start);
});

function welcome(
  conversation: VisitorConversationRow | null = null,
  messages: MessageRow[] = [],
): VisitorDown {
  return {
    type: "welcome",
    token: "viA.seal",
    visitor_id: "viA",
    is_new: false,
    state: { visitor: visitorRow(), conversation, messages, has_earlier: false },
    availability: "online",
    forms: {
      prechat: [],
      offline: [],
      notice: { version: "a1", text: "Acme processes what you write here.", language: "en" },
      requires_acknowledgement: false,
      consents: [],
      dropped: [],
    },
  };
}

function connected(conversation: VisitorConversationRow | null = null, messages: MessageRow[] = []): void {
  wiring.onState("open", null);
  wiring.onFrame(welcome(conversation, messages));
  sent.length = 0;
  told.length = 0;
}

const answer = messageRow({
  seq: 2,
  author: { kind: "member", id: "m", name: "Lena", photo: null },
  body: "Yes",
});
const answered: VisitorDown = {
  type: "change",
  change: "message_posted",
  visitor: visitorRow(),
  conversation: conversationRow({ version: 2, last_seq: 2, unread: 1 }),
  messages: [answer],
};
const events = () => told.flatMap((message) => (message.type === "event" ? [message.name] : []));

test("what is typed before the page says how it stands is kept", () => {
  chat.write("Do you re");

  chat.hear(start);

  expect(chat.view.draft).toBe("Do you re");
});

test("what an earlier page left unsent is there again", () => {
  chat.hear({ ...start, draft: "Do you re" });

  expect(chat.view.draft).toBe("Do you re");
});

test("the screen is read when the visitor writes, with the first message only", () => {
  const width = vi.spyOn(screen, "width", "get").mockReturnValue(1920);
  vi.spyOn(screen, "height", "get").mockReturnValue(1080);
  chat.hear(start);
  connected();
  chat.write("Hello");
  expect(width).not.toHaveBeenCalled();

  chat.send(false);

  expect(sent.find(({ type }) => type === "message")).toMatchObject({ screen: "1920x1080" });
  connected(conversationRow({}));
  chat.write("Still there?");
  chat.send(false);
  expect(sent.find(({ type }) => type === "message")).not.toHaveProperty("screen");
});

test("what the account does not collect of the device is not read", () => {
  const width = vi.spyOn(screen, "width", "get");
  const zone = vi.spyOn(Intl, "DateTimeFormat");
  bootstrap.collects = [];
  connected();

  const hello = wiring.hello();
  chat.write("Hello");
  chat.send(false);
  bootstrap.collects = ["location", "screen"];

  expect(hello.time_zone).toBe("");
  expect(sent.find(({ type }) => type === "message")).not.toHaveProperty("screen");
  expect(width).not.toHaveBeenCalled();
  expect(zone).not.toHaveBeenCalled();
});

test("a message is shown as queued, and as stored under the same id when it is acknowledged", () => {
  connected();
  chat.write("Hello");
  chat.send(false);
  const frame = sent.find((one) => one.type === "message");
  if (frame?.type !== "message") throw new Error("no message was sent");
  expect(chat.view.unsent.map((one) => one.state)).toEqual(["queued"]);
  expect(chat.view.draft).toBe("");

  const stored = messageRow({ client_id: frame.id, body: "Hello" });
  const change: VisitorDown = { ...answered, conversation: conversationRow(), messages: [stored] };
  wiring.onFrame({ type: "ack", id: frame.id, change });

  expect(chat.view.unsent).toEqual([]);
  expect(chat.view.state.messages.map((one) => one.client_id)).toEqual([frame.id]);
  expect(events()).toEqual(["message_sent", "sent", "message"]);
});

test("what was there at the first load is no news", () => {
  wiring.onState("open", null);
  wiring.onFrame(welcome(conversationRow({ version: 2, last_seq: 2 }), [messageRow(), answer]));

  expect(events()).toEqual([]);
  expect(chat.view.news).toBeNull();
});

test("an answer is news once, however often it is delivered", () => {
  connected(conversationRow(), [messageRow()]);

  wiring.onFrame(answered);
  wiring.onFrame(answered);

  expect(events()).toEqual(["message_received", "message"]);
  expect(chat.view.news?.text).toBe("Yes");
});

test("an answer that is looked at is seen, one behind a closed chat is received and counted", () => {
  connected(conversationRow(), [messageRow()]);
  chat.hear({ type: "open", isOpen: false, takesFocus: false });

  wiring.onFrame(answered);
  expect(sent).toEqual([{ type: "received", seq: 2 }]);
  expect(told).toContainEqual({ type: "unread", count: 1 });
  chat.hear({ type: "open", isOpen: true, takesFocus: true });

  expect(sent.at(-1)).toEqual({ type: "seen", seq: 2 });
});

test("a gap asks once, and the answer heals it", () => {
  connected(conversationRow(), [messageRow()]);
  const ahead = (version: number): VisitorDown => ({
    ...answered,
    conversation: conversationRow({ version, last_seq: version }),
    messages: [],
  });

  wiring.onFrame(ahead(3));
  wiring.onFrame(ahead(4));
  expect(sent).toEqual([{ type: "sync", conversation: "c1", since: 1 }]);
  wiring.onFrame({
    type: "changes",
    visitor: null,
    conversation: conversationRow({ version: 4, last_seq: 2 }),
    messages: [answer],
    state: null,
  });

  expect(chat.view.state.conversation?.version).toBe(4);
});

test("a blink of the network does not nag, a loss that lasts is said", () => {
  connected();
  wiring.onState("waiting", { code: 1006, failures: 1 });
  clock.pass(3_000);
  expect(chat.view.connection).toBe("fine");

  clock.pass(1_000);

  expect(chat.view.connection).toBe("lost");
});

test("what is not stored yet goes into the draft, so that it outlives the page", () => {
  wiring.onState("waiting", { code: 1006, failures: 1 });
  chat.write("Hello");
  chat.send(false);
  clock.pass(1_500);

  expect(told.filter((message) => message.type === "draft").at(-1)).toEqual({ type: "draft", text: "Hello" });
});

test("an address that is none holds the message back and says so", () => {
  connected();
  chat.write("Hello");
  chat.writeEmail("ada");
  sent.length = 0;
  chat.send(true);
  expect(chat.view.emailError).toBe(true);
  expect(sent).toEqual([]);

  chat.writeEmail("ada@example.org");
  chat.send(true);

  expect(sent.find((one) => one.type === "message")).toMatchObject({
    email: "ada@example.org",
    body: "Hello",
  });
});

test("an address that comes after the message is told by itself", () => {
  connected(conversationRow(), [messageRow()]);
  chat.writeEmail("ada@example.org");
  chat.leaveEmail();

  expect(sent).toMatchObject([{ type: "identify", email: "ada@example.org" }]);
});

test("a file that is too large is refused before it travels", () => {
  connected();

  chat.attach([new File(["more than ten bytes"], "a.txt")]);

  expect(chat.view.uploads.map((one) => one.error)).toEqual(["tooLarge"]);
  expect(chat.canSend()).toBe(false);
});

test("another tab's visitor takes over, and nothing of the former one stays on the screen", () => {
  connected(conversationRow(), [messageRow()]);

  chat.hear({ type: "token", token: "viB.seal" });

  expect(chat.view.state.messages).toEqual([]);
  expect(wiring.hello().token).toBe("viB.seal");
});

test("the page learns of the conversation while it runs, and that it has ended", () => {
  connected();
  wiring.onFrame({ ...answered, conversation: conversationRow(), messages: [messageRow()] });
  wiring.onFrame({
    ...answered,
    change: "closed",
    conversation: conversationRow({ version: 2, state: "closed" }),
    messages: [],
  });

  expect(told.filter((message) => message.type === "conversation")).toEqual([
    { type: "conversation", id: "c1" },
    { type: "conversation", id: null },
  ]);
});

test("typing is said once in a while and ends by itself", () => {
  connected();
  chat.write("H");
  chat.write("He");
  clock.pass(4_000);

  expect(sent).toEqual([
    { type: "typing", on: true },
    { type: "typing", on: false },
  ]);
});

test("what the page says of the visitor is told to each new visitor, and changes at once", () => {
  chat.hear({ type: "identify", identity: { name: "Ada" } });
  sent.length = 0;
  connected();
  wiring.onFrame(welcome());
  chat.hear({ type: "identify", identity: { email: "ada@example.org" } });

  expect(sent.at(-1)).toMatchObject({ type: "identify", email: "ada@example.org" });
});

test("an erased visitor is another one, of whom the device hears nothing until they write", () => {
  connected(conversationRow(), [answer]);
  chat.write("unsent");
  chat.send(false);
  told.length = 0;

  chat.forget();
  chat.act();

  expect(told.map((message) => message.type)).toContain("forget");
  expect(told.map((message) => message.type)).not.toContain("interaction");
  expect(chat.view.state.messages).toEqual([]);
  expect(chat.view.unsent).toEqual([]);
  expect(wiring.hello()).toMatchObject({ token: null, conversation: null });
  chat.write("new");
  chat.act();
  expect(told.map((message) => message.type)).toContain("interaction");
});

const question = (key: string, is_required = true) => ({
  key,
  kind: "text" as const,
  label: "",
  placeholder: "",
  options: [],
  is_required,
});

function asked(availability: "online" | "offline"): void {
  wiring.onState("open", null);
  const first = welcome();
  if (first.type !== "welcome") throw new Error("no welcome");
  const prechat = [question("name"), question("order")];
  wiring.onFrame({
    ...first,
    availability,
    forms: { ...first.forms, prechat, offline: [question("email")] },
  });
  sent.length = 0;
}

test("the form before the chat opens over the first words, and they go with what it brings", () => {
  asked("online");
  chat.write("Hello");
  chat.send(false);

  expect(chat.asks()).toBe("prechat");
  expect(chat.view.draft).toBe("Hello");
  expect(sent.filter((frame) => frame.type === "message")).toEqual([]);

  chat.post({ form: { point: "prechat", values: { name: "Jana" } } });

  expect(sent.find((frame) => frame.type === "message")).toMatchObject({
    body: "Hello",
    form: { point: "prechat", values: { name: "Jana" } },
    notice: { version: "a1", how: "shown" },
  });
  expect(chat.asks()).toBeNull();
});

test("while nobody is there the other form stands, and what the page said is not asked", () => {
  asked("offline");

  expect(chat.asks()).toBe("offline");
  chat.hear({ type: "identify", identity: { email: "jana@example.org", name: "Jana" } });

  expect(chat.questions("offline")).toBeNull();
  expect(chat.questions("prechat")?.map((one) => one.key)).toEqual(["order"]);
});

test("what the server misses brings the words back with the field", () => {
  connected();
  chat.write("Hello");
  chat.send(false);
  const frame = sent.find((one) => one.type === "message");
  if (frame?.type !== "message") throw new Error("no message was sent");

  wiring.onFrame({ type: "refused", id: frame.id, code: "invalid", retry_after: null, field: "order" });

  expect(chat.view).toMatchObject({ draft: "Hello", unsent: [], isAsking: true, wrongField: "order" });
});

test("boxes stand beside the first message, and their ticks go along with it once", () => {
  const box = { purpose: "p1", version: "v1", title: "News", text: "Once a month.", details: "" };
  connected();
  chat.view.forms = { ...(chat.view.forms as FormsRow), consents: [box, { ...box, purpose: "p2" }] };
  expect(chat.offers()).toBe(true);
  expect(chat.view.ticked).toEqual([]);
  chat.tick("p1");
  chat.tick("p2");
  chat.tick("p2");

  chat.write("Hello");
  chat.send(false);

  expect(sent.find(({ type }) => type === "message")).toMatchObject({
    body: "Hello",
    consents: [{ purpose: "p1", version: "v1" }],
  });
  expect(chat.view.ticked).toEqual([]);
  expect(chat.view.forms.consents.map(({ purpose }) => purpose)).toEqual(["p2"]);
  expect(chat.offers()).toBe(false);
});

test("nothing is ticked for anybody: a message without a tick brings no consent", () => {
  connected();
  chat.offer([{ purpose: "p1", version: "v1", title: "News", text: "Once a month.", details: "" }]);

  chat.write("Hello");
  chat.send(false);

  expect(sent.find(({ type }) => type === "message")).not.toHaveProperty("consents");
});

test("boxes that a form will show do not stand beside the message as well", () => {
  connected();
  chat.offer([{ purpose: "p1", version: "v1", title: "News", text: "Once a month.", details: "" }]);
  expect(chat.offers()).toBe(true);

  chat.view.forms = { ...(chat.view.forms as FormsRow), requires_acknowledgement: true };

  expect(chat.offers()).toBe(false);
});

test("what the page changes about the forms goes along with the hello, and what was left out comes back", () => {
  const forms = { prechat: true, fields: [{ key: "Belief", kind: "text" as const, label: "Religion" }] };
  chat.hear({ ...start, forms });
  expect(wiring.hello()).toMatchObject({ forms });
  const dropped = [{ key: "Belief", word: "Religion", article: "Article 9 GDPR" }];
  const first = welcome() as Extract<VisitorDown, { type: "welcome" }>;

  wiring.onFrame({ ...first, forms: { ...first.forms, dropped } });

  expect(told).toContainEqual({ type: "dropped", fields: dropped });
});
