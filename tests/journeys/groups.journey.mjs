import { ensure } from "./harness.mjs";

export const name = "a group of the consumer protocol is made by forms, and its epochs are seen to change";

export async function walk(lab) {
  await lab.ready();
  await lab.owned("orders", ["c1", "c2", "c3"]);
  const dialog = lab.page.getByRole("dialog");
  const field = (label) => dialog.getByLabel(label, { exact: true });
  const form = async (item) => {
    await lab.press("More to add");
    await lab.page.getByRole("menuitem", { name: item, exact: true }).click();
    await dialog.waitFor();
  };
  const line = () => dialog.locator("code").innerText();
  const add = () => dialog.getByRole("button", { name: "Add", exact: true }).click();

  await form("New group");
  await lab.until("the first field has the focus", () => field("group.id").evaluate((of) => of === document.activeElement));
  await field("session.timeout.ms").fill("6s");
  await add();
  const text = await dialog.innerText();
  for (const says of ["Expected a group name.", "Found 6s, expected milliseconds such as 10000."]) {
    ensure(text.includes(says), `the form does not say: ${says}`);
  }
  ensure((await field("group.id").getAttribute("aria-invalid")) === "true", "the field is not marked as wrong");
  await lab.picture("errors");
  await lab.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await lab.until("the focus is back", () => lab.button("More to add").evaluate((of) => of === document.activeElement));

  await form("New group");
  await field("group.id").fill("payments");
  await field("group.protocol").selectOption("consumer");
  await field("consumer.session.timeout.ms").fill("6000");
  await field("consumer.heartbeat.interval.ms").fill("2000");
  await field("auto.offset.reset").selectOption("earliest");
  const group = "group payments protocol=consumer session-timeout=6s heartbeat=2s reset=earliest";
  ensure((await line()) === group, `the form comes to: ${await line()}`);
  await add();
  await dialog.waitFor({ state: "detached" });
  await lab.until("the page shows the line", async () => (await lab.text()).includes(group));

  await form("Add consumer with settings");
  ensure((await field("group.id").inputValue()) === "payments", "the new group is not proposed");
  await field("client.id").fill("p1 p2");
  await field("max.poll.records").fill("100");
  ensure(!(await field("client.rack").isVisible()), "a rare setting is not folded away");
  await dialog.getByText("More settings", { exact: true }).click();
  await field("client.rack").fill("east");
  ensure((await field("group.protocol").locator("option").first().innerText()) === "consumer, inherited", "not inherited");
  await add();
  await dialog.waitFor({ state: "detached" });

  await lab.press("payments");
  // What the inspector shows, read in one go: its facts, its members, all of its text.
  const facts = () =>
    lab.page.getByRole("tabpanel", { name: "Selected" }).evaluate((panel) => {
      const pairs = [...panel.querySelectorAll("dt")].map((dt) => [dt.textContent, dt.nextElementSibling.textContent]);
      const rows = [...panel.querySelectorAll("table.members tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent));
      return { ...Object.fromEntries(pairs), text: panel.textContent, members: rows.filter((row) => row.length === 4) };
    });
  const stable = (count) =>
    lab.until(`payments is Stable with ${count} members`, async () => {
      const now = await facts();
      const settled = ([, epoch, has, target]) => epoch === now["group epoch"] && has === target;
      return now.text.includes("Stable") && now.members.length === count && now.members.every(settled) && now;
    }, 40_000);
  await lab.speed(6);
  const before = await stable(2);
  ensure(before["group.protocol"] === "consumer" && before.assignor === "uniform", JSON.stringify(before));
  ensure(before["assignment epoch"] === before["group epoch"], JSON.stringify(before));
  ensure(before.text.split("client.rack=east").length === 3, "the members' racks are not told");
  await lab.picture("group");

  await lab.press("Kill p1");
  const after = await stable(1);
  ensure(Number(after["group epoch"]) > Number(before["group epoch"]), `epoch ${after["group epoch"]} after the kill`);
  const [[member, , has]] = after.members;
  ensure(member === "p2" && has === "orders 0, 1, 2, 3, 4, 5", `${member} has ${has}`);

  await lab.page.getByRole("table", { name: "Members" }).getByRole("button", { name: "p2" }).click();
  const consumer = await lab.until("p2 is selected", async () => {
    const now = await facts();
    return now["member state"] && now;
  });
  ensure(consumer["member epoch"] === after["group epoch"], `member epoch ${consumer["member epoch"]}`);
  ensure(consumer["max.poll.records, changed"] === "100", "the setting is not marked as changed");
  await lab.picture("consumer");
}
