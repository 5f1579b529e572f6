import { unpack } from "./archive.mjs";
import { ensure } from "./harness.mjs";

export const name = "a restore beside and into topics that exist, its offset map; schedule and retention in the drawer";

export async function walk(lab) {
  await lab.ready();
  await lab.speed(10);
  await lab.owned("orders", ["c1", "c2", "c3"]);
  await lab.open("Backups");
  await lab.press("Full backup");
  const restore = lab.buttons(/^Restore \d{8}-\d{6}F$/);
  await restore.waitFor();
  await lab.until("storage is told", async () =>
    /in this browser only\. The browser says \S+ \S+ of \S+ \S+ used\. It (may drop|keeps)/.test(await lab.text()));

  await beside(lab, restore);
  await into(lab, restore);
  await kept(lab);
}

const stop = (lab) => lab.button("Stop consumers");
const inView = (lab, button) =>
  button.evaluate((element) => {
    const [own, drawer] = [element.getBoundingClientRect(), element.closest(".drawer-body").getBoundingClientRect()];
    return own.top >= drawer.top && own.bottom <= Math.min(drawer.bottom, innerHeight);
  });

async function beside(lab, restore) {
  await restore.click();
  await lab.until("there is a plan", async () => (await lab.table("Plan").catch(() => [])).length >= 6);
  ensure(await inView(lab, stop(lab)), "the next step is not in view beside the plan");
  await lab.page.getByLabel("where to", { exact: true }).selectOption("beside");
  const names = lab.page.getByLabel("new names", { exact: true });
  ensure((await names.inputValue()) === "*-restored", `names: ${await names.inputValue()}`);
  for (const [text, says] of [["again", "expected a * where the old name goes"], ["", "expected new names such as *-restored"]]) {
    await names.fill(text);
    await lab.until(`${text} is refused at the field`, async () =>
      (await names.getAttribute("aria-invalid")) === "true" && (await lab.text()).includes(says));
    ensure((await stop(lab).getAttribute("aria-disabled")) === "true", "it can be begun all the same");
  }
  await names.fill("*-then");
  await lab.until("the plan has the new names", async () => (await lab.table("Plan").catch(() => [])).some((row) => row[0] === "orders-then-0"));
  await lab.picture("beside");
  await steps(lab);
  await lab.until("both are there", async () => {
    const topics = new Set((await lab.ownership()).map((row) => row.topic));
    return topics.has("orders") && topics.has("orders-then");
  });
  ensure((await lab.button("Save offset map").count()) === 0, "a map is offered though no offset changed");
  await lab.press("Close");
}

async function into(lab, restore) {
  await restore.click();
  await lab.page.getByLabel("where to", { exact: true }).selectOption("existing");
  await lab.until("the plan is of an append", async () => (await lab.text()).includes("into=existing"));
  ensure(/translated, the default/.test(await lab.page.getByLabel("offsets", { exact: true }).innerText()), "translated is not the default");
  await lab.until("it can begin", async () => (await stop(lab).getAttribute("aria-disabled")) !== "true");
  await lab.picture("into");
  await lab.page.getByLabel("topics", { exact: true }).fill("nothing");
  await lab.until("a topic that it does not hold is named", async () => (await lab.text()).includes("holds no topic nothing"));
  await lab.page.getByLabel("topics", { exact: true }).fill("orders");
  await lab.until("one topic is planned", async () => (await lab.text()).includes("into=existing topics=orders")
    && (await stop(lab).getAttribute("aria-disabled")) !== "true");
  await lab.press("All steps, by themselves");
  await lab.until("the restore is proven", async () => (await lab.text()).includes("Proven"), 60_000);
  const map = await lab.download(() => lab.press("Save offset map"));
  ensure(/^offset-map-\d{8}-\d{6}F\.csv$/.test(map.name), map.name);
  const [head, ...runs] = map.bytes.toString("utf8").trim().split("\n");
  ensure(head === "topic,partition,source_first,source_last,target_first", head);
  ensure(runs.length === 6 && runs.every((run) => /^orders,\d,0,\d+,\d+$/.test(run)), runs.join("\n"));
  await lab.picture("map");
  await lab.press("Close");
}

