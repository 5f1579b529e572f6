// 100 MB in the tab: what is promised, what it takes here, and whether the page goes on meanwhile.
import { ensure } from "./harness.mjs";

export const name = "100 MB: a full backup, its verification, export and import, times beside their goals";

const FILES = 2;
const FILE_BYTES = 50_000_000;
const LINE_BYTES = 1000;
// Figures of a machine that does nothing else. Others do more at a time: they get as much again several times over.
const PATIENCE = 6;

export async function walk(lab) {
  const { page } = lab;
  await lab.pause();
  for (let i = 0; i < FILES; i += 1) await load(lab, i);
  await lab.open("Backups");
  const row = page.getByRole("row").filter({ has: lab.buttons(/^Export /) });
  const says = async (...words) => {
    const rows = await lab.tableNow("Backups");
    return rows.length > 0 && words.every((word) => rows.every((cells) => cells.some((cell) => cell.includes(word))));
  };
  const verified = async () => (await says("holds", "saved in this browser")) && (await lab.button("Stop").count()) === 0;

  await timed(lab, "full backup, until it is saved", { total_ms: 3000, task_ms: 200 }, async () => {
    await lab.press("Full backup");
    await lab.until("it is saved", () => says("saved in this browser"), 60_000);
  });
  await lab.until("it is verified by itself", verified, 60_000);
  await timed(lab, "verification", { total_ms: 2000, task_ms: 50 }, async () => {
    await row.getByRole("button", { name: /^Verify / }).click();
    await lab.until("it is under way", async () => !(await verified()));
    await lab.until("it holds", verified, 60_000);
  });
  let archive;
  await timed(lab, "export", { total_ms: 3000, task_ms: 500 }, async () => {
    archive = await lab.download(() => row.getByRole("button", { name: /^Export / }).click());
  });
  ensure(archive.bytes.length > FILES * FILE_BYTES, `the archive has ${archive.bytes.length} bytes`);
  await timed(lab, "deletion", { total_ms: 1000, task_ms: 200 }, async () => {
    await row.getByRole("button", { name: /^Delete / }).click();
    await lab.until("it is gone", async () => (await row.count()) === 0);
  });
  await timed(lab, "import, until it is saved and verified", { total_ms: 5000, task_ms: 500 }, async () => {
    await lab.choose(() => lab.buttons(/^Import/).first().click(), archive.name, archive.bytes, "application/zip");
    await lab.until("it is there again", verified, 60_000);
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

// Does `act` and says how long it took and the longest task of the page meanwhile, beside what they shall be.
async function timed(lab, what, goal, act) {
  await lab.page.evaluate(() => {
    window.tasks = [];
    window.observer = new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => entry.duration)));
    window.observer.observe({ type: "longtask" });
  });
  const begun = performance.now();
  await act();
  const total_ms = performance.now() - begun;
  // What was observed is told a little later.
  await lab.page.waitForTimeout(300);
  const tasks = await lab.page.evaluate(() => {
    window.tasks.push(...window.observer.takeRecords().map((entry) => entry.duration));
    window.observer.disconnect();
    return window.tasks;
  });
  const task_ms = Math.max(0, ...tasks);
  console.log(`${what}: ${total_ms.toFixed(0)} ms (goal ${goal.total_ms}), longest task ${task_ms} ms (goal ${goal.task_ms})`);
  ensure(total_ms <= goal.total_ms * PATIENCE, `${what} took ${total_ms.toFixed(0)} ms`);
  ensure(task_ms <= goal.task_ms * PATIENCE, `${what} blocked the page for ${task_ms} ms`);
}
