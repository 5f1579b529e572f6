import { ensure } from "./harness.mjs";

export const name = "the page is alive within a second of a cold load";

export async function walk(lab) {
  await lab.button("Pause").waitFor();
  const clock = () => lab.page.evaluate(() => document.querySelector('[aria-label="Virtual time"]')?.textContent);
  const first = await lab.until("there is a clock", clock);
  await lab.until("the clock goes", async () => (await clock()) !== first);
  const ms = await lab.page.evaluate(() => performance.now());
  ensure(ms < 1000, `the clock went ${ms.toFixed(0)} ms after navigation began`);
  for (const button of ["Pause", "Step", "Add consumer", "Load file", "Kill c1", "More for c1"]) {
    ensure(await lab.button(button).isVisible(), `no button ${button} in view`);
  }
  await lab.picture("light");
  await lab.press("Pause");
  await lab.button("Play").waitFor();
  const still = await clock();
  await new Promise((wake) => setTimeout(wake, 300));
  ensure((await clock()) === still, "the clock goes on after Pause");
}
