import { ensure } from "./harness.mjs";

export const name = "full and incremental backup, the plan of a restore, back to a moment between them, and undone";

export async function walk(lab) {
  await lab.ready();
  await lab.speed(10);
  await lab.owned("orders", ["c1", "c2", "c3"]);
  await lab.open("Backups");
  await lab.press("Full backup");
  await lab.buttons(/^Restore \d{8}-\d{6}F$/).waitFor();
  const begun = await lab.until("records are committed", () => committed(lab));
  await lab.until("consumption goes on", async () => (await committed(lab)) > begun + 300);
  await lab.press("Incremental backup");
  const newest = lab.buttons(/^Restore \d{8}-\d{6}F_\d{8}-\d{6}I$/);
  await newest.waitFor();
  const label = (await newest.getAttribute("aria-label")).replace("Restore ", "");
  const [full, incremental] = await lab.table("Backups");
  // Why it is kept stands below a label.
  full[0] = full[0].replace(/Kept:.*/s, "");
  ensure(full[1] === "full" && incremental[1] === "incremental", `kinds: ${full[1]}, ${incremental[1]}`);
  ensure(full[0] === incremental[2], `${incremental[0]} builds on ${incremental[2]}, not on ${full[0]}`);
  const kept = lab.button(`Delete ${full[0]}`);
  ensure((await kept.getAttribute("aria-disabled")) === "true", "a full that another builds on can be deleted");
  const why = await kept.evaluate((button) => document.getElementById(button.getAttribute("aria-describedby"))?.textContent);
  ensure(why?.includes(label), `it is not said who needs the full: ${why}`);
  await lab.picture("chain");

  await newest.click();
  const plan = await lab.until("there is a plan", async () => {
    const rows = await lab.table("Plan").catch(() => []);
    return rows.length >= 6 && rows;
  });
  ensure(plan.every((row) => row.length === 8), `a row is ${plan[0]}`);
  await lab.field("to the moment").fill("9000s");
  await lab.until("a moment beyond the chain is refused", async () => /this chain reaches/.test(await lab.text())
    && (await lab.button("Stop consumers").getAttribute("aria-disabled")) === "true");
  const [from, to] = await moments(lab);
  await lab.field("to the moment").fill(`${Math.floor((from + to) / 2)}ms`);
  await lab.until("the moment is planned", async () =>
    (await lab.button("Stop consumers").getAttribute("aria-disabled")) !== "true");
  await lab.picture("plan");
  await lab.page.setViewportSize({ width: 390, height: 844 });
  await lab.picture("plan-390");
  await lab.page.setViewportSize({ width: 1440, height: 900 });
  await lab.press("Stop consumers");
  await lab.press("Restore data");
  await lab.press("Restart consumers");
  await lab.until("the restore is proven", async () => (await lab.text()).includes("Proven"), 60_000);

  await lab.press("Undo restore");
  await lab.until("what was before is back, and proven", async () => {
    const text = await lab.text();
    return text.includes("what was before") && text.includes("Restart consumers") && text.includes("Proven");
  }, 60_000);
  await lab.picture("undone");
}

// The committed offsets of all partitions together.
async function committed(lab) {
  return (await lab.ownership()).reduce((sum, row) => sum + (row.committed ?? 0), 0);
}

// The moments that the chain can restore, in milliseconds.
async function moments(lab) {
  const [, from, to] = /Moments that can be restored: (\w+) to (\w+)/.exec(await lab.text());
  const ms = (text) => Number.parseInt(text, 10) * (text.endsWith("ms") ? 1 : 1000);
  return [ms(from), ms(to)];
}
