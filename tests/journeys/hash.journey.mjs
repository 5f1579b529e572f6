import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensure } from "./harness.mjs";

export const name = "the state hash of the page is that of the command line, for the same story and moment";

export async function walk(lab) {
  await lab.ready();
  await lab.speed(10);
  await lab.owned("orders", ["c1", "c2", "c3"]);
  await lab.pause();
  await compare(lab, "untouched");
  await lab.press("Play");
  await lab.press("Kill c2");
  await lab.press("Add consumer");
  await lab.owned("orders", ["c1", "c3", "c4"]);
  await lab.pause();
  await compare(lab, "after acts");
}

async function compare(lab, what) {
  await lab.open("Story");
  const text = await lab.field("The run as text").inputValue();
  const moment = (await lab.labelled("Virtual time")).match(/[\d,.]+/)[0].replaceAll(",", "");
  const hash = await lab.labelled("State hash");
  ensure(/^[0-9a-f]{16}$/.test(hash), `the state hash reads ${hash}`);
  const file = join(tmpdir(), "rejoin-journey.story");
  writeFileSync(file, text);
  const until = `${Math.round(Number(moment) * 1_000_000)}us`;
  const { status, stdout, stderr } = await lab.rejoin("run", file, "--until", until, "--json");
  ensure(status === 0, `${what}: rejoin run: ${stderr}`);
  const native = JSON.parse(stdout).hash;
  ensure(native === hash, `${what} at ${moment} s: the page says ${hash}, natively it is ${native}\n${text}`);
}
