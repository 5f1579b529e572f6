import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpack } from "./archive.mjs";
import { ensure } from "./harness.mjs";

export const name = "add, kill, load, back up, export, lose everything, import, restore in four steps, go on";

// Real bytes: one line is not UTF-8, and no line ends the file.
const LINES = 300;
const ODD = Buffer.from([0x6e, 0x61, 0xef, 0x76, 0x65, 0x20, 0xff, 0xfe]);
const FILE = Buffer.concat([
  Buffer.from(Array.from({ length: LINES - 1 }, (_, i) => `GET /basket/${i} 200 ${i * 7}\n`).join("")),
  ODD,
]);

export async function walk(lab) {
  await lab.ready();
  await lab.speed(10);
  await lab.owned("orders", ["c1", "c2", "c3"]);

  await lab.press("Add consumer");
  await lab.owned("orders", ["c1", "c2", "c3", "c4"]);
  await lab.press("Kill c1");
  await lab.button("Restart c1").waitFor();
  await lab.owned("orders", ["c2", "c3", "c4"]);
  await lab.picture("killed");

  await lab.choose(() => lab.press("Load file"), "access.log", FILE, "text/plain");
  await lab.field("Topic").fill("orders");
  await lab.press("Load");
  await lab.until("all lines are records", async () => (await lab.text()).includes(`${LINES} records loaded.`));
  await lab.press("Close");

  const { label, archive } = await backUp(lab);
  await loseEverything(lab, label);
  await lab.reload();
  await lab.speed(10);
  await lab.open("Backups");
  ensure((await lab.buttons(/^Restore \d/).count()) === 0, "a deleted backup came back");
  await lab.choose(() => lab.press("Import"), archive.name, archive.bytes, "application/zip");
  await lab.button(`Restore ${label}`).waitFor();
  await restore(lab, label);
}

// A full backup, exported, and looked at by others.
async function backUp(lab) {
  await lab.open("Backups");
  await lab.press("Full backup");
  const button = lab.buttons(/^Export \d/).first();
  await button.waitFor();
  ensure((await lab.text()).includes("never exported"), "a new backup does not say that it was never exported");
  const label = (await button.getAttribute("aria-label"))?.replace("Export ", "") ?? "";
  const archive = await lab.download(() => button.click());
  ensure(archive.name === `rejoin-${label}.zip`, `the file is called ${archive.name}`);
  await lab.until("the export is noted", async () => !(await lab.text()).includes("never exported"));
  const { sums, files } = unpack(archive.bytes);
  ensure(!sums.includes("FAILED"), sums);
  const segments = [...files].filter(([path]) => /data\/orders-\d\/\d{20}\.log$/.test(path));
  ensure(segments.length >= 6, `segments: ${segments.map(([path]) => path)}`);
  ensure(segments.some(([, bytes]) => bytes.includes(ODD)), "the loaded bytes are not in the segments");
  const file = join(tmpdir(), archive.name);
  writeFileSync(file, archive.bytes);
  const verified = await lab.rejoin("verify", file);
  ensure(verified.status === 0, `rejoin verify: ${verified.stdout}${verified.stderr}`);
  return { label, archive };
}

// The backup, and what it was taken of.
async function loseEverything(lab, label) {
  await lab.press(`Delete ${label}`);
  await lab.button(`Restore ${label}`).waitFor({ state: "detached" });
  await lab.open("Story");
  await lab.field("Command").fill("delete topic orders");
  await lab.press("Do");
  await lab.until("orders is gone", async () => (await lab.ownership()).every((row) => row.topic !== "orders"));
}

async function restore(lab, label) {
  await lab.press(`Restore ${label}`);
  await lab.press("Stop consumers");
  await lab.press("Restore data");
  await lab.picture("restored");
  await lab.press("Restart consumers");
  await lab.until("the restore is proven", async () => (await lab.text()).includes("Proven"), 60_000);
  await lab.picture("proven");
  const proof = await lab.table("Proof");
  ensure(proof.length >= 6, `the proof has ${proof.length} rows`);
  const committed = (rows) => rows.map((row) => row.committed);
  const then = committed(await lab.ownership());
  await lab.until("consumption goes on", async () => {
    const now = committed(await lab.ownership());
    return now.length === then.length && now.every((offset, i) => offset > then[i]);
  });
}
