import { ensure } from "./harness.mjs";

export const name = "the page is alive within a second of a cold load";

export async function walk(lab) {
  await lab.button("Pause").waitFor();
  const ms = await lab.page.evaluate(() => performance.now());
  ensure(ms < 1000, `Pause came ${ms.toFixed(0)} ms after navigation began`);
  await lab.picture("light");
}
