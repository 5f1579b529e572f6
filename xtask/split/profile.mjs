// Which functions the page calls at its start: it is run once, with a note at the head of each function.
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { FLAGS } from "../../tests/journeys/harness.mjs";
import { serve } from "../../tests/journeys/server.mjs";

// The default scene has joined, has been assigned and reads well before that.
const PLAY_MS = 3000;
const LOADS = 3;

export async function called(binaryen, bytes, { dist, wasmName, glueName, glue, graft }) {
  const { chromium } = createRequire(join(process.env.REJOIN_NODE_MODULES, "x.js"))("playwright-core");
  const probe = `${dist}.probe`;
  cpSync(dist, probe, { recursive: true });
  const { names, marked } = mark(binaryen, bytes);
  writeFileSync(join(probe, wasmName), marked);
  writeFileSync(join(probe, glueName), graft(glue, "__mark: (i) => (globalThis.called ??= new Set()).add(i),"));
  const server = await serve(probe);
  const browser = await chromium.launch({ executablePath: process.env.CHROME, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const thrown = [];
    page.on("pageerror", (error) => thrown.push(error));
    // What a browser does when differs a little from load to load: a function that one misses another calls.
    const found = new Set();
    for (let load = 0; load < LOADS; load += 1) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(server.url, { waitUntil: "commit" });
      await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
      await page.waitForTimeout(PLAY_MS);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForTimeout(PLAY_MS / 3);
      if (thrown.length > 0) throw thrown[0];
      for (const i of await page.evaluate(() => [...globalThis.called])) found.add(names[i]);
    }
    return found;
  } finally {
    await browser.close();
    server.close();
    rmSync(probe, { recursive: true, force: true });
  }
}

function mark(binaryen, bytes) {
  const module = binaryen.readBinary(bytes);
  const names = [];
  for (let i = 0; i < module.getNumFunctions(); i += 1) {
    const ref = module.getFunctionByIndex(i);
    const { name, module: from, body, results } = binaryen.getFunctionInfo(ref);
    if (from) continue;
    const note = module.call("mark", [module.i32.const(names.length)], binaryen.none);
    binaryen.Function.setBody(ref, module.block(null, [note, body], results));
    names.push(name);
  }
  module.addFunctionImport("mark", "./page_bg.js", "__mark", binaryen.createType([binaryen.i32]), binaryen.none);
  return { names, marked: module.emitBinary() };
}
