// What the page reaches at its start: it is run, with a note at the head of each function and of each place in it.
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { FLAGS } from "../../tests/journeys/harness.mjs";
import { serve } from "../../tests/journeys/server.mjs";
import { placeName } from "./outline.mjs";
import { Tree, places } from "./tree.mjs";

// The default scene has joined, has been assigned and reads well before that.
const PLAY_MS = 3000;

// How many times slower slow machines are.
const SLOWER = [8, 24];

// The names of the functions and places (`placeName`) that are reached.
export async function reached(binaryen, bytes, { dist, wasmName, glueName, glue, graft }) {
  const { chromium } = createRequire(join(process.env.REJOIN_NODE_MODULES, "x.js"))("playwright-core");
  const probe = `${dist}.probe`;
  cpSync(dist, probe, { recursive: true });
  const { names, marked } = mark(binaryen, bytes);
  writeFileSync(join(probe, wasmName), marked);
  const note = `__mark: ((seen) => (i) => { seen[i] = 1; })(globalThis.reached = new Uint8Array(${names.length})),`;
  writeFileSync(join(probe, glueName), graft(glue, note));
  const server = await serve(probe);
  const browser = await chromium.launch({ executablePath: process.env.CHROME, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const thrown = [];
    page.on("pageerror", (error) => thrown.push(error));
    // What a browser does when differs a little from load to load: what one misses another reaches.
    const found = new Set();
    for (const walk of [watch, watch, ...SLOWER.map(watchSlow), watchLong]) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(server.url, { waitUntil: "commit" });
      await walk(page);
      if (thrown.length > 0) throw thrown[0];
      const seen = await page.evaluate(() => [...globalThis.reached.entries()].filter(([, yes]) => yes).map(([i]) => i));
      for (const i of seen) found.add(names[i]);
    }
    return found;
  } finally {
    await browser.close();
    server.close();
    rmSync(probe, { recursive: true, force: true });
  }
}

// Nobody touches the page.
async function watch(page) {
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await page.waitForTimeout(PLAY_MS);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(PLAY_MS / 3);
}

// The same on a slow or a busy machine, which drops frames: more is new in each that it draws.
function watchSlow(rate) {
  return async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate });
    await watch(page);
    await page.waitForTimeout(PLAY_MS * 2);
    await session.detach();
  };
}

// As if one had watched for many minutes; and the first that one is likely to press answers at once.
async function watchLong(page) {
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("slider", { name: "Speed", exact: true }).fill("20");
  await page.waitForTimeout(PLAY_MS);
  for (const key of ["Tab", "Shift+Tab", "Escape", "Space", "Space"]) await page.keyboard.press(key);
  for (const name of ["Pause", "Play", "Step", "Kill c1", "Restart c1", "Add consumer"]) {
    await press(name);
    await page.waitForTimeout(PLAY_MS / 10);
  }
}

function mark(binaryen, bytes) {
  const module = binaryen.readBinary(bytes);
  const names = [];
  const note = (name) => module.call("mark", [module.i32.const(names.push(name) - 1)], binaryen.none);
  for (let i = 0; i < module.getNumFunctions(); i += 1) {
    const ref = module.getFunctionByIndex(i);
    const { name, module: from, body, results } = binaryen.getFunctionInfo(ref);
    if (from) continue;
    const tree = new Tree(binaryen);
    const all = [...places(tree, body)].map((place, k) => ({ ...place, note: note(placeName(name, k)) }));
    // From the last to the first: those before it stay where they are.
    for (const place of all.reverse()) put(binaryen, module, tree, place);
    binaryen.Function.setBody(ref, module.block(null, [note(name), body], results));
  }
  module.addFunctionImport("mark", "./page_bg.js", "__mark", binaryen.createType([binaryen.i32]), binaryen.none);
  return { names, marked: module.emitBinary() };
}

function put(binaryen, module, tree, { owner, arm, from, note }) {
  if (!arm) {
    binaryen.Block.insertChildAt(owner, from, note);
    return;
  }
  const old = tree.read(owner)[arm];
  const noted = module.block(null, [note, old], tree.read(old).type);
  if (arm === "ifTrue") binaryen.If.setIfTrue(owner, noted);
  else binaryen.If.setIfFalse(owner, noted);
}
