import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensure } from "./harness.mjs";

export const name = "a real broker's log dir is opened, dumped, loaded as topics and read to its end";

const LOGS = fileURLToPath(new URL("../vectors/logs.tar.gz", import.meta.url));

export async function walk(lab) {
  const here = mkdtempSync(join(tmpdir(), "rejoin-"));
  try {
    execFileSync("tar", ["xzf", LOGS, "-C", here, "segments", "expected"]);
    await lab.ready();
    await whole(lab, here);
    await onePartition(lab, here);
    await dropped(lab, here);
    await several(lab, here);
    await refusals(lab, here);
  } finally {
    rmSync(here, { recursive: true });
  }
}

const dialog = (lab) => lab.page.getByRole("dialog");

async function choose(lab, button, paths) {
  const [chooser] = await Promise.all([lab.page.waitForEvent("filechooser"), lab.press(button)]);
  await chooser.setFiles(paths);
}

// The log dir: every partition is told, internal topics are shown, all others are loaded and read.
async function whole(lab, here) {
  await choose(lab, "Load folder", join(here, "segments"));
  await dialog(lab).waitFor();
  const text = await dialog(lab).innerText();
  ensure(text.includes("39 partitions of 24 topics"), text.slice(0, 300));
  ensure(text.includes("kept by the broker for itself: shown, not loaded"), "internal topics are not told");
  ensure(text.includes("18 offsets of 9 groups, committed for the topics that are loaded"), "committed offsets are not told");
  await lab.picture("dialog");

  // Kafka's own print of a compacted segment and of a partition of __consumer_offsets.
  for (const [topic, folder, variant] of [["compacted", "compacted-0", "print"], ["__consumer_offsets", "__consumer_offsets-26", "offsets"]]) {
    const open = dialog(lab).getByRole("button", { name: new RegExp(`, ${topic}$`) });
    await open.click();
    const file = `${folder}/00000000000000000000.log`;
    const dump = lab.button(`Dump ${file}`);
    await dump.click();
    const shown = await dialog(lab).locator("pre.dump").evaluate((pre) => pre.textContent);
    const expected = readFileSync(join(here, "expected", `${file}.${variant}.txt`), "utf8");
    ensure(shown.startsWith(expected), `${file} is shown as\n${shown.slice(0, 400)}\nand Kafka prints\n${expected.slice(0, 400)}`);
    await lab.picture(`dump-${topic}`);
    await dump.click();
    await open.click();
  }

  await dialog(lab).getByRole("button", { name: "Load", exact: true }).click();
  const records = expectedRecords(here, (folder) => !folder.startsWith("__"));
  await lab.until("all is loaded", async () =>
    (await dialog(lab).innerText()).includes(`${records.toLocaleString("en")} records loaded in 23 partitions of 20 topics.`));
  const loaded = await dialog(lab).innerText();
  ensure(loaded.includes("Groups that go on where they were: txn-group."), loaded);
  const lines = await dialog(lab).locator("details pre").evaluate((pre) => pre.textContent);
  ensure(lines.includes("load hourly file=hourly-0/00000000000000000000.log format=segment partitions=1 partition=0 topic-id=r07p8z9QT1m5Jey8Lylfzg"), `the topic has not its id:\n${lines}`);
  await lab.picture("loaded");
  await lab.press("Add a consumer that reads it");
  await dialog(lab).waitFor({ state: "detached" });
  await lab.speed(10);
  const ends = await lab.until("a consumer reads all of them to their ends", async () => {
    const rows = (await lab.ownership()).filter((row) => row.topic !== "orders");
    return rows.length === 23 && rows.every((row) => row.committed === null || row.committed === row.end) &&
      rows.filter((row) => row.committed !== null).length >= 20 && rows;
  }, 60_000);
  for (const { topic, partition, end } of ends) {
    const expected = endOf(here, `${topic}-${partition}`);
    ensure(end === expected, `${topic}-${partition} ends at ${end}, on the broker at ${expected}`);
  }
}

// A partition's folder by itself; its topic is there by now, so that it gets another name.
async function onePartition(lab, here) {
  await choose(lab, "Load folder", join(here, "segments", "trimmed-0"));
  await dialog(lab).waitFor();
  const name = dialog(lab).getByLabel("Load trimmed as", { exact: true });
  ensure((await name.inputValue()) === "trimmed-2", `the name is ${await name.inputValue()}`);
  await name.fill("trimmed");
  ensure((await dialog(lab).innerText()).includes("There is a topic of this name already."), "a name twice is not told");
  ensure((await dialog(lab).getByRole("button", { name: "Load", exact: true }).getAttribute("aria-disabled")) === "true", "it can be loaded twice");
  await name.fill("half of it");
  await dialog(lab).getByRole("button", { name: "Load", exact: true }).click();
  await lab.until("the name is refused", async () => (await lab.alerts()).includes("Not loaded, nothing was changed"));
  await name.fill("trimmed.again");
  await dialog(lab).getByRole("button", { name: "Load", exact: true }).click();
  await lab.until("it is loaded", async () => (await dialog(lab).innerText()).includes("1 partition of 1 topic."));
  await dialog(lab).getByRole("button", { name: "Close", exact: true }).click();
  await dialog(lab).waitFor({ state: "detached" });
}

