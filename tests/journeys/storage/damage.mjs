// Archives by file: whole ones in both directions, damaged ones refused with nothing changed.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { ensure } from "../harness.mjs";
import { backUp, exported, list, profile, saved } from "./tools.mjs";

let whole;

async function archive(lab) {
  if (!whole) {
    await profile(lab);
    await lab.pause();
    await backUp(lab);
    whole = await exported(lab);
    // A profile of its own, without any backup, for all that is refused.
    await profile(lab);
    await lab.pause();
  }
  return whole;
}

const take = (lab, name, bytes) => lab.choose(() => lab.press("Import"), name, bytes, "application/zip");
const look = async (lab) => `${await lab.labelled("Virtual time")} ${await lab.labelled("State hash")} ${(await list(lab)).map((row) => row.label)}`;

const refused = (change, says = /\w+/) => async (lab) => {
  const { name, bytes } = await archive(lab);
  const before = await look(lab);
  await take(lab, name, change(Buffer.from(bytes)));
  const alert = await lab.until("it is refused", async () => {
    const said = await lab.alerts();
    return said.includes("Import refused, nothing was changed") && said;
  }, 8_000);
  const reason = alert.replace(/Import refused, nothing was changed|Dismiss/g, "").trim();
  ensure(reason.length > 10 && says.test(reason), `the reason is: ${reason}`);
  await lab.press("Dismiss");
  ensure((await look(lab)) === before, "something changed");
};

const flip = (at) => (bytes) => {
  bytes[typeof at === "function" ? at(bytes) : at] ^= 1;
  return bytes;
};
const inside = (part, by) => (bytes) => {
  const at = bytes.indexOf(part);
  ensure(at > 0, `no ${part} in the archive`);
  return at + by;
};
// Within the contents of the file with this path: behind its name in its local header.
const contents = (path, by) => (bytes) => {
  let at = -1;
  while ((at = bytes.indexOf(path, at + 1)) >= 0) {
    const start = at - bytes.subarray(0, at).lastIndexOf("PK\x03\x04", "latin1");
    if (start <= 30 + 64) return at + path.length + by;
  }
  throw new Error(`no ${path} in the archive`);
};
const endRecord = (bytes) => bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
const central = (bytes) => bytes.readUInt32LE(endRecord(bytes) + 16);

// Changes the contents of a file of the archive to as many other bytes, with checksums that fit.
const rewritten = (named, change) => (bytes) => {
  const path = bytes.toString("latin1").match(named)?.[0] ?? `no ${named}`;
  let found = false;
  for (const [signature, crcAt, nameAt] of [[0x04034b50, 14, 30], [0x02014b50, 16, 46]]) {
    let at = -1;
    while ((at = bytes.indexOf(path, at + 1)) >= 0) {
      const header = at - nameAt;
      if (header < 0 || bytes.readUInt32LE(header) !== signature) continue;
      if (signature === 0x04034b50) {
        const start = at + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
        const content = bytes.subarray(start, start + bytes.readUInt32LE(header + 22));
        const old = createHash("sha256").update(content).digest("hex");
        const next = change(content.toString("latin1"));
        ensure(next.length === content.length && next !== content.toString("latin1"), `${path} is not changed as it should be`);
        found = true;
        content.write(next, "latin1");
        rewritten.crc = crc32(content);
        rewritten.sums = [old, createHash("sha256").update(content).digest("hex")];
      }
      bytes.writeUInt32LE(rewritten.crc, header + crcAt);
    }
  }
  ensure(found, `${path} is not in the archive`);
  if (path === "SHA256SUMS") return bytes;
  const [old, next] = rewritten.sums;
  return rewritten(/SHA256SUMS/, (text) => text.replace(old, next))(bytes);
};

// A sound ZIP of somebody else.
function foreign() {
  const name = Buffer.from("hello.txt");
  const body = Buffer.from("hello");
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt32LE(crc32(body), 10);
  fields.writeUInt32LE(5, 14);
  fields.writeUInt32LE(5, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, name, body]);
  const entry = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

export const cases = [
  ["an empty file", refused(() => Buffer.alloc(0))],
  ["a text that is called .zip", refused(() => Buffer.from("no archive\n".repeat(40)))],
  ["somebody else's sound ZIP", refused(foreign)],
  ["an archive cut in half", refused((bytes) => bytes.subarray(0, bytes.length >> 1))],
  ["an archive without its last byte", refused((bytes) => bytes.subarray(0, -1))],
  ["an archive with a byte after its end", refused((bytes) => Buffer.concat([bytes, Buffer.from([0])]))],
  ["an archive with a byte before its start", refused((bytes) => Buffer.concat([Buffer.from([0]), bytes]))],
  ["an archive twice in one file", refused((bytes) => Buffer.concat([bytes, bytes]))],
  ["a bit flipped in a segment", refused(flip(contents("/data/orders-0/00000000000000000000.log", 200)), /orders-0/)],
  ["a bit flipped in a manifest", refused(flip(inside('"log_end_offset"', 20)), /manifest/)],
  ["a bit flipped in SHA256SUMS", refused(flip(inside("  backups/", -10)))],
  ["a bit flipped in a local header", refused(flip(6))],
  ["a bit flipped in the central directory", refused(flip((bytes) => central(bytes) + 12))],
  ["a bit flipped in the end record", refused(flip((bytes) => endRecord(bytes) + 10))],
  ["a format that is newer, with checksums that fit", refused(rewritten(/FORMAT/, (text) => text.replace(/1/, "9")))],
  ["a manifest changed with checksums that fit", refused(rewritten(/backups\/[^/]+\/manifest\.json/, (text) => text.replace(/"records": ?"?(\d)/, (all, digit) => all.slice(0, -1) + ((Number(digit) % 9) + 1))))],
  ["a sound archive, after all of these", async (lab) => {
    const { name, bytes } = await archive(lab);
    await take(lab, name, bytes);
    const [row] = await saved(lab, 1);
    ensure(/holds/.test(row.verified), row.verified);
    const again = await exported(lab);
    ensure(again.name === name && again.bytes.equals(bytes), "what was imported is exported as other bytes");
  }],
  ["the same archive once more changes nothing", async (lab) => {
    const { name, bytes } = await archive(lab);
    await take(lab, name, bytes);
    await lab.page.waitForTimeout(300);
    ensure((await list(lab)).length === 1, "it is there twice");
    const dismiss = lab.button("Dismiss");
    if (await dismiss.isVisible()) await dismiss.click();
  }],
  ["a chain in one archive: out, lost, in again", async (lab) => {
    await profile(lab);
    await backUp(lab);
    await lab.press("Incremental backup");
    const before = (await saved(lab, 2)).map((row) => row.label);
    const chain = await lab.download(() => lab.buttons(/^Export .*I$/).first().click());
    await profile(lab);
    await take(lab, chain.name, chain.bytes);
    const after = (await saved(lab, 2)).map((row) => row.label);
    ensure(after.join() === before.join(), `${before} became ${after}`);
  }],
];
