/**
 * Runs the clients' own reducers. Reads JSON from standard input: a load and the frames that were
 * pushed after it; prints the state as a person would see it.
 */
import { build } from "esbuild";

const source = `
  export { applyVisitor } from "./frontend/shared/visitorState";
  export { applyInbox, loadInbox, loadPage, loadThread, rowsOf } from "./frontend/shared/inboxState";
`;
const bundle = await build({
  stdin: { contents: source, resolveDir: process.cwd(), loader: "ts" },
  bundle: true,
  format: "esm",
  write: false,
});
const code = bundle.outputFiles[0].text;
const { applyInbox, applyVisitor, loadInbox, loadPage, loadThread, rowsOf } = await import(
  `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
);

function visitorAfter({ load, frames }) {
  let state = load;
  for (const frame of frames) {
    const applied = applyVisitor(state, frame);
    if (applied.gap) throw new Error(`a gap before ${JSON.stringify(frame)}`);
    state = applied.state;
  }
  return state;
}

function inboxAfter({ load, pages, thread, frames }) {
  let state = loadInbox(load);
  for (const [view, page] of Object.entries(pages)) {
    state = loadPage(state, view, page.conversations, page.next);
  }
  if (thread) state = loadThread(state, thread);
  for (const frame of frames) {
    const applied = applyInbox(state, frame);
    if (applied.gap || applied.restart) throw new Error(`a gap before ${JSON.stringify(frame)}`);
    state = applied.state;
  }
  const views = Object.fromEntries(Object.keys(pages).map((view) => [view, rowsOf(state, view)]));
  return { rev: state.rev, views, threads: state.threads };
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
const cases = JSON.parse(input);
const after = cases.map((one) => (one.side === "visitor" ? visitorAfter(one) : inboxAfter(one)));
process.stdout.write(JSON.stringify(after));
