// What the page's process holds of the machine's memory, as Linux counts it.
import { readFile, writeFile } from "node:fs/promises";

export class Memory {
  // As it is now, without what nobody holds any more; `undefined` where the system does not tell.
  static async of(lab) {
    if (process.platform !== "linux") return undefined;
    const memory = new Memory();
    const browser = await lab.browser.newBrowserCDPSession();
    const { processInfo } = await browser.send("SystemInfo.getProcessInfo");
    await browser.detach();
    // Others wait for pages to come: the one that works is the largest.
    for (const { id } of processInfo.filter((info) => info.type === "renderer")) {
      const { VmRSS, VmHWM } = await status(id);
      if (!(VmHWM <= memory.peak)) Object.assign(memory, { pid: id, now: VmRSS, peak: VmHWM });
    }
    const page = await lab.context.newCDPSession(lab.page);
    await page.send("HeapProfiler.collectGarbage");
    await page.detach();
    await lab.page.waitForTimeout(200);
    memory.now = (await status(memory.pid)).VmRSS;
    memory.wasm = await lab.page.evaluate(() => window.wasmMemory?.buffer.byteLength ?? 0);
    return memory;
  }

  // From now on the peak is counted anew.
  anew() {
    return writeFile(`/proc/${this.pid}/clear_refs`, "5");
  }
}

// A memory in words.
export function told(memory) {
  const mb = (bytes) => (bytes / 1e6).toFixed(0);
  return memory ? `${mb(memory.now)} MB (wasm ${mb(memory.wasm)}, peak ${mb(memory.peak)})` : "not told";
}

// Notes the memory of the page's wasm when it is made.
export function note() {
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const made = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const result = await made.apply(WebAssembly, given);
      const { exports } = result.instance ?? result;
      window.wasmMemory ??= Object.values(exports).find((of) => of instanceof WebAssembly.Memory);
      return result;
    };
  }
}

async function status(pid) {
  const text = await readFile(`/proc/${pid}/status`, "utf8");
  const bytes = (name) => 1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(text)?.[1]);
  return { VmHWM: bytes("VmHWM"), VmRSS: bytes("VmRSS") };
}
