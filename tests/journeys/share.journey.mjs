import { ensure } from "./harness.mjs";

export const name = "a share group is made by forms: records are acquired, acknowledged, delivered again, archived";

export async function walk(lab) {
  await lab.ready();
  await lab.owned("orders", ["c1", "c2", "c3"]);
  const dialog = lab.page.getByRole("dialog");
  const fill = async (item, texts, choices) => {
    await lab.press("More to add");
    await lab.page.getByRole("menuitem", { name: item, exact: true }).click();
    await dialog.waitFor();
    for (const [label, value] of Object.entries(choices)) await dialog.getByLabel(label, { exact: true }).selectOption(value);
    for (const [label, value] of Object.entries(texts)) await dialog.getByLabel(label, { exact: true }).fill(value);
    const line = await dialog.locator("code").innerText();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    return line;
  };

  await fill("New topic", { topic: "jobs", partitions: "2" }, {});
  const line = await fill(
    "New group",
    { "group.id": "work", "share.delivery.count.limit": "3", release: "k3", reject: "k7" },
    { "group.protocol": "share", "share.acknowledgement.mode": "explicit", "share.auto.offset.reset": "earliest" },
  );
  ensure(line.includes("group work protocol=share") && line.includes("delivery-limit=3"), `the form comes to: ${line}`);
  await fill("Add consumer with settings", { "client.id": "w1 w2", topics: "jobs", process: "2ms" }, {});
  await fill("New producer", { "client.id": "shop", topic: "jobs", rate: "40/s", keys: "10" }, {});

  await lab.press("work");
  await lab.speed(6);
  const rows = await lab.until("records are acknowledged and archived in both partitions", async () => {
    if (!(await lab.page.getByRole("table", { name: "Shared partitions" }).isVisible())) return false;
    const rows = await lab.table("Shared partitions");
    const [acknowledged, archived] = [3, 4].map((cell) => rows.map((row) => Number(row[cell].replaceAll(",", ""))));
    return rows.length === 2 && acknowledged.every((n) => n > 50) && archived.some((n) => n > 10) && rows;
  }, 40_000);
  for (const [partition, start, , acknowledged, archived] of rows) {
    const number = (text) => Number(text.replaceAll(",", ""));
    // What is below the start offset is done; what is done above it lies within the window.
    ensure(number(start) <= number(acknowledged) + number(archived), `${partition}: ${start} ${acknowledged} ${archived}`);
  }
  await lab.picture("group");

  await lab.page.getByLabel("Stage").getByRole("button", { name: "jobs-0", exact: true }).click();
  await lab.until("the partition shows its window", async () => {
    const panel = await lab.page.getByRole("tabpanel", { name: "Selected" }).innerText();
    return panel.includes("start offset") && panel.includes("Records in the window");
  });
  await lab.press("w1");
  await lab.until("some record is its third delivery", async () => {
    const panel = await lab.page.getByRole("tabpanel", { name: "Selected" }).innerText();
    return panel.includes("Records acquired") && panel.includes("delivery 3");
  });
  await lab.picture("consumer");
}
