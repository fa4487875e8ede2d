import type { Variable } from "../../shared/wire";
import { warn } from "../warn";

const MOST = 100;

function isPlain(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value) && String(value).length <= 1000;
}

function isVariable(value: unknown): value is Variable {
  if (isPlain(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  const { label, value: inner } = value as { label?: unknown; value?: unknown };
  return typeof label === "string" && isPlain(inner);
}

/** Those of the page's variables that are right and not known yet with this value. */
export function changedVariables(given: object, known: Record<string, Variable>): Record<string, Variable> {
  const changed: Record<string, Variable> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!name || name.length > 64 || !isVariable(value)) {
      warn(`variable "${name}" has a wrong name or value`);
    } else if (JSON.stringify(known[name]) !== JSON.stringify(value)) {
      changed[name] = value;
    }
  }
  if (Object.keys({ ...known, ...changed }).length <= MOST) return changed;
  warn(`more than ${MOST} variables`);
  return {};
}