async function steps(lab) {
  await lab.press("Stop consumers");
  await lab.press("Restore data");
  await lab.press("Restart consumers");
  await lab.until("the restore is proven", async () => (await lab.text()).includes("Proven"), 60_000);
}

// Why a backup is kept can be read; a schedule makes more; retention is told before it deletes.
async function kept(lab) {
  await lab.press("Incremental backup");
  await lab.buttons(/^Restore \d{8}-\d{6}F_\d{8}-\d{6}I$/).first().waitFor();
  const remove = lab.buttons(/^Delete \d{8}-\d{6}F$/).first();
  const why = await remove.evaluate((button) => document.getElementById(button.getAttribute("aria-describedby"))?.innerText ?? "");
  ensure(/^Kept: .*F_\d{8}-\d{6}I builds on it\.$/.test(why), `why the full is kept reads: ${why}`);
  await lab.picture("kept");
  await out(lab);

  const dialog = lab.page.getByRole("dialog");
  await lab.press("Schedule…");
  await dialog.getByLabel("every", { exact: true }).fill("5s");
  await dialog.getByLabel("type", { exact: true }).selectOption("full");
  await dialog.locator("button[type=submit]").click();
  await dialog.waitFor({ state: "detached" });
  await lab.until("two more fulls were made", async () => (await lab.buttons(/^Restore \d{8}-\d{6}F$/).count()) >= 3, 40_000);
  await lab.press("Stop schedule");
  await lab.pause();

  await lab.press("Retention…");
  await dialog.getByLabel("full", { exact: true }).fill("1");
  await dialog.locator("button[type=submit]").click();
  await dialog.waitFor({ state: "detached" });
  const before = (await lab.table("Backups")).length;
  const rows = await lab.until("the dry run is told", async () => {
    const table = lab.page.locator("table", { has: lab.page.locator("caption code") }).first();
    return (await table.count()) > 0 && table.evaluate((of) => [...of.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
  });
  ensure(rows.length === before && rows.every((row) => row[2].length > 3), JSON.stringify(rows));
  ensure((await lab.table("Backups")).length === before, "a dry run deleted something");
  await lab.picture("dry-run");
  const goes = rows.filter((row) => !/stays/.test(row[1])).length;
  ensure(goes > 0, "nothing would go");
  await lab.press("Retain");
  await lab.until("what goes is gone", async () => (await lab.table("Backups")).length === before - goes);
}

// Everything as one archive, by a button; one with its chain by a line. What an archive holds was exported.
async function out(lab) {
  const latest = await lab.download(async () => {
    await lab.open("Story");
    await lab.field("Command").fill("export latest file=mine.zip");
    await lab.press("Do");
  });
  ensure(latest.name === "mine.zip", latest.name);
  await lab.open("Backups");
  await lab.until("the chain of what was exported was exported too", async () =>
    (await lab.table("Backups")).every((row) => /UTC/.test(row[9])));
  const { sums, files } = unpack((await lab.download(() => lab.press("Export all"))).bytes);
  ensure(!sums.includes("FAILED"), sums);
  const held = [...files.keys()].filter((path) => path.endsWith("/manifest.json"));
  ensure(held.length === (await lab.table("Backups")).length, held.join());

  // A backup of some topics is chosen in a form.
  await lab.press("Some topics…");
  const dialog = lab.page.getByRole("dialog");
  await dialog.getByLabel("topics", { exact: true }).fill("orders-then");
  await dialog.locator("button[type=submit]").click();
  await dialog.waitFor({ state: "detached" });
  await lab.until("it holds one topic", async () =>
    (await lab.table("Backups")).some((row) => row[1] === "full" && /of 6 partitions/.test(row[6])), 20_000);
}
