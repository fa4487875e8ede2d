import { expect, test } from "vitest";
import type { AttachmentRow } from "../shared/wire";
import { type Api, ApiError, type Transfer } from "./api";
import { canSend, DraftBox, type Drafts, MAX_FILES } from "./drafts";

const row = { id: "f1", name: "plan.pdf", kind: "file" } as AttachmentRow;

interface Sending {
  arrive: () => void;
  fail: (problem: ApiError) => void;
  progress: (part: number) => void;
  isAborted: boolean;
}

/** A server whose answers the test gives. */
class FarEnd implements Pick<Api, "upload"> {
  readonly sendings: Sending[] = [];

  upload(_file: File, progress: (part: number) => void): Transfer {
    let settle: Pick<Sending, "arrive" | "fail"> | undefined;
    const done = new Promise<AttachmentRow>((resolve, reject) => {
      settle = { arrive: () => resolve(row), fail: reject };
    });
    const sending: Sending = { arrive() {}, fail() {}, ...settle, progress, isAborted: false };
    this.sendings.push(sending);
    return {
      done,
      abort: () => {
        sending.isAborted = true;
      },
    };
  }
}

function desk() {
  const farEnd = new FarEnd();
  let drafts: Drafts = {};
  const box = new DraftBox({
    api: farEnd,
    maxUpload: 1_000,
    read: () => drafts,
    write: (next) => {
      drafts = next;
    },
    explain: (code) => code,
  });
  return { box, farEnd };
}

const file = (name: string, size = 10) => new File([new Uint8Array(size)], name);
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("each conversation keeps its own draft", () => {
  const { box } = desk();
  box.write("c1", "Dear Mina");
  box.write("c2", "Dear Theo");

  box.clear("c2");

  expect([box.of("c1").body, box.of("c2").body]).toEqual(["Dear Mina", ""]);
});

test("a message waits for its files", async () => {
  const { box, farEnd } = desk();
  box.write("c1", "See here");
  box.attach("c1", [file("plan.pdf")]);
  farEnd.sendings[0]?.progress(0.5);
  expect(box.of("c1").uploads[0]).toMatchObject({ progress: 0.5, isDone: false });
  expect(canSend(box.of("c1"))).toBe(false);

  farEnd.sendings[0]?.arrive();
  await settled();

  expect(box.of("c1").uploads[0]).toMatchObject({ isDone: true, row });
  expect(canSend(box.of("c1"))).toBe(true);
});

test("a file that did not arrive says why, and can be tried again", async () => {
  const { box, farEnd } = desk();
  box.attach("c1", [file("plan.pdf")]);
  farEnd.sendings[0]?.fail(new ApiError(0, null));
  await settled();
  const [upload] = box.of("c1").uploads;
  expect(upload).toMatchObject({ error: "offline", isFinal: false });

  box.retry("c1", upload?.key ?? "");
  farEnd.sendings[1]?.arrive();
  await settled();

  expect(box.of("c1").uploads[0]).toMatchObject({ error: null, row });
});

test("a file that is too large, or one too many, is refused before it is sent", () => {
  const { box, farEnd } = desk();
  box.attach("c1", [file("huge.mov", 2_000)]);
  box.attach(
    "c1",
    Array.from({ length: MAX_FILES }, (_, index) => file(`${index}.png`)),
  );

  const errors = box.of("c1").uploads.map(({ error }) => error);
  expect(errors).toEqual(["too_large", null, null, null, null, "too_many_files"]);
  expect(farEnd.sendings).toHaveLength(4);
});

test("taking a file out ends its transfer", () => {
  const { box, farEnd } = desk();
  box.attach("c1", [file("plan.pdf")]);

  box.remove("c1", box.of("c1").uploads[0]?.key ?? "");

  expect(farEnd.sendings[0]?.isAborted).toBe(true);
  expect(box.of("c1").uploads).toEqual([]);
});

test("a message taken back brings its files", () => {
  const { box } = desk();
  box.restore("c1", [row]);

  expect(canSend(box.of("c1"))).toBe(true);
});

test("spaces are nothing to send", () => {
  expect(canSend({ body: "  \n", uploads: [] })).toBe(false);
});
