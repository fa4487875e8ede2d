/**
 * Lends the chat's own Preact to the parts that are fetched later: two of them on one page would not
 * draw into each other. `lent.ts` is what those parts get instead of the packages.
 */
import { createContext, Fragment } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { jsx } from "preact/jsx-runtime";

const kit = { createContext, Fragment, jsx, useContext, useEffect, useId, useRef, useState };

export type Kit = typeof kit;

export function lend(): void {
  (globalThis as { kit?: Kit }).kit = kit;
}
