/** Stands for "preact" and its parts in what is fetched later (`build.mjs`): see `kit.ts`. */
import type { Kit } from "./kit";

const { kit } = globalThis as unknown as { kit: Kit };

export const { createContext, Fragment, jsx, useContext, useEffect, useId, useRef, useState } = kit;
export const jsxs = jsx;
