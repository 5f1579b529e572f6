import { ensure } from "./harness.mjs";

export const name = "a backup survives a reload of the page, byte for byte";

export async function walk(lab) {
  await lab.ready();
  await lab.speed(10);
  await lab.owned("orders", ["c1", "c2", "c3"]);
  await lab.open("Backups");
  await lab.press("Full backup");
  const button = lab.buttons(/^Export \d/).first();
  await button.waitFor();
  await lab.until("it is saved", async () => (await lab.text()).includes("saved in this browser"));
  const first = await lab.download(() => button.click());

  await lab.reload();
  await lab.open("Backups");
  const again = lab.buttons(/^Export \d/).first();
  await again.waitFor();
  const second = await lab.download(() => again.click());
  ensure(first.name === second.name, `${first.name}, then ${second.name}`);
  ensure(first.bytes.equals(second.bytes), "the archives differ");

  const label = first.name.slice("rejoin-".length, -".zip".length);
  await lab.press(`Delete ${label}`);
  await again.waitFor({ state: "detached" });
  await lab.reload();
  await lab.open("Backups");
  await lab.button("Full backup").waitFor();
  await lab.until("it stays deleted", async () => (await lab.text()).includes("No backups yet"));
}
