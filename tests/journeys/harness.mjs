// What every journey needs: the built page on a static server, a real browser, names to find things by.
import { createRequire } from "node:module";
import { execFile } from "node:child_process";
import { mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serve } from "./server.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PICTURES = join(ROOT, "target", "journeys");
const FILE_BYTES_MIN = 10_000_000;
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export class Lab {
  // Starts the server and the browser; both last for all journeys.
  static async start() {
    const packages = process.env.REJOIN_NODE_MODULES;
    if (!packages) throw new Error("REJOIN_NODE_MODULES is not set: run `cargo xtask test`");
    const { chromium } = createRequire(join(packages, "x.js"))("playwright-core");
    const lab = new Lab();
    lab.server = await serve(process.env.REJOIN_DIST ?? join(ROOT, "dist"));
    lab.browser = await chromium.launch({ executablePath: process.env.CHROME, args: FLAGS });
    await mkdir(PICTURES, { recursive: true });
    return lab;
  }

  async stop() {
    await this.browser.close();
    this.server.close();
  }

  // A new profile (empty storage) and a new page, opened; `before` sees the page while it is still empty.
  async fresh(label, before = () => {}) {
    await this.context?.close();
    this.label = label;
    this.faults = [];
    this.context = await this.browser.newContext({ acceptDownloads: true, viewport: { width: 1440, height: 900 } });
    this.context.on("request", (request) => {
      const url = request.url();
      if (!/^(blob|data):/.test(url) && !url.startsWith(`${this.server.origin}/`)) this.faults.push(`asked ${url}`);
    });
    await this.again(before);
  }

  // The same profile, the page opened in a new tab in place of the one before.
  async again(before = () => {}) {
    await this.page?.close();
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(20_000);
    this.page.on("console", (message) => {
      if (message.type() === "error") this.faults.push(`console: ${message.text()} ${message.location().url}`);
    });
    this.page.on("pageerror", (error) => this.faults.push(`thrown: ${error.stack ?? error}`));
    await before(this.page);
    await this.page.goto(this.server.url, { waitUntil: "commit" });
  }

  // Fails when the page logged an error, threw, or asked another origin.
  async finish() {
    if (this.faults.length > 0) throw new Error(`the page is not clean:\n${this.faults.join("\n")}`);
  }

  // The same profile, the page loaded again.
  async reload() {
    await this.page.reload({ waitUntil: "commit" });
    await this.ready();
  }

  // The page is there and plays, or stands.
  ready() {
    return this.button("Pause").or(this.button("Play")).first().waitFor();
  }

  // Stands still from here on.
  async pause() {
    await this.press("Pause");
    await this.button("Play").waitFor();
  }

  // Tens of virtual time: 0 is real time, 10 ten times as fast, 20 a hundred times.
  speed(tenths) {
    return this.page.getByRole("slider", { name: "Speed", exact: true }).fill(String(tenths));
  }

  field(name) {
    return this.page.getByRole("textbox", { name, exact: true });
  }

  // What is shown as an alert.
  async alerts() {
    return (await this.page.getByRole("alert").allInnerTexts()).join("\n");
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  buttons(pattern) {
    return this.page.getByRole("button", { name: pattern });
  }

  press(name) {
    return this.button(name).click();
  }

  // Opens a tab of the drawer; pressing one that is open would close it.
  async open(name) {
    const tab = this.page.getByRole("tab", { name: new RegExp(`^${name}`) });
    if ((await tab.getAttribute("aria-selected")) !== "true") await tab.click();
  }

  // The cells of a table's body, row by row, read in one go.
  async table(name) {
    await this.page.getByRole("table", { name, exact: true }).first().waitFor({ state: "attached" });
    return this.tableNow(name);
  }

  // The same of a table that may not be there, or go any moment: no rows then.
  tableNow(name) {
    return this.page.getByRole("table", { name, exact: true }).evaluateAll((tables) =>
      [...(tables[0]?.querySelectorAll("tbody tr") ?? [])].map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
    );
  }

  // The rows of `Ownership`, with numbers as numbers.
  async ownership() {
    const number = (text) => (/^[\d,]+$/.test(text) ? Number(text.replaceAll(",", "")) : null);
    return (await this.table("Ownership")).map(([topic, partition, owner, committed, end, lag]) => ({
      topic,
      partition: Number(partition),
      owner,
      committed: number(committed),
      end: number(end),
      lag: number(lag),
    }));
  }

  // Waits until each partition of the topic has one of these owners, and each of them has a partition.
  owned(topic, owners, timeout_ms = 30_000) {
    return this.until(`${topic} is owned by ${owners}`, async () => {
      const rows = (await this.ownership()).filter((row) => row.topic === topic);
      const fits = rows.every((row) => owners.includes(row.owner));
      return fits && owners.every((owner) => rows.some((row) => row.owner === owner)) && rows;
    }, timeout_ms);
  }

  // The text of what is labelled so.
  async labelled(name) {
    const element = this.page.getByLabel(name, { exact: true }).first();
    return (await element.evaluate((found) => found.value ?? found.textContent)).trim();
  }

  // All visible text of the page.
  text() {
    return this.page.evaluate(() => document.body.innerText);
  }

  // Waits until `probe` gives something true, and returns it. `what` is said when it never does.
  async until(what, probe, timeout_ms = 20_000) {
    const end = performance.now() + timeout_ms;
    let last;
    for (;;) {
      last = await probe();
      if (last) return last;
      if (performance.now() > end) throw new Error(`waited ${timeout_ms} ms in vain: ${what}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  // Does `act`, which makes the browser save a file; returns its name and bytes.
  async download(act) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), act()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  // Does `act`, which opens the system's dialog for a file, and chooses this one.
  async choose(act, name, bytes, mimeType = "application/octet-stream") {
    const [chooser] = await Promise.all([this.page.waitForEvent("filechooser"), act()]);
    const buffer = Buffer.from(bytes);
    if (buffer.length < FILE_BYTES_MIN) return chooser.setFiles({ name, mimeType, buffer });
    // Large ones come from a file, as a person's do: over the debugging protocol they would weigh several times as much.
    const path = join(PICTURES, name);
    await writeFile(path, buffer);
    await chooser.setFiles(path);
  }

  // The same with a file of so many zeros, which the disk need not hold.
  async chooseZeros(act, name, size) {
    const [chooser] = await Promise.all([this.page.waitForEvent("filechooser"), act()]);
    const path = join(PICTURES, name);
    await writeFile(path, "");
    await truncate(path, size);
    await chooser.setFiles(path);
  }

  // A picture of the page in `target/journeys/`.
  async picture(name) {
    const path = join(PICTURES, `${this.label}-${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  // What the command line says: its exit status and both outputs.
  async rejoin(...words) {
    const program = process.env.REJOIN_BIN;
    try {
      const { stdout, stderr } = await promisify(execFile)(program, words, { cwd: ROOT, maxBuffer: 64 << 20 });
      return { status: 0, stdout, stderr };
    } catch (error) {
      if (typeof error.code !== "number") throw error;
      return { status: error.code, stdout: error.stdout, stderr: error.stderr };
    }
  }
}

export function ensure(condition, message) {
  if (!condition) throw new Error(message);
}
