/**
 * The script of the snippet. It lives in somebody else's page: it never throws, changes nothing of the
 * page but its own container, and stores nothing before the visitor acts.
 */
import { readOptions } from "./checks";
import type { Config } from "./config";
import { drain, isQueue, makeQueue } from "./queue";
import { attempt, warn } from "./warn";
import { makeWidget } from "./widget";

/** What a page may hold of its widget. */
export interface Api {
  execute: (call: unknown[]) => void;
  exec: (...call: unknown[]) => void;
  version: string;
}

const AUTOMATIC = "smartsupp";
const page = window as unknown as Record<string, unknown>;
// Known only while the script runs for the first time.
const origin = new URL((document.currentScript as HTMLScriptElement | null)?.src || location.href).origin;

function start(): void {
  if (page.SMARTSUPP_LOADED) return;
  page.SMARTSUPP_LOADED = true;

  if (!isQueue(page.smartsupp)) page.smartsupp = makeQueue();
  const call = page.smartsupp as ReturnType<typeof makeQueue>;
  const second = isQueue(page.chatapp) && page.chatapp !== call ? page.chatapp : null;
  if (page.chatapp === undefined || second) page.chatapp = call;
  else if (page.chatapp !== call) warn("chatapp is taken");

  const widgets: Record<string, Api> = {};
  let defaults: object = {};
  let created: Promise<Api> | null = null;

  async function build(id: string, given: object, queue: unknown[] | null): Promise<Api> {
    const options = readOptions(defaults, page._chatapp, page._smartsupp, given);
    if (!options.key) throw "Missing option key";
    const address = `${origin}/widget/${options.key}/config.js?lang=${options.lang ?? ""}`;
    const config: Config = await import(address).then(
      (module) => module.default,
      (reason) => {
        // Before the account is live, its configuration throws a text that says so.
        throw reason.big ? reason : "not allowed on this site";
      },
    );

    const name = `${id}-widget-container`;
    let host = document.getElementById(name);
    if (!host) {
      const { renderTo } = options;
      const parent = typeof renderTo === "string" ? document.querySelector(renderTo) : renderTo;
      host = document.createElement("div");
      host.id = name;
      (parent ?? document.body).append(host);
    }

    const { stage, perform, resume } = makeWidget(host, config, options, call);
    const run = ([what, ...values]: unknown[]) =>
      typeof what === "function" ? what() : perform(String(what), values[0], values[1]);
    const exec = (...entry: unknown[]) => attempt(() => run(entry));
    const api: Api = { exec, execute: (entry) => exec(...entry), version: config.version };
    widgets[id] = api;
    Object.assign(call, { api });
    drain(call, run);
    if (second) drain(second, run);
    if (Array.isArray(queue)) drain({ _: queue }, run);
    for (const event of ["startup", "render", "rendered"]) stage.events.fire(event);
    resume();
    attempt(() => options.onStartup?.(api));
    return api;
  }

  const createWidget = (id: string = AUTOMATIC, options: object = {}, queue: unknown[] | null = null) => {
    if (created) return Promise.reject("one widget per page");
    created = build(id, options, queue);
    created.catch((reason) => {
      created = null;
      warn(String(reason));
    });
    return created;
  };
  const getWidget = (id: string = AUTOMATIC) => widgets[id] ?? null;
  Object.assign(call, {
    createWidget,
    create: (options: object) => createWidget(AUTOMATIC, options),
    getWidget,
    getChat: getWidget,
    chats: widgets,
    widgets,
    setDefaults: (options: object) => {
      defaults = { ...defaults, ...options };
    },
  });
  page.$smartsupp ??= { createWidget, getWidget };

  const create = () => void createWidget().catch(() => {});
  if (page.SMARTSUPP_AUTOCREATE === false) return;
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", create);
  else create();
}

attempt(start);
