import { ensure } from "./harness.mjs";

export const name = "a topic is configured anew and grows by forms, and what a story is refused is said";

export async function walk(lab) {
  await lab.ready();
  await lab.owned("orders", ["c1", "c2", "c3"]);
  const dialog = lab.page.getByRole("dialog");
  const field = (label) => dialog.getByLabel(label, { exact: true });
  const done = (name) => dialog.getByRole("button", { name, exact: true }).click();
  const panel = lab.page.getByRole("tabpanel", { name: "Selected" });

  await lab.press("Configure topic");
  await dialog.waitFor();
  ensure((await field("topic").inputValue()) === "orders", "the selected topic is not proposed");
  ensure((await field("retention.ms").getAttribute("placeholder")) === "604800000", "what holds now is not said");
  await done("Configure");
  await lab.until("what is missing is said", async () => (await dialog.innerText()).includes("Expected a setting such as retention=1h."));
  await field("retention.ms").fill("1h");
  ensure((await dialog.innerText()).includes("Found 1h, expected"), "what is wrong is not said at its field");
  await field("retention.ms").fill("60000");
  await field("cleanup.policy").selectOption("compact");
  await lab.picture("configure");
  await done("Configure");
  await dialog.waitFor({ state: "detached" });
  await lab.until("the inspector has it", async () => /retention\.ms\s*60000/.test(await panel.innerText()));

  // What is set is now what holds, and can be taken back.
  await lab.press("Configure topic");
  ensure((await field("retention.ms").getAttribute("placeholder")) === "60000", "what was set is not what holds now");
  await field("cleanup.policy").selectOption("default");
  await done("Configure");
  await dialog.waitFor({ state: "detached" });
  await lab.until("it is taken back", async () => !(await panel.innerText()).includes("cleanup.policy"));

  await lab.press("Add partitions");
  ensure((await field("partitions").inputValue()) === "7", "one more is not proposed");
  await done("Add");
  await dialog.waitFor({ state: "detached" });
  await lab.until("orders has 7 partitions", async () => (await lab.ownership()).length === 7);

  await lab.open("Story");
  await lab.field("The run as text").fill("seed 3\ntopic a\ntopic a\n");
  await lab.press("Run");
  await lab.until("the refusal stands beside the story", async () => /Refused\s+0\.000 s\s+topic a\s+.*a/.test(await lab.text()));
  await lab.picture("refused");
}
