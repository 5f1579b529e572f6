// What the cases of storage share.
import { ensure } from "../harness.mjs";

// A new profile with one tab. `init` runs before the page's own scripts, in every tab.
export async function profile(lab, init, argument) {
  await lab.context?.close();
  lab.faults = [];
  lab.backedUpAt = 0;
  lab.context = await lab.browser.newContext({ acceptDownloads: true, viewport: { width: 1440, height: 900 } });
  if (init) await lab.context.addInitScript(init, argument);
  await tab(lab);
}

// A new tab of the profile, in which the lab goes on.
export async function tab(lab) {
  lab.page = await lab.context.newPage();
  lab.page.setDefaultTimeout(15_000);
  lab.page.on("pageerror", (error) => lab.faults.push(`thrown: ${error.stack ?? error}`));
  await lab.page.goto(lab.server.url, { waitUntil: "commit" });
  await lab.ready();
  await lab.open("Backups");
  await lab.button("Full backup").waitFor();
  return lab.page;
}

// The lab goes on in this tab.
export async function turnTo(lab, page) {
  lab.page = page;
  await page.bringToFront();
}

export const cdp = (lab) => lab.context.newCDPSession(lab.page);

// How the backups are: label, where each is kept, what verification says.
export async function list(lab) {
  // Without a backup there is no table to wait for.
  const rows = await lab.tableNow("Backups");
  return rows.map((row) => ({ label: row[0].match(/\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?/)?.[0], verified: row[7], kept: row[8] }));
}

export const isSaved = (row) => row.kept.includes("saved in this browser");

// Backups are verified beside everything else: whether this one was.
const isJudged = (row) => !/% read|not verified/.test(row.verified);

// Waits until there are so many backups, all of them saved and verified, whatever came of it.
export async function saved(lab, count) {
  return lab.until(`${count} backups are saved`, async () => {
    const rows = await list(lab);
    return rows.length === count && rows.every(isSaved) && rows.every(isJudged) && rows;
  }, 10_000);
}

// Presses `Full backup` at a later moment than those before: of one moment there is one backup, and a page that is loaded
// again plays the same moments again.
export async function fullBackup(lab) {
  await lab.until("the clock is past the last backup", async () => (await clock(lab)) > lab.backedUpAt);
  await lab.press("Full backup");
  lab.backedUpAt = await clock(lab);
}

const clock = async (lab) => Number.parseFloat(await lab.labelled("Virtual time"));

export async function backUp(lab, count = 1) {
  await fullBackup(lab);
  return saved(lab, count);
}

// After whatever happened: each backup that is there is whole, and another one can be made and is saved.
export async function wholeAndGoesOn(lab) {
  await lab.page.waitForTimeout(150);
  let rows;
  await lab.until("every backup is verified", async () => (rows = await list(lab)).every(isJudged));
  for (const row of rows) ensure(/holds/.test(row.verified) && isSaved(row), `${row.label}: ${row.verified}, ${row.kept}`);
  await backUp(lab, rows.length + 1);
  return rows.length;
}

// What is said of the last trouble, wherever on the page.
export async function said(lab, pattern) {
  await lab.until(`the page says ${pattern}`, async () => pattern.test(await lab.text()), 10_000);
}

// The archive of the first backup.
export async function exported(lab) {
  return lab.download(() => lab.buttons(/^Export \d/).first().click());
}

// Runs `work` on the database of the page, in the page. As a text it is no script of the page, whose policy allows none.
export function inDatabase(lab, work) {
  return lab.page.evaluate(`(async () => {
    const done = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await done(indexedDB.open("rejoin"));
    try {
      return await (${work})(database, done);
    } finally {
      database.close();
    }
  })()`);
}
