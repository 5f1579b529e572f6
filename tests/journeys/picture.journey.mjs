import { copyFile, mkdir, stat } from "node:fs/promises";
import { ensure } from "./harness.mjs";

export const name = "the README's picture is made from the real page (UPDATE=1 makes it again)";

const PICTURE = new URL("../../static/readme/lab.png", import.meta.url);

export async function walk(lab) {
  await lab.ready();
  await lab.speed(10);
  await lab.owned("orders", ["c1", "c2", "c3"]);
  await lab.until("half a minute has passed", async () => (await seconds(lab)) >= 30);
  await lab.press("Kill c2");
  await lab.owned("orders", ["c1", "c3"]);
  await lab.press("Restart c2");
  await lab.owned("orders", ["c1", "c2", "c3"]);
  const end = (await seconds(lab)) + 3;
  await lab.until("three seconds more", async () => (await seconds(lab)) >= end);
  await lab.pause();
  const made = await lab.picture("lab");
  if (process.env.UPDATE === "1") {
    await mkdir(new URL(".", PICTURE), { recursive: true });
    await copyFile(made, PICTURE);
  }
  ensure((await stat(PICTURE)).size > 10_000, "static/readme/lab.png is missing: run with UPDATE=1");
}

async function seconds(lab) {
  return Number((await lab.labelled("Virtual time")).match(/[\d,.]+/)[0].replaceAll(",", ""));
}
