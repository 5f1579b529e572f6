// Reloads, crashes, tabs: what was said to be saved is there, and nothing is there by half.
import { ensure } from "../harness.mjs";
import { backUp, cdp, exported, fullBackup, isSaved, list, profile, said, saved, tab, turnTo, wholeAndGoesOn } from "./tools.mjs";

const interrupted = (how, wait_ms) => async (lab) => {
  await profile(lab);
  await fullBackup(lab);
  await lab.page.waitForTimeout(wait_ms);
  await how(lab);
  await wholeAndGoesOn(lab);
};

async function reload(lab) {
  await lab.page.reload({ waitUntil: "commit" });
  await lab.ready();
  await lab.open("Backups");
}

async function crash(lab) {
  const crashed = lab.page.waitForEvent("crash");
  (await cdp(lab)).send("Page.crash").catch(() => {});
  await crashed;
  await tab(lab);
}

async function close(lab) {
  await lab.page.close();
  await tab(lab);
}

const endings = [["reload", reload], ["crash of the renderer", crash], ["closed tab", close]];

export const cases = [
  ...endings.flatMap(([what, how]) => [0, 8, 40].map((ms) =>
    [`${what} ${ms} ms into a backup: it is there whole or not at all`, interrupted(how, ms)])),
  ...endings.map(([what, how]) => [`${what} after it was saved: it is there`, async (lab) => {
    await profile(lab);
    const [before] = await backUp(lab);
    await how(lab);
    const [after] = await saved(lab, 1);
    ensure(after.label === before.label && /holds/.test(after.verified), JSON.stringify(after));
  }]),
  ["reload into a deletion: the backup is there whole or gone", async (lab) => {
    await profile(lab);
    const [{ label }] = await backUp(lab);
    await lab.press(`Delete ${label}`);
    await reload(lab);
    await wholeAndGoesOn(lab);
  }],
  ["a deletion that was taken back is saved again", async (lab) => {
    await profile(lab);
    const [{ label }] = await backUp(lab);
    await lab.press(`Delete ${label}`);
    await lab.press("Undo");
    await saved(lab, 1);
    await reload(lab);
    ensure((await saved(lab, 1))[0].label === label, "another one came back");
  }],
  ["a second tab says that it only reads, and shows what is stored", async (lab) => {
    await profile(lab);
    const [{ label }] = await backUp(lab);
    await tab(lab);
    await said(lab, /Another tab with Rejoin is open and writes the backups/);
    await lab.until("it shows the backup", async () => (await list(lab)).some((row) => row.label === label));
    await lab.open("Story");
    await said(lab, /Another tab with Rejoin is open/);
  }],
  ["a backup in a second tab is not called saved; when the first closes it is", async (lab) => {
    await profile(lab);
    const first = lab.page;
    await backUp(lab);
    await tab(lab);
    await fullBackup(lab);
    await lab.until("it is in memory only", async () => (await list(lab)).filter((row) => !isSaved(row)).length === 1);
    await first.close();
    await saved(lab, 2);
    ensure(!/Another tab with Rejoin is open/.test(await lab.text()), "the banner stays");
  }],
  ["a second tab takes over what the first one stored meanwhile", async (lab) => {
    await profile(lab);
    const first = lab.page;
    await tab(lab);
    const second = lab.page;
    await turnTo(lab, first);
    const [{ label }] = await backUp(lab);
    await first.close();
    await turnTo(lab, second);
    ensure((await saved(lab, 1))[0].label === label, "it is another");
  }],
  ["what the first tab deleted does not come back through the second", async (lab) => {
    await profile(lab);
    const first = lab.page;
    const [{ label }] = await backUp(lab);
    await tab(lab);
    const second = lab.page;
    await lab.until("the second shows it", async () => (await list(lab)).length === 1);
    await turnTo(lab, first);
    await lab.press(`Delete ${label}`);
    await lab.until("it is deleted", async () => (await list(lab)).length === 0);
    await lab.page.waitForTimeout(300);
    await first.close();
    await turnTo(lab, second);
    await lab.until("it is gone in the second as well", async () => (await list(lab)).length === 0);
  }],
  ["the first tab crashes: the second takes over", async (lab) => {
    await profile(lab);
    const first = lab.page;
    await backUp(lab);
    await tab(lab);
    const second = lab.page;
    const crashed = first.waitForEvent("crash");
    (await lab.context.newCDPSession(first)).send("Page.crash").catch(() => {});
    await crashed;
    await turnTo(lab, second);
    await fullBackup(lab);
    await saved(lab, 2);
  }],
  ["the second tab closes: the first goes on", async (lab) => {
    await profile(lab);
    const first = lab.page;
    const second = await tab(lab);
    await second.close();
    await turnTo(lab, first);
    await backUp(lab);
  }],
  ["without locks two tabs write: the older state is refused, nothing is lost", async (lab) => {
    await profile(lab, () => Object.defineProperty(navigator, "locks", { value: undefined }));
    const first = lab.page;
    await tab(lab);
    const second = lab.page;
    await turnTo(lab, first);
    await backUp(lab);
    await turnTo(lab, second);
    await fullBackup(lab);
    await said(lab, /Not saved: another tab has changed the stored backups/);
    ensure((await exported(lab)).bytes.length > 1000, "what is not saved cannot be exported");
    await turnTo(lab, first);
    await saved(lab, 1);
  }],
  ["a hidden and frozen tab saves when it is awake again", async (lab) => {
    await profile(lab);
    const hidden = lab.page;
    const session = await cdp(lab);
    await fullBackup(lab);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await new Promise((wake) => setTimeout(wake, 300));
    await session.send("Page.setWebLifecycleState", { state: "active" });
    await turnTo(lab, hidden);
    await saved(lab, 1);
    await backUp(lab, 2);
  }],
  ["a tab behind another one keeps what it saved", async (lab) => {
    await profile(lab);
    const hidden = lab.page;
    const other = await lab.context.newPage();
    await other.bringToFront();
    lab.page = hidden;
    await fullBackup(lab);
    await turnTo(lab, hidden);
    await saved(lab, 1);
  }],
];
