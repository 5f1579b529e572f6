// 100 MB in the tab: what is promised, what it takes here, and whether the page goes on meanwhile.
import { ensure } from "./harness.mjs";
import { Memory, note, told } from "./memory.mjs";
import { Tasks } from "./tasks.mjs";

export const name = "100 MB: a full backup, its verification, export and import, times and memory beside their goals";

const FILES = 2;
const FILE_BYTES = 50_000_000;
const LINE_BYTES = 1000;
// Figures of a machine that does nothing else. Others do more at a time: they get as much again several times over.
const PATIENCE = 6;
// The page never stands still for longer. What counts is a task's own time: that of a slower processor is longer, nothing else.
const TASK_MS = 50;
const PATIENCE_TASK = 1.6;
// 64 MiB above what has to be held. What the browser itself lets lie for a while differs from one run to the next.
const PEAK_MB = 67;
const PATIENCE_PEAK = 1.3;

export async function walk(lab) {
  await opened(lab);
  // Both the file and its records are held.
  for (let i = 0; i < FILES; i += 1) {
    const tab = i === 0 ? "a fresh tab" : "the same tab";
    await timed(lab, `load of ${FILE_BYTES / 1e6} MB into ${tab}`, { total_ms: 3000, kept: 2 * FILE_BYTES }, () => load(lab, i));
  }
  const held = FILES * FILE_BYTES;
  const verified = async () => (await says(lab, "holds", "saved in this browser")) && (await lab.button("Stop").count()) === 0;

  await timed(lab, "full backup, until it is saved", { total_ms: 3000, kept: held }, async () => {
    await lab.press("Full backup");
    await lab.until("it is saved", () => says(lab, "saved in this browser"), 60_000);
  });
  await lab.until("it is verified by itself", verified, 60_000);
  await timed(lab, "verification", { total_ms: 2000 }, async () => {
    await row(lab).getByRole("button", { name: /^Verify / }).click();
    await lab.until("it is under way", async () => !(await verified()));
    await lab.until("it holds", verified, 60_000);
  });
  let archive;
  const exported = async () => {
    archive = await lab.download(() => row(lab).getByRole("button", { name: /^Export / }).click());
  };
  await timed(lab, "export", { total_ms: 3000 }, exported);
  ensure(archive.bytes.length > held, `the archive has ${archive.bytes.length} bytes`);
  const first = archive;
  await timed(lab, "deletion", { total_ms: 1000 }, () => deleted(lab));
  await timed(lab, "its undo, until it is saved", { total_ms: 3000 }, async () => {
    await lab.press("Undo");
    await lab.until("it is there again", verified, 60_000);
  });
  await deleted(lab);
  const imported = async () => {
    await lab.choose(() => lab.buttons(/^Import/).first().click(), archive.name, archive.bytes, "application/zip");
    await lab.until("it is there again", verified, 60_000);
  };
  const goal = { total_ms: 5000, kept: held };
  await timed(lab, "import, until it is saved and verified", goal, imported);

  await deleted(lab);
  await lab.until("it is gone from there as well", async () => (await lab.page.evaluate(stored)) === 0);
  await opened(lab);
  // A tab that opens has a peak of its own, since the browser knows the page's code by now.
  const bare = await Memory.of(lab);
  await timed(lab, "import in a fresh tab, until it is saved and verified", goal, imported);
  await timed(lab, "export in a fresh tab", { total_ms: 3000 }, exported);
  ensure(first.bytes.equals(archive.bytes), "it is another archive");
  await timed(lab, "load out of the browser's storage into a fresh tab, until it is verified", goal, async () => {
    await opened(lab);
    await lab.until("it is there", verified, 60_000);
    return bare && { ...bare, now: bare.peak };
  });
}

// The page in a new tab.
async function opened(lab) {
  await lab.again((page) => page.addInitScript(note));
  await lab.pause();
  await lab.open("Backups");
}

function row(lab) {
  return lab.page.getByRole("row").filter({ has: lab.buttons(/^Export /) });
}

async function says(lab, ...words) {
  const rows = await lab.tableNow("Backups");
  return rows.length > 0 && words.every((word) => rows.every((cells) => cells.some((cell) => cell.includes(word))));
}

async function deleted(lab) {
  await row(lab).getByRole("button", { name: /^Delete / }).click();
  await lab.until("it is gone", async () => (await row(lab).count()) === 0);
}

// How many chunks the browser's storage has.
function stored() {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open("rejoin");
    open.onerror = reject;
    open.onsuccess = () => {
      const count = open.result.transaction("chunks").objectStore("chunks").count();
      count.onerror = reject;
      count.onsuccess = () => {
        open.result.close();
        resolve(count.result);
      };
    };
  });
}

async function load(lab, number) {
  const line = (i) => `${number} ${String(i).padStart(8, "0")} ${"the quick brown fox ".repeat(60)}`.slice(0, LINE_BYTES - 1);
  const lines = Array.from({ length: FILE_BYTES / LINE_BYTES }, (_, i) => line(i));
  await lab.choose(() => lab.press("Load file"), `large-${number}.txt`, `${lines.join("\n")}\n`, "text/plain");
  const dialog = lab.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Load", exact: true }).click();
  await dialog.getByText(/records/).first().waitFor();
  await lab.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}

// Does `act` and says how long it took, the longest task of a page meanwhile, and how far the page's memory went above
// what it was before and the `goal.kept` bytes that stay of it; each beside what it shall be. In another tab than before
// `act` gives back what memory was before.
async function timed(lab, what, goal, act) {
  let before = await Memory.of(lab);
  await before?.anew();
  const tasks = await Tasks.begin(lab);
  const begun = performance.now();
  before = (await act()) ?? before;
  const total_ms = performance.now() - begun;
  const { own_ms, whole_ms } = await tasks.longest();
  const after = await Memory.of(lab);
  const above = after && (after.peak - before.now - (goal.kept ?? 0)) / 1e6;
  const time = `${total_ms.toFixed(0)} ms (goal ${goal.total_ms}), longest task ${own_ms.toFixed(0)} ms (goal ${TASK_MS}, from its beginning to its end ${whole_ms.toFixed(0)})`;
  console.log(`${what}: ${time}, ${above === undefined ? "memory not told" : `peak ${above.toFixed(0)} MB (goal ${PEAK_MB})`}`);
  console.log(`    memory before: ${told(before)}; after: ${told(after)}`);
  ensure(total_ms <= goal.total_ms * PATIENCE, `${what} took ${total_ms.toFixed(0)} ms`);
  ensure(own_ms > 0, `${what}: no task was seen`);
  ensure(own_ms <= TASK_MS * PATIENCE_TASK, `${what} blocked the page for ${own_ms.toFixed(0)} ms`);
  ensure(!(above > PEAK_MB * PATIENCE_PEAK), `${what} took ${above?.toFixed(0)} MB beside what it keeps`);
}