// Dropping a folder does the same.
async function dropped(lab, here) {
  const cdp = await lab.context.newCDPSession(lab.page);
  const data = { items: [], files: [join(here, "segments", "many-segments-0")], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await cdp.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
  }
  await dialog(lab).waitFor();
  const text = await dialog(lab).innerText();
  ensure(text.includes("Load many-segments-0") && text.includes("1 partition of 1 topic"), text.slice(0, 300));
  await lab.page.keyboard.press("Escape");
  await dialog(lab).waitFor({ state: "detached" });
}

// Several files at once: those of a broker together, lines one after the other.
async function several(lab, here) {
  const folder = join(here, "segments", "hourly-0");
  await choose(lab, "Load file", readdirSync(folder).map((file) => join(folder, file)));
  await dialog(lab).waitFor();
  const text = await dialog(lab).innerText();
  ensure(/Load \d+ files/.test(text) && text.includes("294 records"), text.slice(0, 300));
  await lab.page.keyboard.press("Escape");
  await dialog(lab).waitFor({ state: "detached" });

  const texts = ["one.txt", "two.txt"].map((name) => join(here, name));
  texts.forEach((path) => writeFileSync(path, "a\nb\n"));
  await choose(lab, "Load file", texts);
  for (const file of ["one.txt", "two.txt"]) {
    await lab.page.getByRole("heading", { name: `Load ${file}`, exact: true }).waitFor();
    await lab.press("Load");
    await lab.until("its lines are records", async () => (await dialog(lab).innerText()).includes("2 records loaded."));
    await lab.press("Close");
  }
  await dialog(lab).waitFor({ state: "detached" });
}

// What cannot be loaded is told, by name.
async function refusals(lab, here) {
  const bad = join(here, "bad");
  cpSync(join(here, "segments", "codec-none-0"), join(bad, "sound-0"), { recursive: true });
  cpSync(join(here, "segments", "codec-none-0"), join(bad, "damaged-0"), { recursive: true });
  const log = join(bad, "damaged-0", "00000000000000000000.log");
  const bytes = readFileSync(log);
  bytes[300] ^= 1;
  writeFileSync(log, bytes);
  await choose(lab, "Load folder", bad);
  await dialog(lab).waitFor();
  const text = await dialog(lab).innerText();
  ensure(text.includes("damaged-0: damaged-0/00000000000000000000.log: at byte "), `the damage is not told: ${text}`);
  ensure((await dialog(lab).getByRole("checkbox").count()) === 1, "the damaged topic can be chosen");
  await lab.picture("damaged");
  await lab.page.keyboard.press("Escape");
  await dialog(lab).waitFor({ state: "detached" });

  const none = join(here, "none");
  mkdirSync(none);
  writeFileSync(join(none, "notes.txt"), "mine\n");
  await choose(lab, "Load folder", none);
  await lab.until("a folder without a log is refused", async () => (await lab.alerts()).includes("none has no partition of a broker"));
  await lab.press("Dismiss");
  writeFileSync(join(none, "large.bin"), Buffer.alloc(65 << 20));
  await choose(lab, "Load folder", none);
  await lab.until("too much is refused", async () => /none is \S+ \S+; at most \S+ \S+ are read/.test(await lab.alerts()));
  await lab.press("Dismiss");
}

// Records outside control batches that Kafka's reader found in these folders.
function expectedRecords(here, fits) {
  let count = 0;
  for (const folder of readdirSync(join(here, "expected")).filter(fits)) {
    for (const file of readdirSync(join(here, "expected", folder)).filter((name) => name.endsWith(".records.jsonl"))) {
      let control = false;
      for (const line of readFileSync(join(here, "expected", folder, file), "utf8").split("\n").filter(Boolean)) {
        const value = JSON.parse(line);
        if (value.batch) control = value.batch.isControl;
        else if (!control) count += 1;
      }
    }
  }
  return count;
}

// Where the broker's log ends: after its last batch.
function endOf(here, folder) {
  let end = 0;
  const files = readdirSync(join(here, "expected", folder)).filter((name) => name.endsWith(".records.jsonl"));
  for (const file of files) {
    for (const line of readFileSync(join(here, "expected", folder, file), "utf8").split("\n").filter(Boolean)) {
      end = Math.max(end, (JSON.parse(line).batch?.lastOffset ?? -1) + 1);
    }
  }
  return end;
}
