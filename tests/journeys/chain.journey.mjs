import { ensure } from "./harness.mjs";
import { inDatabase } from "./storage/tools.mjs";

export const name = "full and incremental backup, the plan of a restore, back to a moment between them, undone, and a link lost";

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
  ensure(plan.every((row) => row.length === 9 && /^0 to [\d,]+/.test(row[1])), `a row is ${plan[0]}`);
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
  // Consumers that are told to stop take some time: while it stands still, nothing is restored.
  await lab.pause();
  await lab.press("Stop consumers");
  await lab.until("it is said what is waited for", async () => (await lab.text()).includes("c1, c2, c3 still run, and time stands still.")
    && (await lab.button("Restore data").getAttribute("aria-disabled")) === "true");
  await lab.picture("stopping");
  await lab.press("Play");
  await lab.press("Restore data");
  await lab.press("Restart consumers");
  await lab.until("the restore is proven", async () => (await lab.text()).includes("Proven"), 60_000);

  await lab.press("Undo restore");
  await lab.until("what was before is back, and proven", async () => {
    const text = await lab.text();
    return text.includes("what was before") && text.includes("Restart consumers") && text.includes("Proven");
  }, 60_000);
  await lab.picture("undone");
  await lab.press("Close");
  await loseLink(lab, full[0], label);
}

// The full of an incremental is gone from the browser's storage: that is said by name, and nothing of the chain is restored.
async function loseLink(lab, full, label) {
  await lab.until("both are saved", async () => (await lab.table("Backups")).every((row) => row[8].includes("saved")));
  await inDatabase(lab, `async (database, done) => {
    const store = database.transaction("catalog", "readwrite").objectStore("catalog");
    const entry = await done(store.get("catalog"));
    const catalog = JSON.parse(new TextDecoder().decode(entry.bytes));
    catalog.backups = catalog.backups.filter((backup) => backup.label !== ${JSON.stringify(full)});
    const bytes = new TextEncoder().encode(JSON.stringify(catalog, null, 2) + "\\n").buffer;
    await done(store.put({ ...entry, bytes }, "catalog"));
  }`);
  await lab.reload();
  await lab.open("Backups");
  const row = await lab.until("what is left is listed", async () => {
    const rows = await lab.table("Backups").catch(() => []);
    return rows.find((of) => of[0].includes(label));
  });
  const lost = `builds on ${full}, which is not there`;
  ensure(row[2].includes(lost), `the broken link is said to be: ${row[2]}`);
  await lab.picture("broken");
  await lab.press(`Verify ${label}`);
  await lab.until("verification finds it", async () => /damaged/.test((await lab.table("Backups")).map((of) => of[7]).join()));
  await lab.press(`Restore ${label}`);
  await lab.until("the wizard says why it cannot be", async () => (await lab.text()).includes(full)
    && (await lab.button("Stop consumers").getAttribute("aria-disabled")) === "true");
  await lab.picture("broken-restore");
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
