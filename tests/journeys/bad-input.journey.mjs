import { ensure } from "./harness.mjs";

export const name = "bad input is refused with a message, and nothing changes";

export async function walk(lab) {
  await lab.ready();
  await lab.speed(10);
  await lab.owned("orders", ["c1", "c2", "c3"]);
  await lab.open("Backups");
  await lab.press("Full backup");
  const button = lab.buttons(/^Export \d/).first();
  await button.waitFor();
  const { name: file, bytes } = await lab.download(() => button.click());
  await lab.pause();
  const state = await look(lab);

  const flipped = Buffer.from(bytes);
  flipped[Math.floor(bytes.length / 2)] ^= 0x01;
  const archives = [
    ["3 MB of noise", "noise.zip", noise(3_000_000)],
    ["an archive cut short", file, bytes.subarray(0, Math.floor(bytes.length * 0.9))],
    ["an archive with one bit flipped", file, flipped],
    ["an empty file", "empty.zip", Buffer.alloc(0)],
  ];
  for (const [what, name, content] of archives) {
    await lab.choose(() => lab.press("Import"), name, content, "application/zip");
    await refused(lab, what, "Import refused", state);
  }
  await lab.chooseZeros(() => lab.press("Import"), "large.zip", 300 << 20);
  await refused(lab, "an archive that no tab takes", "at most 268 MB. On a command line “rejoin verify” reads it", state);

  await lab.choose(() => lab.press("Load file"), "photo.jpg", noise(20_000));
  await lab.until("the binary file is answered", async () => {
    const load = lab.button("Load");
    if (await load.isVisible()) await load.click({ timeout: 1000 }).catch(() => {});
    return (await lab.alerts()).includes("Not loaded");
  });
  await refused(lab, "a binary file", "Not loaded", state);

  await lab.open("Story");
  await lab.field("The run as text").fill(Array.from({ length: 20 }, (_, i) => `at ${i}s frobnicate c${i}`).join("\n"));
  await lab.press("Run");
  await lab.until("20 errors are told", async () => (await lab.text()).includes("20 errors. Nothing was changed."));
  const after = await look(lab);
  ensure(after === state, `a story with errors changed ${state} into ${after}`);
  await lab.picture("story");
}

// The moment and the state hash: both stand still when nothing changes.
async function look(lab) {
  return `${await lab.labelled("Virtual time")}, ${await lab.labelled("State hash")}`;
}

async function refused(lab, what, message, state) {
  const said = await lab.until(`${what} is refused`, async () => {
    const alerts = await lab.alerts();
    return alerts.includes(message) && alerts;
  });
  ensure(said.length > message.length + 10, `${what}: the message gives no reason: ${said}`);
  await lab.picture(what.replaceAll(" ", "-"));
  const after = await look(lab);
  ensure(after === state, `${what} changed ${state} into ${after}`);
  await lab.open("Backups");
  ensure((await lab.buttons(/^Restore \d/).count()) === 1, `${what} changed the list of backups`);
  const dismiss = lab.button("Dismiss");
  if (await dismiss.isVisible()) await dismiss.click();
  await lab.until("the alert is gone", async () => !(await lab.alerts()).includes(message));
}

// Bytes of a small generator: the same in every run, zero bytes included.
function noise(length) {
  const bytes = Buffer.alloc(length);
  let state = 7;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  bytes[100] = 0;
  return bytes;
}
