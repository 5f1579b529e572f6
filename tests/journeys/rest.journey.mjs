import { ensure } from "./harness.mjs";

export const name = "what is done before the page's second module is here waits for it, and is done";

export async function walk(lab) {
  let asked = 0;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  // The first request, which nobody waits for, gets no answer yet; the page then asks again.
  await lab.page.route("**/*_rest.wasm", async (route) => {
    asked += 1;
    if (asked === 1) await held;
    await route.continue();
  });
  await lab.reload();
  ensure(asked === 0, "the second module was asked for before anyone touched the page");
  await lab.page.mouse.move(200, 200);
  await lab.until("the second module is asked for", () => asked === 1);
  await lab.open("Backups");
  await lab.press("Full backup");
  await lab.buttons(/^Export /).first().waitFor();
  ensure(asked === 2, `the second module was asked for ${asked} times`);
  release();
  await lab.until("the late answer changes nothing", () =>
    lab.page.evaluate(() => performance.getEntriesByName("rest-here").length === 1),
  );
  await lab.press("Kill c1");
  await lab.button("Restart c1").waitFor();
}
