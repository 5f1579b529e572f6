import { ensure } from "./harness.mjs";

export const name = "the page is alive soon after a cold load";

// The goal is a second on an idle machine. A busy one is slower, and that is not the page's doing: the bound is what no load excuses.
const GOAL_MS = 1000;
const BOUND_MS = 2500;

export async function walk(lab) {
  // The best of three: what else the machine does is not the page's doing.
  let best_ms = Infinity;
  for (let i = 0; i < 3 && best_ms >= GOAL_MS; i += 1) {
    await lab.fresh("open");
    await lab.button("Pause").waitFor();
    best_ms = Math.min(best_ms, await alive(lab));
    ensure(!(await marks(lab)).includes("rest-waited-for"), "to be alive the page waited for its second module");
  }
  console.log(`alive ${best_ms.toFixed(0)} ms after navigation began, goal ${GOAL_MS} ms`);
  ensure(best_ms < BOUND_MS, `the clock went ${best_ms.toFixed(0)} ms after navigation began`);
  await lab.until("the second module is here", async () => (await marks(lab)).includes("rest-here"));
  for (const button of ["Pause", "Step", "Add consumer", "Load file", "Kill c1", "More for c1"]) {
    ensure(await lab.button(button).isVisible(), `no button ${button} in view`);
  }
  await lab.picture("light");
  await lab.pause();
  const still = await lab.labelled("Virtual time");
  const hash = await lab.labelled("State hash");
  await lab.press("Step");
  await lab.until("a step changes the state", async () => (await lab.labelled("State hash")) !== hash);
  ensure((await lab.labelled("Virtual time")) >= still, "time went back");
}

// When the clock first went, in milliseconds after navigation began.
function alive(lab) {
  return lab.page.evaluate(async () => {
    const clock = () => document.querySelector('[aria-label="Virtual time"]')?.textContent;
    const first = clock();
    while (clock() === first) await new Promise(requestAnimationFrame);
    return performance.now();
  });
}

// What the page says of its second module (xtask/split/rest.js).
function marks(lab) {
  return lab.page.evaluate(() => performance.getEntriesByType("mark").map((mark) => mark.name));
}
